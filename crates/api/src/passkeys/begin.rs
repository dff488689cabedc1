//! `POST /me/passkeys/begin`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::dto::PasskeyChallenge;
use crate::access::identity::Person;
use crate::access::{own_password, passkey};
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::two_factor::PasswordProof;

/// Start to create a passkey
///
/// Pass what you get to the browser, and its answer to `POST /api/v1/me/passkeys` within five minutes.
#[utoipa::path(post, path = "/api/v1/me/passkeys/begin", operation_id = "begin_passkey", tag = "me",
    request_body = PasswordProof, responses((status = 201, body = PasskeyChallenge)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<PasswordProof>,
) -> Result<(StatusCode, Json<PasskeyChallenge>), Problem> {
    own_password::check_for_second_factor(&context, &person, request.password).await?;
    let (catalog, user) = (context.catalog.clone(), person.session.user.id.clone());
    let known = blocking(move || catalog.passkeys(&user)).await??;
    let public_key = passkey::begin_registration(&context, &person, &known)?;
    Ok((StatusCode::CREATED, Json(PasskeyChallenge { public_key })))
}

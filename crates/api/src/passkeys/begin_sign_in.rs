//! `POST /session/passkey/begin`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::dto::PasskeyChallenge;
use crate::access::passkey;
use crate::context::Shared;
use crate::http::client::Client;
use crate::problem::Problem;

/// Start to sign in with a passkey
///
/// Pass what you get to the browser, and its answer to `POST /api/v1/session/passkey` within five minutes.
#[utoipa::path(post, path = "/api/v1/session/passkey/begin", operation_id = "begin_passkey_sign_in", tag = "session",
    responses((status = 201, body = PasskeyChallenge)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
) -> Result<(StatusCode, Json<PasskeyChallenge>), Problem> {
    let public_key = passkey::begin_sign_in(&context, &client)?;
    Ok((StatusCode::CREATED, Json(PasskeyChallenge { public_key })))
}

//! `POST /password-reset`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::account::check_email;
use crate::access::mailing::{self, LinkDelivery};
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::sign_up::resend::AddressRequest;

#[derive(Debug, Serialize, ToSchema)]
pub struct ResetPending {
    /// How the link gets to the owner of the account.
    pub delivery: LinkDelivery,
}

/// Send a link to choose a new password
///
/// The answer is the same for an address without an account: only its owner learns that by mail. An address gets at most ten such emails
/// an hour; the last five links still work.
#[utoipa::path(post, path = "/api/v1/password-reset", operation_id = "request_password_reset", tag = "sign-up",
    request_body = AddressRequest, responses((status = 202, body = ResetPending)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<AddressRequest>,
) -> Result<(StatusCode, Json<ResetPending>), Problem> {
    let email = check_email(&request.email)?.to_owned();
    mailing::limit_request(&context, &client, &email)?;
    let (catalog, login) = (context.catalog.clone(), email.clone());
    let found = blocking(move || catalog.user_by_login(&login)).await??;
    match found {
        Some((user, _)) => mailing::send_reset(&context, &user).await?,
        None => mailing::send_no_account(&context, &email).await?,
    }
    Ok((StatusCode::ACCEPTED, Json(ResetPending { delivery: mailing::delivery(&context) })))
}

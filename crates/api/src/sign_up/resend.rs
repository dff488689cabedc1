//! `POST /sign-up/resend`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::account::check_email;
use crate::access::mailing;
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct AddressRequest {
    pub email: String,
}

/// Send the link to confirm an address again
///
/// Once a minute for each address. The answer is the same for an address without an account. An address gets at most ten such emails an
/// hour; links that it has got before still work.
#[utoipa::path(post, path = "/api/v1/sign-up/resend", operation_id = "resend_confirmation", tag = "sign-up",
    request_body = AddressRequest, responses((status = 202, description = "Sent, if there is such an account")))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<AddressRequest>,
) -> Result<StatusCode, Problem> {
    let email = check_email(&request.email)?.to_owned();
    mailing::limit_again(&context, &client, &email)?;
    let catalog = context.catalog.clone();
    let found = blocking(move || catalog.user_by_login(&email)).await??;
    match found.filter(|(user, _)| user.email_confirmed_at.is_none()) {
        Some((user, _)) => mailing::send_confirmation(&context, &user).await?,
        None => mailing::send_nothing(&context).await?,
    }
    Ok(StatusCode::ACCEPTED)
}

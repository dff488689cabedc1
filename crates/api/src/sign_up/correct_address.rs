//! `POST /sign-up/correct-address`: for a mail that never arrives because the address was mistyped.

use axum::extract::State;
use axum::http::StatusCode;
use model::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::account::check_email;
use crate::access::{credential, mailing};
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct CorrectAddressRequest {
    /// What `POST /sign-up` answered.
    #[schema(value_type = String)]
    pub correction: Secret,
    /// The right address.
    pub email: String,
}

/// Correct the address of an account that is not confirmed, and send the link there
///
/// Once a minute for each address, for a day after signing up. The answer is the same whether the address has an account or not.
#[utoipa::path(post, path = "/api/v1/sign-up/correct-address", operation_id = "correct_address", tag = "sign-up",
    request_body = CorrectAddressRequest, responses((status = 202, description = "Sent")))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<CorrectAddressRequest>,
) -> Result<StatusCode, Problem> {
    let email = check_email(&request.email)?.to_owned();
    // Not the password: whoever signed up knows it, and must not learn by it whether this is their account or one in its place.
    let (hash, now) = (credential::hash(request.correction.expose()), context.clock.now());
    let catalog = context.catalog.clone();
    let found = blocking(move || catalog.correctable_user(&hash, now)).await??;
    let user = found.ok_or_else(|| {
        let title = "the address of this account can't be corrected anymore";
        Problem::new(StatusCode::GONE, "correction_ended", title)
            .action("if it is confirmed, sign in; otherwise, create the account again with another username")
    })?;
    mailing::limit_again(&context, &client, &email)?;
    let (catalog, wanted) = (context.catalog.clone(), email.clone());
    let pending = blocking(move || catalog.correct_email(&user.id, &wanted)).await??;
    mailing::send_for_corrected(&context, &pending, &email).await?;
    Ok(StatusCode::ACCEPTED)
}

//! `POST /sign-up/correct-address`: for a mail that never arrives because the address was mistyped.

use axum::extract::State;
use axum::http::StatusCode;
use model::Secret;
use serde::Deserialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::access::account::check_email;
use crate::access::throttle::Place;
use crate::access::{mailing, password};
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct CorrectAddressRequest {
    /// Username or the mistyped email address.
    pub login: String,
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
    /// The right address.
    pub email: String,
}

/// Correct the address of an account that is not confirmed, and send the link there
///
/// Once a minute for each address.
#[utoipa::path(post, path = "/api/v1/sign-up/correct-address", operation_id = "correct_address", tag = "sign-up",
    request_body = CorrectAddressRequest, responses((status = 202, description = "Sent")))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<CorrectAddressRequest>,
) -> Result<StatusCode, Problem> {
    let email = check_email(&request.email)?.to_owned();
    let login: String = request.login.trim().chars().take(254).collect();
    let place = Place::of(&client);
    context.throttle.begin(&login, &place).map_err(Problem::too_many_tries)?;
    let (catalog, name) = (context.catalog.clone(), login.clone());
    let found = blocking(move || catalog.user_by_login(&name)).await??;
    let hash = found.as_ref().and_then(|(_, hash)| hash.clone());
    let is_right = password::is_right(request.password, hash).await?;
    // Accounts that are in use change their address when they are signed in.
    let found = found.filter(|(user, _)| is_right && user.awaits_confirmation);
    let Some((user, _)) = found else {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "login_wrong", "wrong username or password"));
    };
    context.throttle.succeeded(&login, &place);
    mailing::limit_again(&context, &client, &email)?;
    let (catalog, wanted) = (context.catalog.clone(), email.clone());
    match blocking(move || catalog.correct_email(&user.id, &wanted)).await? {
        Ok(user) => mailing::send_confirmation(&context, &user).await?,
        // Only the owner of the address learns that it has an account.
        Err(StoreError::EmailTaken) => {
            // In place of the address and of the link.
            mailing::write_in_vain(&context, 2).await?;
            mailing::send_already_registered(&context, &email, None).await?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(StatusCode::ACCEPTED)
}

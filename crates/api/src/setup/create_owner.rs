//! `POST /setup/owner`: the first account, which owns the server.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use model::Secret;
use serde::Deserialize;
use store::NewOwner;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use crate::access::password;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::{SignedIn, start_session};

#[derive(Debug, Deserialize, ToSchema)]
pub struct OwnerRequest {
    pub full_name: String,
    pub email: String,
    /// Letters and digits.
    pub username: String,
    /// At least 8 characters, with an upper-case and a lower-case letter and a digit; at most 256 bytes.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
    #[schema(value_type = String, format = Password)]
    pub password_confirmation: Secret,
    /// The code that the server printed on its terminal.
    #[schema(value_type = Option<String>)]
    pub setup_code: Option<Secret>,
}

/// Create the owner account and sign in
#[utoipa::path(post, path = "/api/v1/setup/owner", operation_id = "create_owner", tag = "setup", security(()),
    request_body = OwnerRequest, responses((status = 201, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    Body(request): Body<OwnerRequest>,
) -> Result<(StatusCode, [(header::HeaderName, HeaderValue); 1], Json<SignedIn>), Problem> {
    let catalog = context.catalog.clone();
    if blocking(move || catalog.has_owner()).await?? {
        return Err(store::StoreError::OwnerExists.into());
    }
    check_setup_code(&context, request.setup_code.as_ref())?;
    check_fields(&request)?;
    let password_hash = Secret::new(password::hash(request.password).await?);
    let owner = NewOwner {
        full_name: request.full_name.trim().to_owned(),
        email: request.email.trim().to_owned(),
        username: request.username,
        password_hash,
    };
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    let user = blocking(move || catalog.create_owner(&owner, now)).await??;
    let (cookie, signed_in) = start_session(&context, user).await?;
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(signed_in)))
}

/// The code can't be guessed faster than a password.
fn check_setup_code(context: &Context, given: Option<&Secret>) -> Result<(), Problem> {
    const THROTTLED_AS: &str = "the setup code";
    let Some(code) = &context.options.setup_code else {
        return Err(Problem::forbidden("no_setup_code", "this server was started without a setup code")
            .action("restart it; it prints a setup code while there is no owner"));
    };
    context.throttle.begin(THROTTLED_AS).map_err(Problem::too_many_tries)?;
    let given = given.map_or("", Secret::expose).trim();
    if !bool::from(given.as_bytes().ct_eq(code.expose().as_bytes())) {
        let mut problem = Problem::field("setup_code", "wrong setup code");
        problem.code = "setup_code_wrong";
        return Err(problem.action("the server printed it in the terminal where it was started"));
    }
    context.throttle.succeeded(THROTTLED_AS);
    Ok(())
}

fn check_fields(request: &OwnerRequest) -> Result<(), Problem> {
    let name = request.full_name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(Problem::field("full_name", "enter your name, at most 200 characters"));
    }
    if !is_plausible_email(request.email.trim()) {
        return Err(Problem::field("email", "this is not an e-mail address"));
    }
    let username = &request.username;
    if username.is_empty() || username.len() > 50 || !username.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Problem::field("username", "a username can have only letters and digits, at most 50"));
    }
    if let Some(weakness) = password::weakness(request.password.expose()) {
        return Err(Problem::field("password", weakness));
    }
    if request.password.expose() != request.password_confirmation.expose() {
        return Err(Problem::field("password_confirmation", "the passwords don't match"));
    }
    Ok(())
}

/// Whether it could be an e-mail address. Only sending mail to it would prove that.
fn is_plausible_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let labels_fit = domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    is_clean
        && text.len() <= 254
        && !local.is_empty()
        && !local.contains('@')
        && domain.contains('.')
        && labels_fit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_mail_cannot_reach_is_refused() {
        for good in ["ada@example.com", "a.b+c@mail.example.co"] {
            assert!(is_plausible_email(good), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a b@example.com",
            "a@b@c.com",
            "a@.com",
            "a@b..c",
        ] {
            assert!(!is_plausible_email(bad), "{bad}");
        }
    }
}

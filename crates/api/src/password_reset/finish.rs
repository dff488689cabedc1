//! `POST /password-reset/finish`.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use mail::Message;
use model::Secret;
use serde::Deserialize;
use store::LinkPurpose;
use utoipa::ToSchema;

use crate::access::account::{check_new_password, known_of};
use crate::access::identity::By;
use crate::access::{browser, credential, mailing, password};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPasswordRequest {
    /// The secret part of the link that was sent by email.
    pub code: String,
    /// At least 8 characters, with an uppercase and a lowercase letter and a digit; at most 256 bytes.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
    #[schema(value_type = String, format = Password)]
    pub password_confirmation: Secret,
}

/// Choose a new password with the link that was sent
///
/// All sessions end; sign in with the new password. This browser is known from then on: failed attempts of others don't keep you waiting.
#[utoipa::path(post, path = "/api/v1/password-reset/finish", operation_id = "finish_password_reset", tag = "sign-up",
    request_body = NewPasswordRequest, responses((status = 204, description = "Changed")))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<NewPasswordRequest>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Problem> {
    let (catalog, now, code) =
        (context.catalog.clone(), context.clock.now(), credential::hash(&request.code));
    // Before the work of hashing a password.
    let user = blocking({
        let catalog = catalog.clone();
        move || catalog.email_link(&code, LinkPurpose::ResetPassword, now)
    })
    .await??;
    let about = known_of(&context, &user).await?;
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    check_new_password(&context.options, &request.password, &request.password_confirmation, &about)?;
    let hash = Secret::new(password::hash(request.password).await?);
    let user = blocking(move || catalog.reset_password(&code, &hash, now)).await??;
    let by = By::user(&user, client);
    context.record(AuditEvent::of_account(&by, "password.reset")).await?;
    let message = Message::PasswordChanged { at: now, reset_page: context.page("/forgot-password") };
    mailing::notify(&context, &user, message).await;
    // Whoever reads the account's mail is let in, however many others have failed to get in.
    let known = browser::remember(&context, &user.id).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, known)]))
}

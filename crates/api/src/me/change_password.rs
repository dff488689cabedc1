//! `PUT /me/password`.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::AppendHeaders;
use mail::Message;
use model::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::account::{check_new_password, known_of};
use crate::access::identity::Person;
use crate::access::{browser, mailing, own_password, password};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::with_new_credential;

#[derive(Debug, Deserialize, ToSchema)]
pub struct PasswordRequest {
    #[schema(value_type = String, format = Password)]
    pub current_password: Secret,
    /// At least 8 characters, with an uppercase and a lowercase letter and a digit; at most 256 bytes.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
    #[schema(value_type = String, format = Password)]
    pub password_confirmation: Secret,
}

/// Change your password and end your other sessions
///
/// The cookie of this session is replaced by a new one. Other browsers are not known anymore.
#[utoipa::path(put, path = "/api/v1/me/password", operation_id = "change_password", tag = "me",
    request_body = PasswordRequest, responses((status = 204, description = "Changed")))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<PasswordRequest>,
) -> Result<(StatusCode, AppendHeaders<[(HeaderName, HeaderValue); 2]>), Problem> {
    let user = person.session.user.clone();
    own_password::check(&context, &person, request.current_password, "current_password").await?;
    let about = known_of(&context, &user).await?;
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    check_new_password(&context.options, &request.password, &request.password_confirmation, &about)?;
    let hash = Secret::new(password::hash(request.password).await?);
    let (catalog, kept, id) = (person.catalog(&context), person.session.id.clone(), user.id.clone());
    blocking(move || catalog.set_password(&id, &hash, Some(&kept))).await??;
    context.record(AuditEvent::of_account(&person.by(), "password.changed")).await?;
    let at = context.clock.now();
    let message = Message::PasswordChanged { at, reset_page: context.page("/forgot-password") };
    mailing::notify(&context, &user, message).await;
    let session = with_new_credential(&context, &person.session).await?;
    let known = browser::remember(&context, &user.id).await?;
    let cookies = [(header::SET_COOKIE, session), (header::SET_COOKIE, known)];
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)))
}

//! `POST /me/two-factor/disable`.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use mail::Message;

use super::PasswordProof;
use crate::access::identity::Person;
use crate::access::{mailing, own_password};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::with_new_credential;

/// Turn two-factor sign-in off
///
/// The cookie of this session is replaced by a new one.
#[utoipa::path(post, path = "/api/v1/me/two-factor/disable", operation_id = "disable_two_factor", tag = "me",
    request_body = PasswordProof, responses((status = 204, description = "Off")))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<PasswordProof>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Problem> {
    own_password::check_for_second_factor(&context, &person, request.password).await?;
    let (catalog, user) = (person.catalog(&context), person.session.user.id.clone());
    blocking(move || catalog.delete_two_factor(&user)).await??;
    context.record(AuditEvent::of_account(&person.by(), "two_factor.disabled")).await?;
    let at = context.clock.now();
    let message = Message::TwoFactorOff { at, reset_page: context.page("/forgot-password") };
    mailing::notify(&context, &person.session.user, message).await;
    let cookie = with_new_credential(&context, &person.session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

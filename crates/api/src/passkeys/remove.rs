//! `POST /me/passkeys/{passkey_id}/remove`.

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use mail::Message;

use crate::access::identity::Person;
use crate::access::{mailing, own_password};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::with_new_credential;
use crate::two_factor::PasswordProof;

/// Remove one of your passkeys
///
/// Your other sessions end: whoever has the device may have begun one. The cookie of this session is replaced
/// by a new one.
#[utoipa::path(post, path = "/api/v1/me/passkeys/{passkey_id}/remove", operation_id = "remove_passkey", tag = "me",
    request_body = PasswordProof, responses((status = 204, description = "Removed")))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Path(id): Path<String>,
    Body(request): Body<PasswordProof>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Problem> {
    own_password::check_for_second_factor(&context, &person, request.password).await?;
    let (catalog, user) = (person.catalog(&context), person.session.user.id.clone());
    let kept = person.session.id.clone();
    let removed = blocking(move || catalog.delete_passkey(&user, &id, Some(&kept))).await??;
    let name = removed.ok_or_else(|| Problem::not_found("passkey"))?;
    context.record(AuditEvent::of_account(&person.by(), "passkey.removed").on(name)).await?;
    let message =
        Message::PasskeyRemoved { at: context.clock.now(), account_page: context.page("/settings/account") };
    mailing::notify(&context, &person.session.user, message).await;
    let cookie = with_new_credential(&context, &person.session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

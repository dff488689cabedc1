//! `POST /me/identities/{identity_id}/remove`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use mail::Message;

use crate::access::identity::Person;
use crate::access::{mailing, own_password};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::two_factor::PasswordProof;

/// Disconnect an account at an identity provider
///
/// From then on, you sign in with your password or a passkey. Your other sessions end.
#[utoipa::path(post, path = "/api/v1/me/identities/{identity_id}/remove", operation_id = "remove_identity", tag = "me",
    request_body = PasswordProof, responses((status = 204, description = "Disconnected")))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Path(id): Path<String>,
    Body(request): Body<PasswordProof>,
) -> Result<StatusCode, Problem> {
    own_password::check(&context, &person, request.password, "password").await?;
    let (catalog, user) = (person.catalog(&context), person.session.user.id.clone());
    let kept = person.session.id.clone();
    let removed = blocking(move || -> Result<_, store::StoreError> {
        let Some(provider) = catalog.delete_identity(&user, &id, Some(&kept))? else { return Ok(None) };
        let name = catalog.identity_provider(&provider)?.map_or_else(|| provider.clone(), |one| one.name);
        Ok(Some((provider, name)))
    });
    let (id, name) = removed.await??.ok_or_else(|| Problem::not_found("connected account"))?;
    context.record(AuditEvent::of_account(&person.by(), "sign_on.disconnected").on(id)).await?;
    let message = Message::SignOnDisconnected {
        provider: name,
        at: context.clock.now(),
        account_page: context.page("/settings/account"),
    };
    mailing::notify(&context, &person.session.user, message).await;
    Ok(StatusCode::NO_CONTENT)
}

//! `POST /me/two-factor/confirm`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use mail::Message;
use serde::Deserialize;
use utoipa::ToSchema;

use super::RecoveryCodes;
use crate::access::identity::Person;
use crate::access::{mailing, second_factor};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::with_new_credential;

#[derive(Debug, Deserialize, ToSchema)]
pub struct CodeRequest {
    /// Six digits that the app shows.
    pub code: String,
}

/// Turn two-factor sign-in on with the first code from your app
///
/// Your other sessions end. The cookie of this one is replaced by a new one.
#[utoipa::path(post, path = "/api/v1/me/two-factor/confirm", operation_id = "confirm_two_factor", tag = "me",
    request_body = CodeRequest, responses((status = 200, body = RecoveryCodes)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<CodeRequest>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<RecoveryCodes>), Problem> {
    let user = person.session.user.clone();
    let (catalog, id) = (context.catalog.clone(), user.id.clone());
    let found = blocking(move || catalog.two_factor(&id)).await??;
    let begun = found.filter(|one| one.confirmed_at.is_none());
    let begun = begun.ok_or_else(|| {
        Problem::bad_request("two_factor_not_begun", "there is no authenticator app to confirm")
            .action("set one up first")
    })?;
    let place = person.place();
    context.throttle.begin(&user.username, &place).map_err(Problem::too_many_tries)?;
    if !second_factor::take(&context, &user.id, &begun, &request.code).await? {
        return Err(Problem::field("code", "wrong code")
            .action("check that the clock of the device with the app is correct"));
    }
    context.throttle.succeeded(&user.username, &place);
    let (codes, hashes) = second_factor::new_recovery_codes()?;
    let (catalog, kept, id) = (person.catalog(&context), person.session.id.clone(), user.id.clone());
    blocking(move || {
        catalog.set_recovery_codes(&id, &hashes)?;
        catalog.end_sessions(&id, Some(&kept))
    })
    .await??;
    context.record(AuditEvent::of_account(&person.by(), "two_factor.enabled")).await?;
    mailing::notify(&context, &user, Message::TwoFactorOn { at: context.clock.now() }).await;
    let cookie = with_new_credential(&context, &person.session).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(RecoveryCodes { recovery_codes: codes })))
}

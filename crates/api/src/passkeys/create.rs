//! `POST /me/passkeys`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use mail::Message;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::dto::PasskeyView;
use crate::access::identity::Person;
use crate::access::{mailing, passkey};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::connections::admission;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::with_new_credential;

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPasskeyRequest {
    /// What you call it, such as the device that it is on.
    pub name: String,
    /// What the browser created, in its JSON form (`RegistrationResponseJSON`): binary values are in base64url.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// Add the passkey that your browser created
///
/// The cookie of this session is replaced by a new one.
#[utoipa::path(post, path = "/api/v1/me/passkeys", operation_id = "create_passkey", tag = "me",
    request_body = NewPasskeyRequest, responses((status = 201, body = PasskeyView)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<NewPasskeyRequest>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1], Json<PasskeyView>), Problem> {
    let name = admission::check_name(&request.name)?.to_owned();
    let new = passkey::finish_registration(&context, &person, name, &request.credential)?;
    let (catalog, now, session) = (person.catalog(&context), context.clock.now(), person.session.clone());
    let create = move || catalog.create_passkey(&session.user.id, &new, Some(&session.id), now);
    let created = blocking(create).await??;
    context.record(AuditEvent::of_account(&person.by(), "passkey.created").on(&created.name)).await?;
    let message = Message::PasskeyAdded { at: now, account_page: context.page("/settings/account") };
    mailing::notify(&context, &person.session.user, message).await;
    let cookie = with_new_credential(&context, &person.session).await?;
    let view = PasskeyView::new(created, &context.options);
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(view)))
}

//! `POST /me/email/confirm`.

use axum::Json;
use axum::extract::State;
use mail::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::identity::Person;
use crate::access::{credential, mailing};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct ConfirmEmailRequest {
    /// The secret part of the link that was sent to the new address.
    pub code: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EmailChanged {
    /// The address that the account has now.
    pub email: String,
}

/// Change your email address with the link that was sent to the new one
///
/// Only the account that asked for it can use the link: whoever reads a mail must not give another account their address.
/// The old address gets a notice, and links that were sent there end. Sessions stay.
#[utoipa::path(post, path = "/api/v1/me/email/confirm", operation_id = "confirm_new_email", tag = "me",
    request_body = ConfirmEmailRequest, responses((status = 200, body = EmailChanged)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<ConfirmEmailRequest>,
) -> Result<Json<EmailChanged>, Problem> {
    let (catalog, now, hash) =
        (person.catalog(&context), context.clock.now(), credential::hash(&request.code));
    let of = person.session.user.id.clone();
    let (before, after) = blocking(move || catalog.change_email(&hash, &of, now)).await??;
    context.record(AuditEvent::of_account(&person.by(), "account.address_changed")).await?;
    let message = Message::AddressChanged { new_address: after.email.clone(), at: now };
    mailing::notify(&context, &before, message).await;
    Ok(Json(EmailChanged { email: after.email }))
}

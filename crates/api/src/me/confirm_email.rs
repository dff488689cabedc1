//! `POST /me/email/confirm`.

use axum::Json;
use axum::extract::State;
use mail::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::identity::By;
use crate::access::{credential, mailing};
use crate::audit::Event;
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
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

/// Change the email address of the account whose link was sent to it
///
/// The old address gets a notice, and links that were sent there end. Sessions stay.
#[utoipa::path(post, path = "/api/v1/me/email/confirm", operation_id = "confirm_new_email", tag = "me",
    request_body = ConfirmEmailRequest, responses((status = 200, body = EmailChanged)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<ConfirmEmailRequest>,
) -> Result<Json<EmailChanged>, Problem> {
    let (catalog, now, hash) =
        (context.catalog.clone(), context.clock.now(), credential::hash(&request.code));
    let (before, after) = blocking(move || catalog.change_email(&hash, now)).await??;
    context.record(Event::of_account(&By::user(&after, client), "account.address_changed")).await?;
    let message = Message::AddressChanged { new_address: after.email.clone(), at: now };
    mailing::notify(&context, &before, message).await;
    Ok(Json(EmailChanged { email: after.email }))
}

//! `POST /me/email`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::account::check_email;
use crate::access::identity::Person;
use crate::access::mailing::{self, LinkDelivery};
use crate::access::own_password;
use crate::access::throttle::MailKind;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct EmailRequest {
    /// The new address.
    pub email: String,
    #[schema(value_type = String, format = Password)]
    pub current_password: Secret,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EmailPending {
    /// How the link gets to the owner of the new address.
    pub delivery: LinkDelivery,
}

/// Ask for another email address
///
/// A link is sent to the new address. Your account keeps its address until somebody opens the link. The answer is the same for an
/// address that has an account already, which only its owner learns.
#[utoipa::path(post, path = "/api/v1/me/email", operation_id = "change_email", tag = "me",
    request_body = EmailRequest, responses((status = 202, body = EmailPending)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<EmailRequest>,
) -> Result<(StatusCode, Json<EmailPending>), Problem> {
    let email = check_email(&request.email)?.to_owned();
    let user = &person.session.user;
    if user.email.eq_ignore_ascii_case(&email) && user.email_confirmed_at.is_some() {
        return Err(Problem::field("email", "this is the address that your account already has"));
    }
    own_password::check(&context, &person, request.current_password, "current_password").await?;
    mailing::limit(&context, &person.client, MailKind::NewAddress, &email)?;
    mailing::send_new_address(&context, user, &email).await?;
    Ok((StatusCode::ACCEPTED, Json(EmailPending { delivery: mailing::delivery(&context) })))
}

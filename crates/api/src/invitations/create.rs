//! `POST /invitations`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mail::{Mailbox, Message};
use model::{Role, Secret, UnixSeconds};
use serde::{Deserialize, Serialize};
use store::{Invitation, NewInvitation, StoreError};
use utoipa::ToSchema;

use super::dto::InvitationView;
use crate::access::account::check_email;
use crate::access::credential;
use crate::access::identity::Membership;
use crate::access::mailing::{self, LinkDelivery};
use crate::access::permission::Manage;
use crate::access::throttle::MailKind;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::json::Body;
use crate::problem::Problem;

/// How long an invitation is valid.
const VALID_SECONDS: i64 = 7 * 86_400;

#[derive(Debug, Deserialize, ToSchema)]
pub struct InvitationRequest {
    /// The address that it is for. Leave it out for a link that anyone can use once.
    pub email: Option<String>,
    pub role: Role,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedInvitation {
    #[serde(flatten)]
    pub invitation: InvitationView,
    /// The secret part of its link, which is shown only this once: `/invitation#CODE` is the page that accepts it. `null` where it was
    /// sent by email: then only whoever reads that has it.
    pub code: Option<String>,
    /// How the link gets to the address that is invited; `null` for an invitation by link.
    pub delivery: Option<LinkDelivery>,
}

/// Invite somebody to the workspace
#[utoipa::path(post, path = "/api/v1/invitations", operation_id = "create_invitation", tag = "members",
    request_body = InvitationRequest, responses((status = 201, body = CreatedInvitation)))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
    Body(request): Body<InvitationRequest>,
) -> Result<(StatusCode, Json<CreatedInvitation>), Problem> {
    let given = request.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let email = given.map(check_email).transpose()?.map(str::to_owned);
    if let Some(email) = &email {
        mailing::limit(&context, &member.person.client, MailKind::Invitation, email)?;
    }
    if !member.role.may_assign(request.role) {
        return Err(StoreError::RoleTooLow.into());
    }
    let code = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let now = context.clock.now();
    let new = NewInvitation {
        workspace: member.workspace.id.clone(),
        email,
        role: request.role,
        invited_by: member.person.session.user.username.clone(),
        token_hash: credential::hash(code.expose()).to_vec(),
        expires_at: UnixSeconds(now.0 + VALID_SECONDS),
    };
    let catalog = member.catalog(&context);
    let invitation = blocking(move || catalog.create_invitation(&new, now)).await??;
    let delivery = match send(&context, &invitation, &code).await {
        Ok(delivery) => delivery,
        Err(problem) => {
            // Nobody has its link.
            let (catalog, id) = (context.catalog.for_server(), invitation.id.clone());
            let workspace = member.workspace.id.clone();
            blocking(move || catalog.delete_invitation(&workspace, &id)).await??;
            return Err(problem);
        }
    };
    let event = AuditEvent::new(&member.by(), &member.workspace.id, "member.invited")
        .on(invitation.email.as_deref().unwrap_or("by link"))
        .detail(format!("as {}", invitation.role.as_str()));
    context.record(event).await?;
    let invitation = InvitationView::new(invitation, now);
    let code = (delivery != Some(LinkDelivery::Mail)).then(|| code.expose().to_owned());
    Ok((StatusCode::CREATED, Json(CreatedInvitation { invitation, code, delivery })))
}

async fn send(
    context: &Context,
    invitation: &Invitation,
    code: &Secret,
) -> Result<Option<LinkDelivery>, Problem> {
    let Some(email) = &invitation.email else { return Ok(None) };
    let message = Message::Invitation {
        workspace: invitation.workspace.id.clone(),
        workspace_name: invitation.workspace.name.clone(),
        invited_by: invitation.invited_by.clone(),
        role: label(invitation.role).to_owned(),
        link: context.page_with_code("/invitation", code),
    };
    let sent = context.mailer.send(message, &Mailbox::new("", email)?, Some(invitation.expires_at)).await?;
    Ok(Some(sent.into()))
}

/// A role as people read it.
fn label(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::BillingAdmin => "Billing admin",
        Role::Member => "Member",
        Role::Viewer => "Viewer",
    }
}

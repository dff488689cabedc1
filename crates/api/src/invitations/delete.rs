//! `DELETE /invitations/{invitation_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Withdraw an invitation
#[utoipa::path(delete, path = "/api/v1/invitations/{invitation_id}", operation_id = "delete_invitation", tag = "members",
    responses((status = 204, description = "Withdrawn")))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
    Path(invitation_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (catalog, id) = (member.catalog(&context), member.workspace.id.clone());
    let withdrawn = blocking(move || catalog.delete_invitation(&id, &invitation_id)).await??;
    let withdrawn = withdrawn.ok_or_else(|| Problem::not_found("invitation"))?;
    let event = AuditEvent::new(&member.by(), &member.workspace.id, "invitation.withdrawn")
        .on(withdrawn.email.as_deref().unwrap_or("by link"));
    context.record(event).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `POST /invitations/read`: what an invitation's link leads to. By POST, so that the code is in no address and no log.

use axum::Json;
use axum::extract::State;
use model::Role;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use super::dto::InvitationCode;
use crate::access::credential;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationOffer {
    pub workspace_name: String,
    pub role: Role,
    /// The username of the person who sent the invitation.
    pub invited_by: String,
    /// The address that it is for; `null` if anyone with the link can use it.
    pub email: Option<String>,
    pub expires_at: i64,
}

/// Show what an invitation is for
#[utoipa::path(post, path = "/api/v1/invitations/read", operation_id = "read_invitation", tag = "members",
    request_body = InvitationCode, responses((status = 200, body = InvitationOffer)))]
pub async fn handle(
    State(context): State<Shared>,
    Body(request): Body<InvitationCode>,
) -> Result<Json<InvitationOffer>, Problem> {
    let (catalog, hash) = (context.catalog.clone(), credential::hash(&request.code));
    let found = blocking(move || catalog.invitation_by_link(&hash)).await??;
    let now = context.clock.now();
    let invitation = found.filter(|one| one.expires_at > now).ok_or(StoreError::InvitationEnded)?;
    Ok(Json(InvitationOffer {
        workspace_name: invitation.workspace.name,
        role: invitation.role,
        invited_by: invitation.invited_by,
        email: invitation.email,
        expires_at: invitation.expires_at.0,
    }))
}

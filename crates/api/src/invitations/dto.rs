//! An invitation, without the secret part of its link.

use model::{Role, UnixSeconds};
use serde::{Deserialize, Serialize};
use store::Invitation;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    pub id: String,
    /// The address that it is for; `null` if anyone with the link can use it.
    pub email: Option<String>,
    pub role: Role,
    /// A username.
    pub invited_by: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub is_expired: bool,
}

/// The secret part of an invitation's link.
#[derive(Debug, Deserialize, ToSchema)]
pub struct InvitationCode {
    pub code: String,
}

impl InvitationView {
    pub fn new(invitation: Invitation, now: UnixSeconds) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email,
            role: invitation.role,
            invited_by: invitation.invited_by,
            created_at: invitation.created_at.0,
            expires_at: invitation.expires_at.0,
            is_expired: invitation.expires_at <= now,
        }
    }
}

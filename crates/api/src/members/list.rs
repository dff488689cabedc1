//! `GET /members`.

use axum::Json;
use axum::extract::State;
use model::Role;
use serde::Serialize;
use store::Member;
use utoipa::ToSchema;

use crate::access::identity::Membership;
use crate::access::permission::ReadCustomers;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct Members {
    pub data: Vec<MemberView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    pub user_id: String,
    pub full_name: String,
    pub username: String,
    pub email: String,
    pub role: Role,
    pub joined_at: i64,
    /// The operator of the server has locked the account.
    pub is_locked: bool,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        let Member { user, role, joined_at } = member;
        Self {
            user_id: user.id.to_string(),
            full_name: user.full_name,
            username: user.username,
            email: user.email,
            role,
            joined_at: joined_at.0,
            is_locked: user.locked_at.is_some(),
        }
    }
}

/// List the members of the workspace
#[utoipa::path(get, path = "/api/v1/members", operation_id = "list_members", tag = "members",
    responses((status = 200, body = Members)))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<ReadCustomers>,
) -> Result<Json<Members>, Problem> {
    let catalog = context.catalog.clone();
    let found = blocking(move || catalog.members(&member.workspace.id)).await??;
    Ok(Json(Members { data: found.into_iter().map(MemberView::from).collect() }))
}

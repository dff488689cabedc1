//! `PATCH /members/{user_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Role, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct RoleRequest {
    pub role: Role,
}

/// Change a member's role
#[utoipa::path(patch, path = "/api/v1/members/{user_id}", operation_id = "set_member_role", tag = "members",
    request_body = RoleRequest, responses((status = 204, description = "Changed")))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
    Path(user_id): Path<String>,
    Body(request): Body<RoleRequest>,
) -> Result<StatusCode, Problem> {
    let (catalog, id, by) = (member.catalog(&context), member.workspace.id.clone(), member.role);
    let (user, role, author) = (UserId::from(user_id.as_str()), request.role, context.author(&member.by()));
    blocking(move || catalog.set_role(&id, &user, role, by, &author)).await??;
    Ok(StatusCode::NO_CONTENT)
}

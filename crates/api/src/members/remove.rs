//! `DELETE /members/{user_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::UserId;

use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Remove a member from the workspace
#[utoipa::path(delete, path = "/api/v1/members/{user_id}", operation_id = "remove_member", tag = "members",
    responses((status = 204, description = "Removed")))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
    Path(user_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (catalog, id, by) = (member.catalog(&context), member.workspace.id.clone(), member.role);
    let (user, author) = (UserId::from(user_id.as_str()), context.author(&member.by()));
    blocking(move || catalog.remove_member(&id, &user, Some(by), &author)).await??;
    Ok(StatusCode::NO_CONTENT)
}

//! `DELETE /workspace`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::access::identity::Membership;
use crate::access::permission::Own;
use crate::context::Shared;
use crate::problem::Problem;

/// Delete the workspace with its connections and all imported data
#[utoipa::path(delete, path = "/api/v1/workspace", operation_id = "delete_workspace", tag = "workspaces",
    responses((status = 204, description = "Deleted")))]
pub async fn handle(State(context): State<Shared>, member: Membership<Own>) -> Result<StatusCode, Problem> {
    let id = member.workspace.id.clone();
    context.runner.remove_workspace(&id, &context.author(&member.by())).await?;
    Ok(StatusCode::NO_CONTENT)
}

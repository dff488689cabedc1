//! `PATCH /workspace`.

use axum::Json;
use axum::extract::State;

use super::create::WorkspaceRequest;
use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::audit::Event;
use crate::blocking;
use crate::connections::admission;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::WorkspaceView;

/// Rename the workspace
#[utoipa::path(patch, path = "/api/v1/workspace", operation_id = "rename_workspace", tag = "workspaces",
    request_body = WorkspaceRequest, responses((status = 200, body = WorkspaceView)))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
    Body(request): Body<WorkspaceRequest>,
) -> Result<Json<WorkspaceView>, Problem> {
    let name = admission::check_name(&request.name)?.to_owned();
    let id = member.workspace.id.clone();
    let (catalog, new_name) = (context.catalog.clone(), name.clone());
    blocking({
        let id = id.clone();
        move || catalog.rename_workspace(&id, &new_name)
    })
    .await??;
    context.record(Event::new(&member.by(), &id, "workspace.renamed").on(&name)).await?;
    Ok(Json(WorkspaceView { id: id.to_string(), name, role: member.role }))
}

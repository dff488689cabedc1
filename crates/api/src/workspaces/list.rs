//! `GET /workspaces`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Person;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;
use crate::session::dto::WorkspaceView;

#[derive(Debug, Serialize, ToSchema)]
pub struct Workspaces {
    pub data: Vec<WorkspaceView>,
}

/// List the workspaces that you belong to
#[utoipa::path(get, path = "/api/v1/workspaces", operation_id = "list_workspaces", tag = "workspaces",
    responses((status = 200, body = Workspaces)))]
pub async fn handle(State(context): State<Shared>, person: Person) -> Result<Json<Workspaces>, Problem> {
    let (catalog, user, method) = (context.catalog.clone(), person.session.user.id, person.session.method);
    let found = blocking(move || catalog.memberships(&user, &method)).await??;
    Ok(Json(Workspaces { data: found.into_iter().map(WorkspaceView::from).collect() }))
}

//! `GET /workspace/joining`: how many customers of several connections are one.

use ::metrics::joining::{JoiningSummary, summary};
use ::sync::Business;
use axum::Json;
use axum::extract::State;
use model::WorkspaceId;

use crate::access::identity::Access;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::problem::Problem;

/// Show how many customers of several connections are counted as one
#[utoipa::path(get, path = "/api/v1/workspace/joining", operation_id = "read_joining", tag = "workspaces",
    responses((status = 200, body = JoiningSummary)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<ReadMetrics>,
) -> Result<Json<JoiningSummary>, Problem> {
    let business = business(&context, &access.workspace).await?;
    let view = context.view(&business).await?;
    let together = context.runner.together(&business).await?;
    Ok(Json(blocking(move || summary(&together, &view)).await?))
}

/// All connections of a workspace that add up.
pub(super) async fn business(context: &Context, workspace: &WorkspaceId) -> Result<Business, Problem> {
    let (catalog, workspace) = (context.catalog.clone(), workspace.clone());
    let found = blocking(move || Business::of_workspace(&catalog, &workspace)).await??;
    found.ok_or_else(|| Problem::not_found("connection"))
}

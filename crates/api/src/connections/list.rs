//! `GET /connections`.

use ::sync::Business;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use super::dto::ConnectionView;
use crate::access::identity::Access;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct Connections {
    pub data: Vec<ConnectionView>,
    /// Those that add up, as one, under the workspace's id. Missing where fewer than two do.
    pub together: Option<ConnectionView>,
}

/// List the workspace's connections
#[utoipa::path(get, path = "/api/v1/connections", operation_id = "list_connections", tag = "connections",
    responses((status = 200, body = Connections)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<ReadMetrics>,
) -> Result<Json<Connections>, Problem> {
    let catalog = context.catalog.clone();
    let workspace = access.workspace.clone();
    let (settings, records) = blocking(move || {
        Ok::<_, StoreError>((catalog.together_settings(&workspace)?, catalog.connections(&workspace)?))
    })
    .await??;
    let together = Business::together(&access.workspace, settings, records.clone());
    let together = together.filter(|together| together.connections().len() > 1);
    let together = together.map(|together| ConnectionView::of(&together, &context)).transpose()?;
    let data = records.into_iter().map(|record| ConnectionView::new(record, &context)).collect();
    Ok(Json(Connections { data, together }))
}

//! `GET /connections`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
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
}

/// List the workspace's connections
#[utoipa::path(get, path = "/api/v1/connections", operation_id = "list_connections", tag = "connections",
    responses((status = 200, body = Connections)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<ReadMetrics>,
) -> Result<Json<Connections>, Problem> {
    let catalog = context.catalog.clone();
    let records = blocking(move || catalog.connections(&access.workspace)).await??;
    let data = records.into_iter().map(|record| ConnectionView::new(record, &context)).collect();
    Ok(Json(Connections { data }))
}

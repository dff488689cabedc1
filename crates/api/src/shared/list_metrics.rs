//! `GET /shared/metrics`: the registry, without what is hidden.

use ::metrics::registry::Metric;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::Shown;
use crate::access::visit::Visit;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct SharedMetrics {
    pub data: Vec<&'static Metric>,
}

/// List the metrics that an open link can show
#[utoipa::path(get, path = "/api/v1/shared/metrics", operation_id = "list_shared_metrics", tag = "shared",
    responses((status = 200, body = SharedMetrics)))]
pub async fn handle(State(context): State<Shared>, visit: Visit) -> Result<Json<SharedMetrics>, Problem> {
    Ok(Json(SharedMetrics { data: Shown::to(&context, visit).await?.metrics() }))
}

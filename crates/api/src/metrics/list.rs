//! `GET /metrics`: the registry.

use ::metrics::registry::{METRICS, Metric};
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Access;
use crate::access::permission::ReadMetrics;

#[derive(Debug, Serialize, ToSchema)]
pub struct Metrics {
    pub data: &'static [Metric],
}

/// List every metric with its definition
#[utoipa::path(get, path = "/api/v1/metrics", operation_id = "list_metrics", tag = "metrics",
    responses((status = 200, body = Metrics)))]
pub async fn handle(_: Access<ReadMetrics>) -> Json<Metrics> {
    Json(Metrics { data: METRICS })
}

//! `GET /metrics`: the registry.

use ::metrics::registry::{METRICS, Unit};
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Tenant;

#[derive(Debug, Serialize, ToSchema)]
pub struct Metrics {
    pub data: Vec<MetricView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Metric)]
pub struct MetricView {
    pub id: &'static str,
    pub label: &'static str,
    /// `money` (smallest units), `count` or `ratio`.
    pub unit: &'static str,
    pub formula: &'static str,
    /// Its page in the documentation, as a path under `docs/`.
    pub docs_url: &'static str,
    /// Whether it can be filtered by plan, product and interval.
    pub supports_filters: bool,
}

/// Every metric, with its definition
#[utoipa::path(get, path = "/api/v1/metrics", operation_id = "list_metrics", tag = "metrics",
    responses((status = 200, body = Metrics)))]
pub async fn handle(_: Tenant) -> Json<Metrics> {
    let data = METRICS.iter().map(|metric| MetricView {
        id: metric.id.as_str(),
        label: metric.label,
        unit: match metric.unit {
            Unit::Money => "money",
            Unit::Count => "count",
            Unit::Ratio => "ratio",
        },
        formula: metric.formula,
        docs_url: metric.docs_page,
        supports_filters: metric.supports_filters,
    });
    Json(Metrics { data: data.collect() })
}

//! `GET /connections/{id}/metrics/{metric}`: any metric, one value per point.

use ::metrics::envelope::{self, Envelope};
use ::metrics::query::{Answer, ValuePoint};
use ::metrics::question::{Question, nothing_else};
use ::metrics::registry::Metric;
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;

use super::parameters::QuestionParams;
use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

#[derive(Debug, Deserialize)]
pub struct MetricPath {
    metric: String,
}

/// # Errors
/// When there is no such metric.
pub(crate) fn metric_of(path: &MetricPath) -> Result<&'static Metric, Problem> {
    Metric::find(&path.metric).ok_or_else(|| Problem::not_found("metric"))
}

/// A metric over time
#[utoipa::path(get, path = "/api/v1/connections/{id}/metrics/{metric}", operation_id = "read_metric", tag = "metrics",
    params(QuestionParams), responses((status = 200, body = Envelope<Answer<ValuePoint>>)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Path(path): Path<MetricPath>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<Answer<ValuePoint>>>, Problem> {
    let metric = metric_of(&path)?;
    let (question, others) = Question::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(&of).await?;
    let answer = blocking(move || envelope::value(&view, metric, question)).await??;
    Ok(Json(answer))
}

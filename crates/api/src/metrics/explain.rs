//! `GET /connections/{id}/metrics/{metric}/explain`: what a value is made of.

use ::metrics::envelope::{self, Envelope};
use ::metrics::query::ExplainedValue;
use ::metrics::question::{Question, nothing_else};
use axum::Json;
use axum::extract::{Path, State};

use super::parameters::FilterParams;
use super::value::{MetricPath, metric_of};
use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;
use utoipa::IntoParams;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodParams {
    /// First day of the period, `YYYY-MM-DD`. The whole range is taken as one period.
    pub from: Option<String>,
    /// Its last day.
    pub to: Option<String>,
}

/// Explain a metric's value: the sums that its formula is made of
#[utoipa::path(get, path = "/api/v1/connections/{id}/metrics/{metric}/explain", operation_id = "explain_metric",
    tag = "metrics", params(PeriodParams, FilterParams),
    responses((status = 200, body = Envelope<ExplainedValue>)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Path(path): Path<MetricPath>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<ExplainedValue>>, Problem> {
    let metric = metric_of(&path)?;
    let (question, others) = Question::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(&of).await?;
    Ok(Json(blocking(move || envelope::explain(&view, metric, question)).await??))
}

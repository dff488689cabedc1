//! `GET /connections/{id}/cohorts`: customers by when they began.

use ::metrics::envelope::{self, Envelope};
use ::metrics::query::{CohortValue, Cohorts};
use ::metrics::question::{Question, nothing_else, parse};
use axum::Json;
use axum::extract::State;

use super::parameters::QuestionParams;
use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

/// Cohorts of customers by the period of their first MRR
///
/// Without `from` or `range`, all there ever were. `interval` is `month` (default), `quarter` or `year`; with `by`,
/// one series per group of what the customers first had.
#[utoipa::path(get, path = "/api/v1/connections/{id}/cohorts", operation_id = "read_cohorts", tag = "metrics",
    params(QuestionParams, ("what" = Option<CohortValue>, Query, description = "What of a cohort to follow. Default: `customers`.")),
    responses((status = 200, body = Envelope<Cohorts>)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<Cohorts>>, Problem> {
    let (question, mut others) = Question::from_pairs(pairs)?;
    let what = match others.iter().position(|(name, _)| name == "what") {
        Some(place) => parse::<CohortValue>("what", &others.remove(place).1)?,
        None => CohortValue::Customers,
    };
    nothing_else(&others)?;
    let view = context.view(&of).await?;
    let answer = blocking(move || envelope::cohorts(&view, what, question)).await??;
    Ok(Json(answer))
}

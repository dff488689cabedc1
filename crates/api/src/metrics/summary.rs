//! `GET /connections/{id}/summary`: the current figures, in one currency.

use ::metrics::envelope::{self, Envelope};
use ::metrics::query::Summary;
use ::metrics::question::{Question, nothing_else};
use axum::Json;
use axum::extract::State;

use super::parameters::FilterParams;
use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

/// Show the current figures
#[utoipa::path(get, path = "/api/v1/connections/{id}/summary", operation_id = "read_summary", tag = "metrics",
    params(FilterParams), responses((status = 200, body = Envelope<Summary>)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<Summary>>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(&of).await?;
    let answer = blocking(move || envelope::summary(&view, &question)).await??;
    Ok(Json(answer))
}

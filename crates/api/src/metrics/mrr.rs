//! `GET /connections/{id}/metrics/mrr`.

use ::metrics::envelope::{self, Envelope};
use ::metrics::query::{Answer, MrrPoint};
use ::metrics::question::{Question, nothing_else};
use axum::Json;
use axum::extract::State;

use super::parameters::QuestionParams;
use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

/// MRR and its movements over time
#[utoipa::path(get, path = "/api/v1/connections/{id}/metrics/mrr", operation_id = "read_mrr", tag = "metrics",
    params(QuestionParams), responses((status = 200, body = Envelope<Answer<MrrPoint>>)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<Answer<MrrPoint>>>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(&of).await?;
    let answer = blocking(move || envelope::mrr(&view, question)).await??;
    Ok(Json(answer))
}

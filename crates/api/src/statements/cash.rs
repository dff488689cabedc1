//! `GET /connections/{id}/statements/cash`: month by month, from payments to what was added to the balance.

use ::metrics::envelope::{self, Envelope};
use ::metrics::question::{Question, nothing_else};
use ::metrics::statement::cash::CashStatement;
use axum::Json;
use axum::extract::State;
use utoipa::IntoParams;

use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CashParams {
    /// A day of the first month. Default: a year before `to`.
    pub from: Option<String>,
    /// A day of the last month. Default: today.
    pub to: Option<String>,
}

/// Explain net cash by payments, refunds, disputes and fees
#[utoipa::path(get, path = "/api/v1/connections/{id}/statements/cash", operation_id = "read_cash_statement",
    tag = "metrics", params(CashParams), responses((status = 200, body = Envelope<CashStatement>)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<CashStatement>>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(&of).await?;
    Ok(Json(blocking(move || envelope::cash(&view, question)).await??))
}

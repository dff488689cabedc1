//! `GET /connections/{id}/reconcile`: month by month, down to nothing unexplained.

use ::metrics::query::QueryError;
use ::metrics::question::{Question, nothing_else};
use ::metrics::reconcile::{ReconciledMonth, reconcile};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReconcileParams {
    /// A day of the first month. Default: a year before `to`.
    pub from: Option<String>,
    /// A day of the last month. Default: today.
    pub to: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct Months {
    pub months: Vec<ReconciledMonth>,
}

/// Reconcile paid invoices with MRR
#[utoipa::path(get, path = "/api/v1/connections/{id}/reconcile", operation_id = "read_reconciliation",
    tag = "metrics", params(ReconcileParams), responses((status = 200, body = Months)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Months>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(&of).await?;
    let query = question.query(&view)?;
    if query.from > query.to {
        return Err(QueryError::EmptyRange { from: query.from, to: query.to }.into());
    }
    let months = blocking(move || reconcile(&view.ledger, query.from, query.to)).await?;
    Ok(Json(Months { months }))
}

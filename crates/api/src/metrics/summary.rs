//! `GET /connections/{id}/summary`: how things stand now, in one currency.

use ::metrics::query::{self, Reporting};
use ::metrics::registry::MetricId;
use axum::Json;
use axum::extract::State;
use model::{Day, UnixSeconds};
use serde::Serialize;

use super::asked::{Asked, nothing_else};
use super::envelope;
use super::schema::{self, FilterParams};
use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

#[derive(Debug, Serialize)]
pub struct SummaryAnswer {
    #[serde(flatten)]
    summary: query::Summary,
    data_through: Option<UnixSeconds>,
    is_history_complete: bool,
    reaches_back_on: Option<Day>,
    absent: Vec<&'static str>,
}

/// How things stand now
#[utoipa::path(get, path = "/api/v1/connections/{id}/summary", operation_id = "read_summary", tag = "metrics",
    params(FilterParams), responses((status = 200, body = schema::Summary)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<SummaryAnswer>, Problem> {
    let (asked, others) = Asked::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(record).await?;
    // A summary is one figure of everything, so it is always in one currency.
    let currency = match asked.currency {
        Some(Reporting::In(currency)) => currency,
        Some(Reporting::Native) | None => view.reporting_currency(),
    };
    let answer = blocking(move || -> Result<_, query::QueryError> {
        let summary = query::summary(&view.ledger, &view.rates, currency, &asked.filter, view.now)?;
        Ok(SummaryAnswer {
            summary,
            data_through: view.record.data_through,
            is_history_complete: view.record.loaded_at.is_some(),
            reaches_back_on: view.reaches_back_on,
            absent: envelope::absent(&view.record, MetricId::NetRevenue),
        })
    });
    Ok(Json(answer.await??))
}

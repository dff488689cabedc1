//! `GET /connections/{id}/metrics/{metric}/transactions`: the balance transactions behind a value.

use ::metrics::query::{self, BalanceTransactionPage, BalanceTransactionsQuery};
use ::metrics::question::{Question, nothing_else};
use axum::Json;
use axum::extract::{Path, State};

use super::contributions::ContributionParams;
use super::explain::PeriodParams;
use super::parameters::FilterParams;
use super::value::{MetricPath, metric_of};
use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::audit::Given;
use crate::audit::record_export::ExportedList;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::Page;
use crate::problem::Problem;

/// List the balance transactions that a value of `fees` or `net_cash` is the sum of
#[utoipa::path(get, path = "/api/v1/connections/{id}/metrics/{metric}/transactions",
    operation_id = "list_balance_transactions", tag = "metrics", params(PeriodParams, FilterParams, ContributionParams),
    responses((status = 200, body = BalanceTransactionPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Path(path): Path<MetricPath>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<BalanceTransactionPage>, Problem> {
    let metric = metric_of(&path)?;
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (Page { cursor, limit }, rows) = page.within(&context, figures.of.workspace())?;
    nothing_else(&others)?;
    let view = context.view(&figures.of).await?;
    let answer = blocking(move || {
        let asked = BalanceTransactionsQuery { query: question.query_of(&view, metric)?, cursor, limit };
        query::balance_transactions(&view.ledger, &view.rates, metric, &asked)
    });
    let answer = answer.await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::BalanceTransactions, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

//! `GET /connections/{id}/statements/cash/transactions`: what is behind a cell.

use ::metrics::question::nothing_else;
use ::metrics::statement::cash::{CashTransactionPage, CashTransactionsQuery, transactions};
use axum::Json;
use axum::extract::State;
use utoipa::IntoParams;

use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::audit::Given;
use crate::audit::record_export::ExportedList;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::Page;
use crate::problem::Problem;
use crate::statements::required;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CashTransactionParams {
    /// Any day of the month, `YYYY-MM-DD`.
    pub month_on: String,
    /// The currency of the cell.
    pub currency: String,
    /// A line of the statement, `payments_collected` or `net_cash`.
    pub line: String,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// List the balance transactions behind a cell of the cash statement
#[utoipa::path(get, path = "/api/v1/connections/{id}/statements/cash/transactions",
    operation_id = "list_cash_transactions", tag = "metrics", params(CashTransactionParams),
    responses((status = 200, body = CashTransactionPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<CashTransactionPage>, Problem> {
    let (page, mut others) = Page::from_pairs(pairs)?;
    let month_on = required(&mut others, "month_on")?;
    let currency = required(&mut others, "currency")?;
    let column = required(&mut others, "line")?;
    nothing_else(&others)?;
    let (Page { cursor, limit }, rows) = page.within(&context, figures.of.workspace())?;
    let view = context.view(&figures.of).await?;
    let asked = CashTransactionsQuery { month_on, currency, column, cursor, limit, now: view.now };
    let answer = blocking(move || transactions(&view.ledger, &asked)).await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::CashTransactions, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

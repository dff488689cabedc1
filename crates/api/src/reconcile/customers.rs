//! `GET /connections/{id}/reconcile/customers`: who is behind a cell.

use ::metrics::question::nothing_else;
use ::metrics::reconcile::{ReconciledCustomerPage, ReconciledCustomersQuery, customers};
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
pub struct ReconciledCustomerParams {
    /// Any day of the month, `YYYY-MM-DD`.
    pub month_on: String,
    /// The currency of the cell.
    pub currency: String,
    /// A reason of the statement, `total`, `used` or `unexplained`.
    pub part: String,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// List the customers behind a cell of the reconciliation
#[utoipa::path(get, path = "/api/v1/connections/{id}/reconcile/customers",
    operation_id = "list_reconciled_customers", tag = "metrics", params(ReconciledCustomerParams),
    responses((status = 200, body = ReconciledCustomerPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<ReconciledCustomerPage>, Problem> {
    let (page, mut others) = Page::from_pairs(pairs)?;
    let month_on = required(&mut others, "month_on")?;
    let currency = required(&mut others, "currency")?;
    let part = required(&mut others, "part")?;
    nothing_else(&others)?;
    let (Page { cursor, limit }, rows) = page.within(&context, figures.of.workspace())?;
    let view = context.view(&figures.of).await?;
    let asked = ReconciledCustomersQuery { month_on, currency, part, cursor, limit };
    let answer = blocking(move || customers(&view.ledger, &asked)).await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::ReconciledCustomers, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

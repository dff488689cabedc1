//! `GET /connections/{id}/statements/mrr/customers`: who is behind a cell.

use ::metrics::question::nothing_else;
use ::metrics::statement::mrr::{MrrCustomerPage, MrrCustomersQuery, customers};
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
pub struct MrrCustomerParams {
    /// The currency of the cell.
    pub currency: String,
    /// A reason of the statement, `mrr`, `provider_mrr`, `unexplained`, or `difference` for all reasons.
    pub reason: String,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// List the customers behind a cell of the MRR statement
#[utoipa::path(get, path = "/api/v1/connections/{id}/statements/mrr/customers",
    operation_id = "list_mrr_customers", tag = "metrics", params(MrrCustomerParams),
    responses((status = 200, body = MrrCustomerPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<MrrCustomerPage>, Problem> {
    let (page, mut others) = Page::from_pairs(pairs)?;
    let currency = required(&mut others, "currency")?;
    let column = required(&mut others, "reason")?;
    nothing_else(&others)?;
    let (Page { cursor, limit }, rows) = page.within(&context, figures.of.workspace())?;
    let view = context.view(&figures.of).await?;
    let asked = MrrCustomersQuery { currency, column, cursor, limit, method: view.mrr_method, now: view.now };
    let answer = blocking(move || customers(&view.ledger, &asked)).await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::MrrCustomers, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

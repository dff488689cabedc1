//! `GET /connections/{id}/reconcile/customers/{customer_id}`: the invoices of a customer, line by line.

use ::metrics::question::nothing_else;
use ::metrics::reconcile::{ReconciledInvoice, invoices};
use ::sync::Business;
use axum::Json;
use axum::extract::{Path, State};
use model::CustomerId;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::blocking;
use crate::context::{CustomerAccount, Shared};
use crate::customers::read::CustomerPath;
use crate::http::json::Query;
use crate::problem::Problem;
use crate::statements::required;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReconciledLineParams {
    /// Any day of the month, `YYYY-MM-DD`.
    pub month_on: String,
    pub currency: String,
}

/// What a customer paid in a month, in the order of payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciledInvoices {
    pub invoices: Vec<ReconciledInvoice>,
}

/// Show what became of each line that a customer paid in a month
#[utoipa::path(get, path = "/api/v1/connections/{id}/reconcile/customers/{customer_id}",
    operation_id = "read_reconciled_customer", tag = "metrics", params(ReconciledLineParams),
    responses((status = 200, body = ReconciledInvoices)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadCustomers>,
    Path(path): Path<CustomerPath>,
    Query(mut pairs): Query<Vec<(String, String)>>,
) -> Result<Json<ReconciledInvoices>, Problem> {
    let asked = (required(&mut pairs, "month_on")?, required(&mut pairs, "currency")?);
    nothing_else(&pairs)?;
    let zone = of.settings().zone().map_err(|error| Problem::internal(&error))?;
    let id = CustomerId::from(path.customer_id);
    // One account has all that it needs in its objects.
    let ledger = match of {
        Business::Together { .. } => Some(context.runner.ledger_of(&of).await?),
        Business::One(_) => None,
    };
    let mut accounts = context.accounts(&of, ledger.as_deref(), &id).await?;
    accounts.retain(|CustomerAccount { history, .. }| {
        history.customer.is_some() || !history.invoices.is_empty() || !history.subscriptions.is_empty()
    });
    if accounts.is_empty() {
        return Err(Problem::not_found("customer"));
    }
    let is_together = ledger.is_some();
    let read = move || {
        let own = accounts.iter().flat_map(|CustomerAccount { record, history, prices, .. }| {
            let own = invoices(history, prices, record.settings.rules, asked, &zone).into_iter();
            own.map(|own| ReconciledInvoice { account: is_together.then(|| record.name.clone()), ..own })
        });
        own.collect()
    };
    Ok(Json(ReconciledInvoices { invoices: blocking(read).await? }))
}

//! `GET /connections/{id}/customers/{customer_id}`.

use ::sync::Business;
use axum::Json;
use axum::extract::{Path, State};
use model::CustomerId;
use serde::Deserialize;

use super::detail::{self, CustomerDetail};
use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Deserialize)]
pub struct CustomerPath {
    pub customer_id: String,
}

/// Show a customer: its MRR over time, subscriptions, invoices and charges
///
/// With the workspace's id in place of a connection's, a customer of several accounts is shown with all that each has of it.
#[utoipa::path(get, path = "/api/v1/connections/{id}/customers/{customer_id}", operation_id = "read_customer",
    tag = "customers", responses((status = 200, body = CustomerDetail)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadCustomers>,
    Path(path): Path<CustomerPath>,
) -> Result<Json<CustomerDetail>, Problem> {
    let id = CustomerId::from(path.customer_id);
    let view = context.view(&of).await?;
    let is_together = matches!(of, Business::Together { .. });
    let accounts = context.accounts(&of, is_together.then_some(&view.ledger), &id).await?;
    let found = blocking(move || detail::of(&view, &id, &accounts, is_together)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("customer"))
}

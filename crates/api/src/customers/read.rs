//! `GET /connections/{id}/customers/{customer_id}`.

use axum::Json;
use axum::extract::{Path, State};
use model::CustomerId;
use serde::Deserialize;

use super::detail::{self, CustomerDetail};
use crate::access::identity::Connection;
use crate::access::permission::ReadCustomers;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Deserialize)]
pub struct CustomerPath {
    pub customer_id: String,
}

/// Show a customer: its MRR over time, subscriptions, invoices and charges
#[utoipa::path(get, path = "/api/v1/connections/{id}/customers/{customer_id}", operation_id = "read_customer",
    tag = "customers", responses((status = 200, body = CustomerDetail)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<ReadCustomers>,
    Path(path): Path<CustomerPath>,
) -> Result<Json<CustomerDetail>, Problem> {
    let id = CustomerId::from(path.customer_id);
    let view = context.view_of(record.clone()).await?;
    let (history, prices) = context.history(record.clone(), id.clone()).await?;
    let found = blocking(move || detail::of(&view, &record, &id, &history, &prices)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("customer"))
}

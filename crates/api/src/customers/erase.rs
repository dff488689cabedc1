//! `POST /connections/{id}/customers/{customer_id}/erase`: permanently deletes a customer's personal data.

use std::collections::BTreeMap;

use ::sync::runner::ErasureReceipt;
use axum::Json;
use axum::extract::{Path, State};
use model::CustomerId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::context::Shared;
use crate::problem::Problem;

/// Proof of what was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ErasureReceipt)]
pub struct ErasureReceiptView {
    pub connection: String,
    pub customer: String,
    pub erased_at: i64,
    /// Objects from which personal data was deleted, by kind. Ids, amounts and times are kept, so no figure changes.
    pub objects: BTreeMap<String, u64>,
}

/// Permanently delete a customer's personal data
#[utoipa::path(post, path = "/api/v1/connections/{id}/customers/{customer_id}/erase", operation_id = "erase_customer",
    tag = "customers", params(("customer_id" = String, Path)), responses((status = 200, body = ErasureReceiptView)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, by, .. }: Connection<Manage>,
    path: Path<(String, String)>,
) -> Result<Json<ErasureReceiptView>, Problem> {
    let Path((_, customer)) = path;
    let customer = CustomerId::from(customer);
    let receipt = context.runner.erase_customer(&record.workspace, &record.id, &customer).await?;
    // Only the provider's id: the log outlives the erasure.
    let event = AuditEvent::of_connection(&by, &record, "customer.erased").detail(customer.as_str());
    context.record(event).await?;
    Ok(Json(ErasureReceiptView::from(receipt)))
}

impl From<ErasureReceipt> for ErasureReceiptView {
    fn from(receipt: ErasureReceipt) -> Self {
        Self {
            connection: receipt.connection.to_string(),
            customer: receipt.customer.to_string(),
            erased_at: receipt.erased_at.0,
            objects: receipt.objects.into_iter().map(|(kind, count)| (kind.to_string(), count)).collect(),
        }
    }
}

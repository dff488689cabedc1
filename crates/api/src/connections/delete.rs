//! `DELETE /connections/{id}`: deletes the connection, its key and all imported data.

use std::collections::BTreeMap;

use ::sync::runner::{RemovalReceipt, WebhookRemoval};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::context::Shared;
use crate::problem::Problem;

/// Proof of what was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RemovalReceipt)]
pub struct RemovalReceiptView {
    pub connection: String,
    pub name: String,
    pub removed_at: i64,
    /// Objects that were deleted, by kind.
    pub objects: BTreeMap<String, u64>,
    pub webhook: WebhookRemovalView,
}

/// What happened to our endpoint at the provider.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookRemoval)]
pub enum WebhookRemovalView {
    /// There was none.
    None,
    Removed,
    /// The provider did not remove it: delete it there by hand. Its deliveries are rejected.
    Left,
}

/// Delete a connection and all imported data
#[utoipa::path(delete, path = "/api/v1/connections/{id}", operation_id = "delete_connection", tag = "connections",
    responses((status = 200, body = RemovalReceiptView)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, by, .. }: Connection<Manage>,
) -> Result<Json<RemovalReceiptView>, Problem> {
    let author = context.author(&by);
    let receipt = context.runner.remove(&record.workspace, &record.id, Some(&author)).await?;
    Ok(Json(RemovalReceiptView::from(receipt)))
}

impl From<RemovalReceipt> for RemovalReceiptView {
    fn from(receipt: RemovalReceipt) -> Self {
        Self {
            connection: receipt.connection.to_string(),
            name: receipt.name,
            removed_at: receipt.removed_at.0,
            objects: receipt.objects.into_iter().map(|(kind, count)| (kind.to_string(), count)).collect(),
            webhook: match receipt.webhook {
                WebhookRemoval::None => WebhookRemovalView::None,
                WebhookRemoval::Removed => WebhookRemovalView::Removed,
                WebhookRemoval::Left => WebhookRemovalView::Left,
            },
        }
    }
}

//! `DELETE /connections/{id}/webhook`: no more deliveries until the next sync is requested.

use axum::extract::State;
use axum::http::StatusCode;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::context::Shared;
use crate::problem::Problem;

/// Remove the webhook from the provider and forget its secrets
#[utoipa::path(delete, path = "/api/v1/connections/{id}/webhook", operation_id = "delete_webhook", tag = "sync",
    responses((status = 204, description = "Removed")))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, by, .. }: Connection<Manage>,
) -> Result<StatusCode, Problem> {
    context.runner.remove_webhook(&record.workspace, &record.id).await?;
    context.record(AuditEvent::of_connection(&by, &record, "webhook.removed")).await?;
    Ok(StatusCode::NO_CONTENT)
}

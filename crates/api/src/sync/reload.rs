//! `POST /connections/{id}/reload`: for data that is corrupted or looks wrong.

use axum::extract::State;
use axum::http::StatusCode;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::context::Shared;
use crate::problem::Problem;

/// Discard the local copy and import everything again
///
/// Key, settings and webhook are kept, and so are erasures and the list of restatements as far as they can be read.
/// Figures fill in as during the first import.
#[utoipa::path(post, path = "/api/v1/connections/{id}/reload", operation_id = "reload_connection", tag = "sync",
    responses((status = 202, description = "Running, or about to start")))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, by, .. }: Connection<Manage>,
) -> Result<StatusCode, Problem> {
    context.runner.reload(&record.workspace, &record.id).await?;
    context.record(AuditEvent::of_connection(&by, &record, "connection.reloaded")).await?;
    Ok(StatusCode::ACCEPTED)
}

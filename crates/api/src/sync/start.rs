//! `POST /connections/{id}/sync`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::context::Shared;

/// Bring a connection up to date now
#[utoipa::path(post, path = "/api/v1/connections/{id}/sync", operation_id = "start_sync", tag = "sync",
    responses((status = 202, description = "Running, or about to start")))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<Manage>,
) -> StatusCode {
    context.runner.start_sync(&record.id);
    StatusCode::ACCEPTED
}

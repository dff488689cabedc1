//! `GET /connections/{id}/sync`.

use axum::Json;
use axum::extract::State;
use connect::Source;

use super::dto::ProgressView;
use crate::access::identity::Connection;
use crate::access::permission::ReadMetrics;
use crate::context::Shared;

/// Show the progress of the work on a connection
#[utoipa::path(get, path = "/api/v1/connections/{id}/sync", operation_id = "read_sync", tag = "sync",
    responses((status = 200, body = ProgressView)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<ReadMetrics>,
) -> Json<ProgressView> {
    let progress = context.runner.progress(&record.id);
    let view = ProgressView::new(Source::of(&record.source), &progress.borrow());
    Json(view)
}

//! `GET /connections/{id}/sync`.

use axum::Json;
use axum::extract::State;

use super::dto::ProgressView;
use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::context::Shared;

/// Show the progress of the work on a connection, or on several together
#[utoipa::path(get, path = "/api/v1/connections/{id}/sync", operation_id = "read_sync", tag = "sync",
    responses((status = 200, body = ProgressView)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
) -> Json<ProgressView> {
    Json(ProgressView::of(&context, &of))
}

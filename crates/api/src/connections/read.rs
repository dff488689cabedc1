//! `GET /connections/{id}`.

use axum::Json;
use axum::extract::State;

use super::dto::ConnectionView;
use crate::access::identity::Connection;
use crate::access::permission::ReadMetrics;
use crate::context::Shared;

/// Show a connection
#[utoipa::path(get, path = "/api/v1/connections/{id}", operation_id = "read_connection", tag = "connections",
    responses((status = 200, body = ConnectionView)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<ReadMetrics>,
) -> Json<ConnectionView> {
    Json(ConnectionView::new(record, &context))
}

//! `GET /connections/{id}`.

use axum::Json;
use axum::extract::State;

use super::dto::ConnectionView;
use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::context::Shared;
use crate::problem::Problem;

/// Show a connection, or several together
#[utoipa::path(get, path = "/api/v1/connections/{id}", operation_id = "read_connection", tag = "connections",
    responses((status = 200, body = ConnectionView)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
) -> Result<Json<ConnectionView>, Problem> {
    ConnectionView::of(&of, &context).map(Json)
}

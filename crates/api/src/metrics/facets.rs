//! `GET /connections/{id}/facets`: the values to filter by.

use ::metrics::query::{self, Facets};
use axum::Json;
use axum::extract::State;

use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// List the values to filter by
#[utoipa::path(get, path = "/api/v1/connections/{id}/facets", operation_id = "read_facets", tag = "metrics",
    responses((status = 200, body = Facets)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
) -> Result<Json<Facets>, Problem> {
    let view = context.view(&of).await?;
    Ok(Json(blocking(move || query::facets(&view.ledger, &view.rates, view.now)).await?))
}

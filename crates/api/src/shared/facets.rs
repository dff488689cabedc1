//! `GET /shared/facets`: the names of what the page shows.

use ::metrics::query::Facets;
use axum::Json;
use axum::extract::State;

use super::shown::Shown;
use crate::access::visit::Visit;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Name what the page of an open link shows
#[utoipa::path(get, path = "/api/v1/shared/facets", operation_id = "read_shared_facets", tag = "shared",
    responses((status = 200, body = Facets)))]
pub async fn handle(State(context): State<Shared>, visit: Visit) -> Result<Json<Facets>, Problem> {
    let shown = Shown::to(&context, visit).await?;
    Ok(Json(blocking(move || shown.facets()).await?))
}

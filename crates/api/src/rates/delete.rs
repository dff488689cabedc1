//! `DELETE /rates/{rate_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::access::identity::Tenant;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Delete an exchange rate that was entered
#[utoipa::path(delete, path = "/api/v1/rates/{rate_id}", operation_id = "delete_rate", tag = "rates",
    responses((status = 204, description = "Deleted; pegs and published rates apply again")))]
pub async fn handle(
    State(context): State<Shared>,
    tenant: Tenant,
    Path(rate_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let catalog = context.catalog.clone();
    match blocking(move || catalog.delete_rate(&tenant.workspace, &rate_id)).await?? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("rate")),
    }
}

//! `DELETE /rates/{rate_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Delete an exchange rate that was entered
#[utoipa::path(delete, path = "/api/v1/rates/{rate_id}", operation_id = "delete_rate", tag = "rates",
    responses((status = 204, description = "Deleted; pegs and published rates apply again")))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Path(rate_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let event = AuditEvent::new(&access.by, &access.workspace, "rates.deleted").on(&rate_id);
    let catalog = access.catalog(&context);
    if !blocking(move || catalog.delete_rate(&access.workspace, &rate_id)).await?? {
        return Err(Problem::not_found("rate"));
    }
    context.record(event).await?;
    Ok(StatusCode::NO_CONTENT)
}

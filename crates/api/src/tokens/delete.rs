//! `DELETE /tokens/{token_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::access::identity::Person;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Revoke a token
#[utoipa::path(delete, path = "/api/v1/tokens/{token_id}", operation_id = "delete_token", tag = "tokens",
    responses((status = 204, description = "Revoked")))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Path(token_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let catalog = context.catalog.clone();
    let workspace = person.session.workspace.id;
    match blocking(move || catalog.delete_token(&workspace, &token_id)).await?? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("token")),
    }
}

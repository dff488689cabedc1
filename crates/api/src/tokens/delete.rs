//! `DELETE /tokens/{token_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Revoke a token
#[utoipa::path(delete, path = "/api/v1/tokens/{token_id}", operation_id = "delete_token", tag = "tokens",
    responses((status = 204, description = "Revoked")))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
    Path(token_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (catalog, workspace, id) = (member.catalog(&context), member.workspace.id.clone(), token_id.clone());
    if !blocking(move || catalog.delete_token(&workspace, &id)).await?? {
        return Err(Problem::not_found("token"));
    }
    context.record(AuditEvent::new(&member.by(), &member.workspace.id, "token.revoked").on(token_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

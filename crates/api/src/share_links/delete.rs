//! `DELETE /share-links/{link_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::access::identity::Access;
use crate::access::permission::Share;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Revoke a share link
///
/// Whoever has it open sees nothing new from then on.
#[utoipa::path(delete, path = "/api/v1/share-links/{link_id}", operation_id = "delete_share_link", tag = "share links",
    responses((status = 204, description = "Revoked")))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Share>,
    Path(link_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (catalog, workspace) = (access.catalog(&context), access.workspace.clone());
    let link = blocking(move || catalog.delete_share_link(&workspace, &link_id)).await??;
    let link = link.ok_or_else(|| Problem::not_found("link"))?;
    let event = AuditEvent::new(&access.by, &access.workspace, "share_link.revoked");
    context.record(event.on(link.name).detail(link.page)).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `PATCH /connections/{id}`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::admission;
use super::dto::ConnectionView;
use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct RenameRequest {
    pub name: String,
}

/// Rename a connection
#[utoipa::path(patch, path = "/api/v1/connections/{id}", operation_id = "rename_connection", tag = "connections",
    request_body = RenameRequest, responses((status = 200, body = ConnectionView)))]
pub async fn handle(
    State(context): State<Shared>,
    connection: Connection<Manage>,
    Body(request): Body<RenameRequest>,
) -> Result<Json<ConnectionView>, Problem> {
    let name = admission::check_name(&request.name)?.to_owned();
    let catalog = connection.catalog(&context);
    let Connection { record, by, .. } = connection;
    let changed = blocking(move || {
        catalog.update_connection(&record.workspace, &record.id, |record| record.name = name)
    });
    let changed = changed.await??;
    context.record(AuditEvent::of_connection(&by, &changed, "connection.renamed")).await?;
    Ok(Json(ConnectionView::new(changed, &context)))
}

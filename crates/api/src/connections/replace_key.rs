//! `PUT /connections/{id}/key`: another key for the same account.

use ::sync::runner::source_of;
use axum::Json;
use axum::extract::State;
use model::Secret;
use serde::Deserialize;
use store::ConnectionRecord;
use utoipa::ToSchema;

use super::admission::{self, AdmissionError, Destination};
use super::dto::ConnectionView;
use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct KeyRequest {
    /// A key that reads the same account.
    #[schema(value_type = String, format = Password)]
    pub key: Secret,
}

/// Replace a connection's key
#[utoipa::path(put, path = "/api/v1/connections/{id}/key", operation_id = "replace_key", tag = "connections",
    request_body = KeyRequest, responses((status = 200, body = ConnectionView)))]
pub async fn handle(
    State(context): State<Shared>,
    connection: Connection<Manage>,
    Body(request): Body<KeyRequest>,
) -> Result<Json<ConnectionView>, Problem> {
    let catalog = connection.catalog(&context);
    let Connection { record, by, .. } = connection;
    if record.is_sample {
        return Err(Problem::field("key", "a sample merchant's key can't be replaced"));
    }
    let source = source_of(&record)?;
    let base = admission::parse_base(source, Some(&record.api_base))?;
    let candidate = admission::examine(
        source,
        &request.key,
        base,
        context.options.network.clone(),
        context.clock.clone(),
    )
    .await?;
    let shared = context.clone();
    let changed = blocking(move || -> Result<Option<ConnectionRecord>, AdmissionError> {
        let destination = Destination { data: &shared.data, catalog: &catalog, workspace: &record.workspace };
        candidate.replace_key(&destination, &record)?;
        Ok(shared.catalog.connection(&record.workspace, &record.id)?)
    });
    let record = changed.await??.ok_or_else(|| Problem::not_found("connection"))?;
    // Work in progress continues with the new key.
    context.runner.settings_changed(&record.id);
    context.runner.start_sync(&record.id);
    context.record(AuditEvent::of_connection(&by, &record, "connection.key_replaced")).await?;
    Ok(Json(ConnectionView::new(record, &context)))
}

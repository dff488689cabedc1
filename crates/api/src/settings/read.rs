//! `GET /connections/{id}/settings`.

use axum::Json;

use super::dto::SettingsView;
use crate::access::identity::Connection;
use crate::access::permission::ReadMetrics;

/// Show a connection's settings
#[utoipa::path(get, path = "/api/v1/connections/{id}/settings", operation_id = "read_settings", tag = "settings",
    responses((status = 200, body = SettingsView)))]
pub async fn handle(Connection { record, .. }: Connection<ReadMetrics>) -> Json<SettingsView> {
    Json(SettingsView::from(&record.settings))
}

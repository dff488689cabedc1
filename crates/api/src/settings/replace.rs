//! `PUT /connections/{id}/settings`: from here on the numbers follow them.

use axum::Json;
use axum::extract::State;

use super::dto::SettingsView;
use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// Change the settings; the numbers are rebuilt where they have to be
#[utoipa::path(put, path = "/api/v1/connections/{id}/settings", operation_id = "replace_settings", tag = "settings",
    request_body = SettingsView, responses((status = 200, body = SettingsView)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
    Body(request): Body<SettingsView>,
) -> Result<Json<SettingsView>, Problem> {
    let settings = request.settings(&record.settings)?;
    let catalog = context.catalog.clone();
    let changed = blocking(move || {
        catalog.update_connection(&record.workspace, &record.id, |record| record.settings = settings)
    });
    let changed = changed.await??;
    context.runner.settings_changed(&changed.id);
    Ok(Json(SettingsView::from(&changed.settings)))
}

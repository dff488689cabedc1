//! `POST /connections/{id}/settings/preview`: what other settings would change, without changing anything.

use ::metrics::preview::{SettingsPreview, preview};
use axum::Json;
use axum::extract::State;

use super::dto::SettingsView;
use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// Preview a change of settings
#[utoipa::path(post, path = "/api/v1/connections/{id}/settings/preview", operation_id = "preview_settings",
    tag = "settings", request_body = SettingsView, responses((status = 200, body = SettingsPreview)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<Manage>,
    Body(request): Body<SettingsView>,
) -> Result<Json<SettingsPreview>, Problem> {
    let settings = request.settings(&record.settings)?;
    let zone = settings.zone().map_err(|error| Problem::field("time_zone", error.to_string()))?;
    let view = context.view_of(record).await?;
    Ok(Json(blocking(move || preview(&view, settings.rules, zone)).await??))
}

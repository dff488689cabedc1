//! `PUT /connections/{id}/settings`: changes the settings; figures follow them from then on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use model::{Currency, Settings, WorkspaceId};
use serde::Serialize;

use super::dto::SettingsView;
use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// Change the settings; figures are rebuilt if necessary
#[utoipa::path(put, path = "/api/v1/connections/{id}/settings", operation_id = "replace_settings", tag = "settings",
    request_body = SettingsView, responses((status = 200, body = SettingsView)))]
pub async fn handle(
    State(context): State<Shared>,
    connection: Connection<Manage>,
    Body(request): Body<SettingsView>,
) -> Result<Json<SettingsView>, Problem> {
    let catalog = connection.catalog(&context);
    let Connection { record, by, .. } = connection;
    let settings = request.settings(&record.settings)?;
    let before = SettingsView::from(&record.settings);
    let known = [record.default_currency, record.settings.reporting_currency];
    check_currency(&context, &record.workspace, &settings, &known).await?;
    let changed = blocking(move || {
        catalog.update_connection(&record.workspace, &record.id, |record| record.settings = settings)
    });
    let changed = changed.await??;
    context.runner.settings_changed(&changed.id);
    let after = SettingsView::from(&changed.settings);
    let event = AuditEvent::of_connection(&by, &changed, "settings.changed");
    context.record(event.detail(differences(&before, &after))).await?;
    Ok(Json(after))
}

/// The names of the settings that differ.
pub(crate) fn differences<T: Serialize>(before: &T, after: &T) -> String {
    let members = |view: &T| match serde_json::to_value(view) {
        Ok(serde_json::Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let (before, after) = (members(before), members(after));
    let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
    let names: Vec<&str> = changed.map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// Rejects a currency that nothing could be converted to today, unless it is among those that are `known`: an account's own
/// currency needs no rate, and one that is already set does not keep anyone from changing something else.
pub(crate) async fn check_currency(
    context: &Shared,
    workspace: &WorkspaceId,
    settings: &Settings,
    known: &[Option<Currency>],
) -> Result<(), Problem> {
    let Some(currency) = settings.reporting_currency else { return Ok(()) };
    if known.contains(&Some(currency)) {
        return Ok(());
    }
    let zone = settings.zone().map_err(|error| Problem::field("time_zone", error.to_string()))?;
    let today = context.clock.now().day(&zone);
    let (rates, workspace) = (Arc::clone(&context.rates), workspace.clone());
    let rates = blocking(move || rates.of(&workspace)).await??;
    let known: Vec<Currency> = known.iter().copied().flatten().collect();
    if rates.can_convert_to(currency, today, &known) {
        return Ok(());
    }
    let code = currency.as_str().to_ascii_uppercase();
    let title = format!("no exchange rate for {code} in the last {} days", ::metrics::fx::OLDEST_DAYS);
    Err(Problem::field("reporting_currency", title)
        .action("choose another currency, or enter its rates first"))
}

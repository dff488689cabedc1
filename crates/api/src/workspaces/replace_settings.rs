//! `PUT /workspace/settings`: changes how the workspace's connections are shown together.

use axum::Json;
use axum::extract::State;
use model::Settings;
use store::StoreError;

use super::read_settings::WorkspaceSettingsView;
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::settings::replace::{check_currency, differences};

/// Change how connections are shown together
#[utoipa::path(put, path = "/api/v1/workspace/settings", operation_id = "replace_workspace_settings",
    tag = "workspaces", request_body = WorkspaceSettingsView,
    responses((status = 200, body = WorkspaceSettingsView)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Body(request): Body<WorkspaceSettingsView>,
) -> Result<Json<WorkspaceSettingsView>, Problem> {
    let (catalog, workspace) = (context.catalog.clone(), access.workspace.clone());
    let (before, all) = blocking(move || {
        Ok::<_, StoreError>((catalog.together_settings(&workspace)?, catalog.connections(&workspace)?))
    })
    .await??;
    let settings = request.settings(before.joining)?;
    let shown = Settings::default().for_all(&settings);
    shown.zone().map_err(|error| Problem::field("time_zone", error.to_string()))?;
    let own = all.iter().map(|record| record.default_currency);
    let known: Vec<_> = own.chain([before.reporting_currency]).collect();
    check_currency(&context, &access.workspace, &shown, &known).await?;
    let (catalog, workspace, new) = (access.catalog(&context), access.workspace.clone(), settings.clone());
    let is_compared = (before.joining.join_by_email, settings.joining.join_by_email);
    blocking(move || {
        catalog.set_together_settings(&workspace, &new)?;
        // What was hashed under it is deleted, too, by the next work on each connection.
        if is_compared == (true, false) { catalog.forget_email_key(&workspace) } else { Ok(()) }
    })
    .await??;
    if is_compared.0 != is_compared.1 {
        let hidden = all.iter().filter(|record| record.settings.gdpr);
        hidden.for_each(|record| context.runner.privacy_changed(&record.id));
    }
    let (before, after) = (WorkspaceSettingsView::from(before), WorkspaceSettingsView::from(settings));
    let event = AuditEvent::new(&access.by, &access.workspace, "workspace.settings_changed");
    context.record(event.detail(differences(&before, &after))).await?;
    Ok(Json(after))
}

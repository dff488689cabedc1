//! `GET /workspace/settings`: how the workspace's connections are shown together.

use axum::Json;
use axum::extract::State;
use model::{JoinRules, TogetherSettings, WeekStart};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::identity::Access;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;
use crate::settings::dto::currency;

/// What is `null` is as it is for the first of the connections.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = WorkspaceSettings)]
pub struct WorkspaceSettingsView {
    /// An IANA name, such as `Europe/Berlin`.
    #[schema(required = true)]
    pub time_zone: Option<String>,
    #[schema(required = true)]
    pub reporting_currency: Option<String>,
    #[schema(required = true)]
    pub week_start: Option<WeekStart>,
    /// Whether a customer that its provider imported from a connected account is the customer that it was there, so that
    /// the move is neither churn nor new, and counts once. Omit it to leave it unchanged.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub join_imported: Option<bool>,
    /// Whether customers of different accounts with the same email address are one customer. Omit it to leave it unchanged.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub join_by_email: Option<bool>,
}

/// Show how connections are shown together
#[utoipa::path(get, path = "/api/v1/workspace/settings", operation_id = "read_workspace_settings", tag = "workspaces",
    responses((status = 200, body = WorkspaceSettingsView)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<ReadMetrics>,
) -> Result<Json<WorkspaceSettingsView>, Problem> {
    let catalog = context.catalog.clone();
    let settings = blocking(move || catalog.together_settings(&access.workspace)).await??;
    Ok(Json(settings.into()))
}

impl From<TogetherSettings> for WorkspaceSettingsView {
    fn from(settings: TogetherSettings) -> Self {
        Self {
            time_zone: settings.time_zone,
            reporting_currency: settings.reporting_currency.map(|currency| currency.to_string()),
            week_start: settings.week_start,
            join_imported: Some(settings.joining.join_imported),
            join_by_email: Some(settings.joining.join_by_email),
        }
    }
}

impl WorkspaceSettingsView {
    /// # Errors
    /// When the currency is none.
    pub fn settings(self, current: JoinRules) -> Result<TogetherSettings, Problem> {
        Ok(TogetherSettings {
            joining: JoinRules {
                join_imported: self.join_imported.unwrap_or(current.join_imported),
                join_by_email: self.join_by_email.unwrap_or(current.join_by_email),
            },
            reporting_currency: currency(self.reporting_currency.as_deref())?,
            time_zone: self.time_zone,
            week_start: self.week_start,
        })
    }
}

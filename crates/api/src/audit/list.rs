//! `GET /audit`.

use axum::Json;
use axum::extract::State;
use model::UnixSeconds;
use serde::{Deserialize, Serialize};
use store::AuditFilter;
use utoipa::{IntoParams, ToSchema};

use super::dto::AuditEntryView;
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// A whole action, such as `member.removed`, or all of a kind, such as `member`.
    action: Option<String>,
    /// A username, or the name of a token.
    actor: Option<String>,
    /// Unix seconds, inclusive.
    from: Option<i64>,
    /// Unix seconds, exclusive.
    until: Option<i64>,
    /// Where the previous page ended.
    cursor: Option<i64>,
    /// At most 500.
    #[param(minimum = 1)]
    limit: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntries {
    pub data: Vec<AuditEntryView>,
    /// Pass it as `cursor` for the next page; `null` on the last one.
    pub next_cursor: Option<i64>,
}

/// List who did what in the workspace
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "list_audit_entries", tag = "audit", params(AuditQuery),
    responses((status = 200, body = AuditEntries)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<AuditEntries>, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let filter = AuditFilter {
        action: given(query.action),
        actor: given(query.actor),
        from: query.from.map(UnixSeconds),
        until: query.until.map(UnixSeconds),
        before: query.cursor,
    };
    let catalog = context.catalog.clone();
    let mut found = blocking(move || catalog.audit(&access.workspace, &filter, limit + 1)).await??;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| has_more).map(|entry| entry.number);
    Ok(Json(AuditEntries { data: found.into_iter().map(AuditEntryView::from).collect(), next_cursor }))
}

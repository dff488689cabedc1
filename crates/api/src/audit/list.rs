//! `GET /audit`.

use axum::Json;
use axum::extract::State;
use model::{Day, UnixSeconds};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use store::{AuditEntry, AuditFilter};
use utoipa::{IntoParams, ToSchema};

use super::Given;
use super::dto::AuditEntryView;
use super::record_export::ExportedList;
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::json::Query;
use crate::http::paging::Answering;
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
    /// Unix seconds, or a day such as `2026-12-01` for its beginning in UTC; inclusive.
    #[param(value_type = Option<String>, pattern = r"^(-?\d{1,15}|\d{4}-\d{2}-\d{2})$")]
    from: Option<Instant>,
    /// The same, exclusive.
    #[param(value_type = Option<String>, pattern = r"^(-?\d{1,15}|\d{4}-\d{2}-\d{2})$")]
    until: Option<Instant>,
    /// Where the previous page ended.
    cursor: Option<i64>,
    /// At most 500.
    #[param(minimum = 1)]
    pub(super) limit: Option<u32>,
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
    let (found, next_cursor) = found(&context, &access, query, limit).await?;
    Ok(Json(AuditEntries { data: found.into_iter().map(AuditEntryView::from).collect(), next_cursor }))
}

/// The entries of a page, and where the next one begins.
pub(super) async fn found(
    context: &Context,
    access: &Access<Manage>,
    query: AuditQuery,
    limit: u32,
) -> Result<(Vec<AuditEntry>, Option<i64>), Problem> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let answering = Answering::without_limit(query.cursor.is_none());
    let filter = AuditFilter {
        action: given(query.action),
        actor: given(query.actor),
        from: query.from.map(|from| from.0),
        until: query.until.map(|until| until.0),
        before: query.cursor,
    };
    let (catalog, workspace) = (context.catalog.clone(), access.workspace.clone());
    let mut found = blocking(move || catalog.audit(&workspace, &filter, limit + 1)).await??;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| has_more).map(|entry| entry.number);
    let answer = Given {
        by: &access.by,
        session: access.session.as_deref(),
        of: access.workspace.as_str(),
        workspace: &access.workspace,
        list: ExportedList::AuditLog,
        rows: found.len(),
        is_last: !has_more,
    };
    context.give(answering, &answer).await?;
    Ok((found, next_cursor))
}

/// When something was, as somebody writes it into an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instant(UnixSeconds);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(seconds) = text.parse() {
            return Ok(Self(UnixSeconds(seconds)));
        }
        let day: Day =
            text.parse().map_err(|_| D::Error::custom("use Unix seconds, or a day such as 2026-12-01"))?;
        Ok(Self(UnixSeconds(i64::from(day.0) * 86_400)))
    }
}

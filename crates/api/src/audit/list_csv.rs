//! `GET /audit.csv`.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::file;
use super::list::{AuditQuery, found};
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

const MAX_LIMIT: u32 = 50_000;
/// Where the next file begins, if there is more.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("chartsy-next-cursor");

/// Download who did what in the workspace, as CSV
///
/// The newest 50,000 entries, or those after `cursor`. If there are more, the header `Chartsy-Next-Cursor` is the `cursor` for them.
#[utoipa::path(get, path = "/api/v1/audit.csv", operation_id = "download_audit_entries", tag = "audit", params(AuditQuery),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit.unwrap_or(MAX_LIMIT).clamp(1, MAX_LIMIT);
    let (found, next_cursor) = found(&context, &access, query, limit).await?;
    let file = file::csv(&found).map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""),
    ];
    let mut response = (headers, file).into_response();
    if let Some(cursor) = next_cursor {
        response.headers_mut().insert(NEXT_CURSOR, HeaderValue::from(cursor));
    }
    Ok(response)
}

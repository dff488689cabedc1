//! `POST /workspace/joining/preview`: what other rules would join, without changing anything.

use ::metrics::joining::{JoiningPreview, preview};
use axum::Json;
use axum::extract::State;
use model::JoinRules;
use serde::Deserialize;
use utoipa::ToSchema;

use super::joining::business;
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// Which customers of several connections are one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct JoiningRules {
    pub join_imported: bool,
    pub join_by_email: bool,
}

/// Preview which customers would be counted as one, and how movements would change
#[utoipa::path(post, path = "/api/v1/workspace/joining/preview", operation_id = "preview_joining", tag = "workspaces",
    request_body = JoiningRules, responses((status = 200, body = JoiningPreview)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Body(request): Body<JoiningRules>,
) -> Result<Json<JoiningPreview>, Problem> {
    let JoiningRules { join_imported, join_by_email } = request;
    let business = business(&context, &access.workspace).await?;
    let view = context.view(&business).await?;
    let after = context.runner.joined_by(&business, JoinRules { join_imported, join_by_email }).await?;
    Ok(Json(blocking(move || preview(&view, &after)).await??))
}

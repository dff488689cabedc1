//! `GET /share-links`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::ShareLinkView;
use crate::access::identity::Access;
use crate::access::permission::Share;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct ShareLinks {
    pub data: Vec<ShareLinkView>,
}

/// List the workspace's share links, the newest first
#[utoipa::path(get, path = "/api/v1/share-links", operation_id = "list_share_links", tag = "share links",
    responses((status = 200, body = ShareLinks)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Share>,
) -> Result<Json<ShareLinks>, Problem> {
    let catalog = context.catalog.clone();
    let links = blocking(move || catalog.share_links(&access.workspace)).await??;
    Ok(Json(ShareLinks { data: links.into_iter().map(ShareLinkView::from).collect() }))
}

//! `GET /tokens`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::TokenView;
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    pub data: Vec<TokenView>,
}

/// List the workspace's tokens
#[utoipa::path(get, path = "/api/v1/tokens", operation_id = "list_tokens", tag = "tokens",
    responses((status = 200, body = Tokens)))]
pub async fn handle(State(context): State<Shared>, access: Access<Manage>) -> Result<Json<Tokens>, Problem> {
    let catalog = context.catalog.clone();
    let tokens = blocking(move || catalog.tokens(&access.workspace)).await??;
    Ok(Json(Tokens { data: tokens.into_iter().map(TokenView::from).collect() }))
}

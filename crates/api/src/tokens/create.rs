//! `POST /tokens`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use store::NewToken;
use utoipa::ToSchema;

use super::dto::TokenView;
use crate::access::credential;
use crate::access::identity::Person;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Its name.
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedToken {
    #[serde(flatten)]
    pub token: TokenView,
    /// The token itself. It is shown only this once.
    pub secret: String,
}

/// Create a token
#[utoipa::path(post, path = "/api/v1/tokens", operation_id = "create_token", tag = "tokens",
    request_body = TokenRequest, responses((status = 201, body = CreatedToken)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<TokenRequest>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let name = request.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Problem::field("name", "enter a name of at most 100 characters"));
    }
    let secret = credential::new_token().map_err(|error| Problem::internal(&error))?;
    let new = NewToken {
        workspace: person.session.workspace.id,
        name,
        prefix: credential::shown(&secret),
        token_hash: credential::hash(secret.expose()).to_vec(),
    };
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    let token = blocking(move || catalog.create_token(&new, now)).await??;
    let created = CreatedToken { token: token.into(), secret: secret.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(created)))
}

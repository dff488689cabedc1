//! `POST /tokens`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{TokenScope, UnixSeconds};
use serde::{Deserialize, Serialize};
use store::NewToken;
use utoipa::ToSchema;

use super::dto::TokenView;
use crate::access::credential;
use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::connections::admission;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Its name.
    pub name: String,
    /// `manage` if it is left out.
    pub scope: Option<TokenScope>,
    /// Unix seconds. If it is left out, the token lasts until it is revoked.
    pub expires_at: Option<i64>,
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
    member: Membership<Manage>,
    Body(request): Body<TokenRequest>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let name = admission::check_name(&request.name)?.to_owned();
    let now = context.clock.now();
    let expires_at = request.expires_at.map(UnixSeconds);
    if expires_at.is_some_and(|at| at <= now) {
        return Err(Problem::field("expires_at", "choose a time in the future"));
    }
    let secret = credential::new_token().map_err(|error| Problem::internal(&error))?;
    let new = NewToken {
        workspace: member.workspace.id.clone(),
        name,
        prefix: credential::shown(&secret),
        token_hash: credential::hash(secret.expose()).to_vec(),
        scope: request.scope.unwrap_or(TokenScope::Manage),
        expires_at,
        created_by: Some(member.person.session.user.username.clone()),
    };
    let catalog = member.catalog(&context);
    let token = blocking(move || catalog.create_token(&new, now)).await??;
    let event = AuditEvent::new(&member.by(), &member.workspace.id, "token.created");
    context.record(event.on(&token.name).detail(token.scope.as_str())).await?;
    let created = CreatedToken { token: token.into(), secret: secret.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(created)))
}

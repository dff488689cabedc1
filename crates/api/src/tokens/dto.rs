//! A token, without its secret part.

use model::TokenScope;
use serde::Serialize;
use store::ApiToken;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    pub id: String,
    pub name: String,
    /// Its first characters, to tell tokens apart.
    pub prefix: String,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    pub scope: TokenScope,
    /// `null` if it lasts until it is revoked.
    pub expires_at: Option<i64>,
    /// The username of the person who created it.
    pub created_by: Option<String>,
}

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            prefix: token.prefix,
            created_at: token.created_at.0,
            last_used_at: token.last_used_at.map(|at| at.0),
            scope: token.scope,
            expires_at: token.expires_at.map(|at| at.0),
            created_by: token.created_by,
        }
    }
}

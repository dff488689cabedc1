//! Who sent a request, and the only way to the connections that they may see.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use model::{ConnectionId, Secret, WorkspaceId};
use store::{ConnectionRecord, Session};

use super::credential::{self, TOKEN_PREFIX};
use crate::blocking;
use crate::context::{Context, Shared};
use crate::problem::Problem;

pub const COOKIE: &str = "chartsy_session";
pub const SESSION_SECONDS: i64 = 30 * 86_400;

/// The workspace that a request acts in: a person's by cookie, or a program's by token.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub workspace: WorkspaceId,
    /// Who acts, recorded with their changes: a user's username or a token's name.
    pub name: String,
}

/// A signed-in user. Programs can't do what requires one.
#[derive(Debug, Clone)]
pub struct Person {
    pub session: Session,
}

/// The connection named in the path, if it belongs to the tenant. Every handler that touches a connection gets it
/// from here.
#[derive(Debug, Clone)]
pub struct Connection(pub ConnectionRecord);

impl FromRequestParts<Shared> for Tenant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        if let Some(token) = bearer(&parts.headers) {
            return by_token(context, token).await;
        }
        let person = Person::from_request_parts(parts, context).await?;
        Ok(Self { workspace: person.session.workspace.id, name: person.session.user.username })
    }
}

impl FromRequestParts<Shared> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        if let Some(token) = bearer(&parts.headers) {
            by_token(context, token).await?;
            return Err(Problem::forbidden("person_needed", "a token can't do this")
                .action("sign in on the pages: only users can create and revoke tokens"));
        }
        let credential = cookie(&parts.headers).ok_or_else(Problem::signed_out)?;
        let hash = credential::hash(credential.expose());
        let now = context.clock.now();
        let catalog = context.catalog.clone();
        let session = blocking(move || catalog.session(&hash, now)).await??;
        Ok(Self { session: session.ok_or_else(Problem::signed_out)? })
    }
}

impl FromRequestParts<Shared> for Connection {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        let tenant = Tenant::from_request_parts(parts, context).await?;
        let path = RawPathParams::from_request_parts(parts, context).await;
        let path = path.map_err(|_| Problem::not_found("connection"))?;
        let id = path.iter().find(|(name, _)| *name == "id").map(|(_, id)| ConnectionId::from(id));
        let id = id.ok_or_else(|| Problem::not_found("connection"))?;
        let catalog = context.catalog.clone();
        let found = blocking(move || catalog.connection(&tenant.workspace, &id)).await??;
        found.map(Self).ok_or_else(|| Problem::not_found("connection"))
    }
}

async fn by_token(context: &Context, token: &str) -> Result<Tenant, Problem> {
    if !token.starts_with(TOKEN_PREFIX) {
        return Err(Problem::signed_out());
    }
    let hash = credential::hash(token);
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    let token = blocking(move || catalog.use_token(&hash, now)).await??;
    token.map(|token| Tenant { workspace: token.workspace, name: token.name }).ok_or_else(Problem::signed_out)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session credential that a request carries, if any.
pub fn cookie(headers: &HeaderMap) -> Option<Secret> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut found = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    found.find(|(name, _)| *name == COOKIE).map(|(_, value)| Secret::new(value))
}

/// The header that gives a browser its session.
///
/// # Errors
/// Never with a credential of ours.
pub fn set_cookie(context: &Context, credential: &Secret) -> Result<HeaderValue, Problem> {
    cookie_header(context, credential.expose(), SESSION_SECONDS)
}

/// The header that takes it away.
///
/// # Errors
/// Never.
pub fn clear_cookie(context: &Context) -> Result<HeaderValue, Problem> {
    cookie_header(context, "", 0)
}

fn cookie_header(context: &Context, value: &str, max_age_s: i64) -> Result<HeaderValue, Problem> {
    let secure = if context.is_https() { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
    let mut header = HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))?;
    header.set_sensitive(true);
    Ok(header)
}

//! `GET /me/sessions`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Person;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct Sessions {
    pub data: Vec<SessionView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    pub id: String,
    /// The one that this request belongs to.
    pub is_current: bool,
    pub created_at: i64,
    pub last_seen_at: i64,
    pub expires_at: i64,
    /// The address from which it was started.
    pub address: Option<String>,
    /// What the browser said it is.
    pub agent: Option<String>,
}

/// List where you are signed in
#[utoipa::path(get, path = "/api/v1/me/sessions", operation_id = "list_sessions", tag = "me",
    responses((status = 200, body = Sessions)))]
pub async fn handle(State(context): State<Shared>, person: Person) -> Result<Json<Sessions>, Problem> {
    let (catalog, now, user) = (context.catalog.clone(), context.clock.now(), person.session.user.id);
    let found = blocking(move || catalog.sessions(&user, now)).await??;
    let data = found.into_iter().map(|session| SessionView {
        is_current: session.id == person.session.id,
        id: session.id,
        created_at: session.created_at.0,
        last_seen_at: session.last_seen_at.0,
        expires_at: session.expires_at.0,
        address: session.address,
        agent: session.agent,
    });
    Ok(Json(Sessions { data: data.collect() }))
}

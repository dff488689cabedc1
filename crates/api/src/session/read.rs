//! `GET /session`: who is signed in. Pages ask it first, so it is also where a session that is in use is renewed.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::dto::{SignedIn, ends_at};
use crate::access::cookie;
use crate::access::credential;
use crate::access::identity::{Person, WORKSPACE_HEADER};
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// The credential of a session is replaced when it is older than this.
const RENEWED_AFTER_SECONDS: i64 = 86_400;

/// Who is signed in
#[utoipa::path(get, path = "/api/v1/session", operation_id = "read_session", tag = "session",
    responses((status = 200, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let session = person.session;
    let (catalog, user, method) = (context.catalog.clone(), session.user.id.clone(), session.method.clone());
    let memberships = blocking(move || catalog.memberships(&user, &method)).await??;
    let named = headers.get(WORKSPACE_HEADER).and_then(|value| value.to_str().ok());
    let now = context.clock.now();
    let (id, renewed_at) = (session.id.clone(), session.renewed_at);
    let until = ends_at(&session, now);
    let answer = Json(SignedIn::new(&context, session, memberships, named));
    if now.0 - renewed_at.0 < RENEWED_AFTER_SECONDS {
        return Ok(answer.into_response());
    }
    let credential = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let hash = credential::hash(credential.expose());
    let catalog = context.catalog.clone();
    if !blocking(move || catalog.renew_session(&id, renewed_at, &hash, now, until)).await?? {
        // Another tab was first: the browser has the new one from its answer.
        return Ok(answer.into_response());
    }
    Ok(([(header::SET_COOKIE, cookie::set(&context, &credential)?)], answer).into_response())
}

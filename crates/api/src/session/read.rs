//! `GET /session`: who is signed in. Pages ask it first, so it is also where a session that is in use is renewed.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::dto::{SignedIn, start_session};
use crate::access::identity::{Person, SESSION_SECONDS};
use crate::context::Shared;
use crate::problem::Problem;

/// A session older than this is followed by a new one. The old one ends by itself: other tabs still use it.
const RENEWED_AFTER_SECONDS: i64 = 86_400;

/// Who is signed in
#[utoipa::path(get, path = "/api/v1/session", operation_id = "read_session", tag = "session",
    responses((status = 200, body = SignedIn)))]
pub async fn handle(State(context): State<Shared>, person: Person) -> Result<Response, Problem> {
    let session = person.session;
    let left_s = session.expires_at.0 - context.clock.now().0;
    if left_s > SESSION_SECONDS - RENEWED_AFTER_SECONDS {
        return Ok(Json(SignedIn::from(session)).into_response());
    }
    let (cookie, signed_in) = start_session(&context, session.user).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(signed_in)).into_response())
}

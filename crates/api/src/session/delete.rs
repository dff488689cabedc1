//! `DELETE /session`: sign out. Also without a session: the cookie goes in any case.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::access::{cookie, credential};
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Sign out
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "delete_session", tag = "session",
    responses((status = 204, description = "Signed out")))]
pub async fn handle(
    State(context): State<Shared>,
    headers: HeaderMap,
) -> Result<(StatusCode, [(header::HeaderName, HeaderValue); 1]), Problem> {
    if let Some(credential) = cookie::read(&headers) {
        let (catalog, hash) = (context.catalog.clone(), credential::hash(credential.expose()));
        blocking(move || catalog.delete_session(&hash)).await??;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear(&context)?)]))
}

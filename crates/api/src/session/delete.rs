//! `DELETE /session`: sign out. Also without a session: the cookie goes in any case.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use store::StoreError;

use crate::access::identity::By;
use crate::access::{cookie, credential};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::problem::Problem;

/// Sign out
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "delete_session", tag = "session",
    responses((status = 204, description = "Signed out")))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    headers: HeaderMap,
) -> Result<(StatusCode, [(header::HeaderName, HeaderValue); 1]), Problem> {
    if let Some(credential) = cookie::read(&context, &headers) {
        let (catalog, hash) = (context.catalog.clone(), credential::hash(credential.expose()));
        let ended = blocking(move || -> Result<_, StoreError> {
            let ended = catalog.delete_session(&hash)?;
            ended.map(|id| catalog.user(&id)).transpose().map(Option::flatten)
        });
        if let Some(user) = ended.await?? {
            let by = By::user(&user, client);
            context.record(AuditEvent::of_account(&by, "session.signed_out")).await?;
        }
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear(&context)?)]))
}

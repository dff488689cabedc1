//! `DELETE /me/sessions/{session_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::access::identity::Person;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Sign out one of your browsers
#[utoipa::path(delete, path = "/api/v1/me/sessions/{session_id}", operation_id = "end_session", tag = "me",
    responses((status = 204, description = "Ended")))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Path(session_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (catalog, user) = (person.catalog(&context), person.session.user.id.clone());
    if !blocking(move || catalog.end_session(&user, &session_id)).await?? {
        return Err(Problem::not_found("session"));
    }
    context.record(AuditEvent::of_account(&person.by(), "session.ended")).await?;
    Ok(StatusCode::NO_CONTENT)
}

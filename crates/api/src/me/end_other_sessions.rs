//! `DELETE /me/sessions`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Person;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct EndedSessions {
    /// How many sessions ended.
    pub ended: usize,
}

/// Sign out everywhere else
#[utoipa::path(delete, path = "/api/v1/me/sessions", operation_id = "end_other_sessions", tag = "me",
    responses((status = 200, body = EndedSessions)))]
pub async fn handle(State(context): State<Shared>, person: Person) -> Result<Json<EndedSessions>, Problem> {
    let (catalog, user, kept) =
        (person.catalog(&context), person.session.user.id.clone(), person.session.id.clone());
    let ended = blocking(move || catalog.end_sessions(&user, Some(&kept))).await??;
    context.record(AuditEvent::of_account(&person.by(), "session.ended_elsewhere")).await?;
    Ok(Json(EndedSessions { ended }))
}

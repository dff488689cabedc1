//! `PATCH /me/passkeys/{passkey_id}`.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::dto::PasskeyView;
use crate::access::identity::Person;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::connections::admission;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct PasskeyName {
    pub name: String,
}

/// Rename one of your passkeys
#[utoipa::path(patch, path = "/api/v1/me/passkeys/{passkey_id}", operation_id = "rename_passkey", tag = "me",
    request_body = PasskeyName, responses((status = 200, body = PasskeyView)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Path(id): Path<String>,
    Body(request): Body<PasskeyName>,
) -> Result<Json<PasskeyView>, Problem> {
    let name = admission::check_name(&request.name)?.to_owned();
    let (catalog, user) = (person.catalog(&context), person.session.user.id.clone());
    let renamed = blocking(move || catalog.rename_passkey(&user, &id, &name)).await??;
    context.record(AuditEvent::of_account(&person.by(), "passkey.renamed").on(&renamed.name)).await?;
    Ok(Json(PasskeyView::new(renamed, &context.options)))
}

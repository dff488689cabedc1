//! `GET /me/passkeys`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::PasskeyView;
use crate::access::identity::Person;
use crate::access::passkey::relying_party::{NotOffered, RelyingParty};
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct Passkeys {
    pub data: Vec<PasskeyView>,
    /// The address at which passkeys work, such as `https://chartsy.example.com`.
    pub offered_at: Option<String>,
    /// Why they work nowhere.
    pub not_offered: Option<NotOffered>,
}

/// List your passkeys
#[utoipa::path(get, path = "/api/v1/me/passkeys", operation_id = "list_passkeys", tag = "me",
    responses((status = 200, body = Passkeys)))]
pub async fn handle(State(context): State<Shared>, person: Person) -> Result<Json<Passkeys>, Problem> {
    let (catalog, user) = (context.catalog.clone(), person.session.user.id);
    let found = blocking(move || catalog.passkeys(&user)).await??;
    let data = found.into_iter().map(|passkey| PasskeyView::new(passkey, &context.options)).collect();
    let party = RelyingParty::of(&context.options);
    let not_offered = party.as_ref().err().copied();
    Ok(Json(Passkeys { data, offered_at: party.ok().map(|party| party.origin), not_offered }))
}

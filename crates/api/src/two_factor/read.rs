//! `GET /me/two-factor`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::access::identity::Person;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct TwoFactorState {
    /// Whether signing in takes a code.
    pub is_on: bool,
    pub recovery_codes_left: u32,
    /// Whether this session was begun with two factors, by a code, a passkey or a provider that counts: workspaces can require it.
    pub is_proved: bool,
}

/// Show whether signing in takes a code from your authenticator app
#[utoipa::path(get, path = "/api/v1/me/two-factor", operation_id = "read_two_factor", tag = "me",
    responses((status = 200, body = TwoFactorState)))]
pub async fn handle(State(context): State<Shared>, person: Person) -> Result<Json<TwoFactorState>, Problem> {
    let (catalog, session) = (context.catalog.clone(), person.session);
    let found = blocking(move || -> Result<_, StoreError> {
        let found = catalog.two_factor(&session.user.id)?.filter(|one| one.confirmed_at.is_some());
        Ok((found, catalog.proves_two_factors(&session.user, &session.method, None)?))
    });
    let (found, is_proved) = found.await??;
    Ok(Json(TwoFactorState {
        is_on: found.is_some(),
        is_proved,
        recovery_codes_left: found.map_or(0, |one| one.recovery_codes_left),
    }))
}

//! `GET /me/identities`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::{IdentityView, Names};
use crate::access::identity::Person;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct Identities {
    pub data: Vec<IdentityView>,
}

/// List the accounts at identity providers that you sign in with
#[utoipa::path(get, path = "/api/v1/me/identities", operation_id = "list_identities", tag = "me",
    responses((status = 200, body = Identities)))]
pub async fn handle(State(context): State<Shared>, person: Person) -> Result<Json<Identities>, Problem> {
    let (catalog, user) = (context.catalog.clone(), person.session.user.id);
    let found = blocking(move || -> Result<_, store::StoreError> {
        Ok((catalog.identities(&user)?, Names::read(&catalog)?))
    });
    let (found, names) = found.await??;
    let data = found.into_iter().map(|identity| IdentityView::new(identity, &names)).collect();
    Ok(Json(Identities { data }))
}

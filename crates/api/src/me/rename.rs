//! `PATCH /me`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::account::check_full_name;
use crate::access::identity::Person;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::UserView;

#[derive(Debug, Deserialize, ToSchema)]
pub struct ProfileRequest {
    pub full_name: String,
}

/// Change your name
#[utoipa::path(patch, path = "/api/v1/me", operation_id = "update_me", tag = "me",
    request_body = ProfileRequest, responses((status = 200, body = UserView)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<ProfileRequest>,
) -> Result<Json<UserView>, Problem> {
    let name = check_full_name(&request.full_name)?.to_owned();
    let catalog = person.catalog(&context);
    let user = blocking(move || catalog.rename_user(&person.session.user.id, &name)).await??;
    Ok(Json(user.into()))
}

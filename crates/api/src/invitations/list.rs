//! `GET /invitations`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::InvitationView;
use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct Invitations {
    pub data: Vec<InvitationView>,
}

/// List the workspace's open invitations
#[utoipa::path(get, path = "/api/v1/invitations", operation_id = "list_invitations", tag = "members",
    responses((status = 200, body = Invitations)))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
) -> Result<Json<Invitations>, Problem> {
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    let found = blocking(move || catalog.invitations(&member.workspace.id)).await??;
    Ok(Json(Invitations { data: found.into_iter().map(|one| InvitationView::new(one, now)).collect() }))
}

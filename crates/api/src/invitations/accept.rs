//! `POST /invitations/accept`: by somebody who has an account.

use axum::Json;
use axum::extract::State;

use super::dto::InvitationCode;
use crate::access::credential;
use crate::access::identity::Person;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::WorkspaceView;

/// Accept an invitation with your account
#[utoipa::path(post, path = "/api/v1/invitations/accept", operation_id = "accept_invitation", tag = "members",
    request_body = InvitationCode, responses((status = 200, body = WorkspaceView)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<InvitationCode>,
) -> Result<Json<WorkspaceView>, Problem> {
    let (catalog, hash, now) =
        (person.catalog(&context), credential::hash(&request.code), context.clock.now());
    let (user, method) = (person.session.user.clone(), person.session.method.clone());
    let address = person.client.address_text();
    let accepted = blocking(move || -> Result<_, store::StoreError> {
        let invitation = catalog.accept_invitation(&hash, &user, address.as_deref(), now)?;
        Ok((catalog.memberships(&user.id, &method)?, invitation))
    });
    let (memberships, invitation) = accepted.await??;
    let id = &invitation.workspace.id;
    let joined = memberships.into_iter().find(|one| one.workspace.id == *id);
    Ok(Json(joined.ok_or_else(|| Problem::not_found("workspace"))?.into()))
}

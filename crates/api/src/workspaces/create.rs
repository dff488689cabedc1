//! `POST /workspaces`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::Role;
use serde::Deserialize;
use store::Membership;
use utoipa::ToSchema;

use crate::access::identity::Person;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::{Shared, SignUp};
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::WorkspaceView;
use crate::workspaces::check_name;

#[derive(Debug, Deserialize, ToSchema)]
pub struct WorkspaceRequest {
    /// Its name.
    pub name: String,
}

/// Create a workspace of your own
#[utoipa::path(post, path = "/api/v1/workspaces", operation_id = "create_workspace", tag = "workspaces",
    request_body = WorkspaceRequest, responses((status = 201, body = WorkspaceView)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<WorkspaceRequest>,
) -> Result<(StatusCode, Json<WorkspaceView>), Problem> {
    let name = check_name(&request.name)?.to_owned();
    let (catalog, now, user) =
        (person.catalog(&context), context.clock.now(), person.session.user.id.clone());
    let memberships = blocking({
        let (catalog, user, method) = (catalog.clone(), user.clone(), person.session.method.clone());
        move || catalog.memberships(&user, &method)
    });
    let owns_one = memberships.await??.iter().any(|membership| membership.role == Role::Owner);
    // Somebody who was invited must not get more on a closed installation than they were invited to.
    if context.options.sign_up != SignUp::Open && !owns_one {
        return Err(Problem::forbidden("sign_up_closed", "you can't create workspaces on this server")
            .action("ask the person who runs it"));
    }
    let workspace = blocking(move || catalog.create_workspace_for(&user, &name, now)).await??;
    context
        .record(AuditEvent::new(&person.by(), &workspace.id, "workspace.created").on(&workspace.name))
        .await?;
    let membership =
        Membership { workspace, role: Role::Owner, lacks_two_factor: false, lacks_sign_on: false };
    Ok((StatusCode::CREATED, Json(membership.into())))
}

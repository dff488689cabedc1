//! `POST /workspace/leave`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::access::identity::AnyMembership;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Leave the workspace
///
/// You can also leave one that requires two-factor sign-in before you have set it up.
#[utoipa::path(post, path = "/api/v1/workspace/leave", operation_id = "leave_workspace", tag = "workspaces",
    responses((status = 204, description = "Left")))]
pub async fn handle(State(context): State<Shared>, member: AnyMembership) -> Result<StatusCode, Problem> {
    let (catalog, id, user) =
        (member.person.catalog(&context), member.workspace.id.clone(), member.person.session.user.id.clone());
    let author = context.author(&member.person.by());
    blocking(move || catalog.remove_member(&id, &user, None, &author)).await??;
    Ok(StatusCode::NO_CONTENT)
}

//! `POST /workspace/transfer`.

use axum::extract::State;
use axum::http::StatusCode;
use model::UserId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::identity::Membership;
use crate::access::permission::Own;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct TransferRequest {
    /// The member who becomes the owner. You become an admin.
    pub user_id: String,
}

/// Make another member the owner of the workspace
#[utoipa::path(post, path = "/api/v1/workspace/transfer", operation_id = "transfer_workspace", tag = "workspaces",
    request_body = TransferRequest, responses((status = 204, description = "Transferred")))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Own>,
    Body(request): Body<TransferRequest>,
) -> Result<StatusCode, Problem> {
    let (catalog, id, from) =
        (member.catalog(&context), member.workspace.id.clone(), member.person.session.user.id.clone());
    let to = UserId::from(request.user_id.as_str());
    if from == to {
        return Err(Problem::field("user_id", "you already own this workspace"));
    }
    let author = context.author(&member.by());
    blocking(move || catalog.transfer_ownership(&id, &from, &to, &author)).await??;
    Ok(StatusCode::NO_CONTENT)
}

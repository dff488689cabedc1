//! `PATCH /workspace`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::WorkspaceView;
use crate::workspaces::check_name;

/// What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WorkspaceChange {
    pub name: Option<String>,
    /// Members without two-factor sign-in see nothing of the workspace until they set it up.
    pub requires_two_factor: Option<bool>,
}

/// Change the workspace's name or its rules
#[utoipa::path(patch, path = "/api/v1/workspace", operation_id = "update_workspace", tag = "workspaces",
    request_body = WorkspaceChange, responses((status = 200, body = WorkspaceView)))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
    Body(request): Body<WorkspaceChange>,
) -> Result<Json<WorkspaceView>, Problem> {
    let name = request.name.as_deref().map(check_name).transpose()?.map(str::to_owned);
    let (catalog, id) = (member.catalog(&context), member.workspace.id.clone());
    let (new_name, session) = (name.clone(), member.person.session.clone());
    let changed = blocking(move || -> Result<_, StoreError> {
        if request.requires_two_factor == Some(true)
            && !catalog.proves_two_factors(&session.user, &session.method, Some(&id))?
        {
            return Ok(None);
        }
        if let Some(name) = new_name {
            catalog.rename_workspace(&id, &name)?;
        }
        if let Some(required) = request.requires_two_factor {
            catalog.require_two_factor(&id, required)?;
        }
        Ok(catalog
            .memberships(&session.user.id, &session.method)?
            .into_iter()
            .find(|one| one.workspace.id == id))
    });
    let Some(membership) = changed.await?? else {
        // Whoever requires it would be the first to be kept out.
        return Err(Problem::field(
            "requires_two_factor",
            "set up two-factor sign-in for yourself first, or sign in with a passkey",
        ));
    };
    if let Some(name) = name {
        context
            .record(AuditEvent::new(&member.by(), &member.workspace.id, "workspace.renamed").on(name))
            .await?;
    }
    if let Some(required) = request.requires_two_factor {
        let action =
            if required { "workspace.two_factor_required" } else { "workspace.two_factor_not_required" };
        context.record(AuditEvent::new(&member.by(), &member.workspace.id, action)).await?;
    }
    Ok(Json(membership.into()))
}

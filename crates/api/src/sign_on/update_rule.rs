//! `PUT /sign-on/rules/{rule_id}`.

use axum::Json;
use axum::extract::{Path, State};
use model::Role;
use serde::Deserialize;
use store::{SignOnTerms, StoreError};
use utoipa::ToSchema;

use super::dto::{Names, SignOnRuleView};
use crate::access::identity::Membership;
use crate::access::permission::Own;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct SignOnTermsRequest {
    /// What people become at their first sign-in; left out where nobody becomes a member.
    pub role: Option<Role>,
    /// Signing in at the provider counts as two-factor sign-in.
    pub is_two_factor: bool,
    /// Members with an address of the domain, other than owners, see nothing of the workspace without signing in at the provider.
    pub is_required: bool,
}

/// Change what single sign-on means in the workspace
#[utoipa::path(put, path = "/api/v1/sign-on/rules/{rule_id}", operation_id = "update_sign_on_rule", tag = "members",
    request_body = SignOnTermsRequest, responses((status = 200, body = SignOnRuleView)))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Own>,
    Path(id): Path<String>,
    Body(request): Body<SignOnTermsRequest>,
) -> Result<Json<SignOnRuleView>, Problem> {
    // Ownership is handed over by a person to a person.
    if request.role == Some(Role::Owner) {
        return Err(Problem::field("role", "nobody becomes an owner by single sign-on; choose another role"));
    }
    let SignOnTermsRequest { role, is_two_factor, is_required } = request;
    let terms = SignOnTerms { role, is_two_factor, is_required };
    let (catalog, workspace) = (member.catalog(&context), member.workspace.id.clone());
    let changed = blocking(move || -> Result<_, StoreError> {
        Ok((catalog.set_sign_on_terms(&workspace, &id, terms)?, Names::read(&catalog)?))
    });
    let (changed, names) = changed.await??;
    let rule = changed.ok_or_else(|| Problem::not_found("rule"))?;
    let event = AuditEvent::new(&member.by(), &member.workspace.id, "sign_on.rule_changed");
    context.record(event.on(&rule.domain).detail(described(terms))).await?;
    Ok(Json(SignOnRuleView::new(rule, &names)))
}

/// For the audit log.
pub fn described(terms: SignOnTerms) -> String {
    let mut parts = vec![match terms.role {
        Some(role) => format!("joins as {}", role.as_str()),
        None => "nobody joins".to_owned(),
    }];
    if terms.is_two_factor {
        parts.push("counts as two factors".to_owned());
    }
    if terms.is_required {
        parts.push("required".to_owned());
    }
    parts.join(", ")
}

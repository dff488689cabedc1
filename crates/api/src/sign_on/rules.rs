//! `GET /sign-on/rules`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::{Names, SignOnRuleView};
use crate::access::identity::Membership;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct SignOnRules {
    pub data: Vec<SignOnRuleView>,
}

/// List the email domains whose people sign in at an identity provider
///
/// The person who runs the server gives a domain to a workspace. Its owners decide what follows from that.
#[utoipa::path(get, path = "/api/v1/sign-on/rules", operation_id = "list_sign_on_rules", tag = "members",
    responses((status = 200, body = SignOnRules)))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<Manage>,
) -> Result<Json<SignOnRules>, Problem> {
    let (catalog, workspace) = (context.catalog.clone(), member.workspace.id);
    let found = blocking(move || -> Result<_, store::StoreError> {
        Ok((catalog.sign_on_rules(Some(&workspace))?, Names::read(&catalog)?))
    });
    let (found, names) = found.await??;
    Ok(Json(SignOnRules { data: found.into_iter().map(|rule| SignOnRuleView::new(rule, &names)).collect() }))
}

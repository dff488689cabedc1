//! `POST /connections/check`: what a key can read, without saving anything.

use axum::Json;
use axum::extract::State;
use model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::admission;
use super::dto::CheckedPermission;
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct CheckRequest {
    /// The id of one of the sources.
    pub source: String,
    /// A key that reads the account.
    #[schema(value_type = String, format = Password)]
    pub key: Secret,
    /// Where the API is, when it is not the provider's own address.
    pub api_base: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedKey {
    pub account: CheckedAccount,
    pub is_test_mode: bool,
    pub is_restricted: bool,
    pub permissions: Vec<CheckedPermission>,
    /// No required permission is missing.
    pub can_connect: bool,
    /// The account is already connected.
    pub existing_connection_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedAccount {
    pub id: String,
    pub name: Option<String>,
    pub country: Option<String>,
    #[schema(value_type = Option<String>)]
    pub default_currency: Option<model::Currency>,
}

/// Check a key: which account it belongs to and what it may read
#[utoipa::path(post, path = "/api/v1/connections/check", operation_id = "check_key", tag = "connections",
    request_body = CheckRequest, responses((status = 200, body = CheckedKey)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Body(request): Body<CheckRequest>,
) -> Result<Json<CheckedKey>, Problem> {
    let source = admission::source(&request.source)?;
    let base = admission::parse_base(source, request.api_base.as_deref())?;
    let candidate = admission::examine(
        source,
        &request.key,
        base,
        context.options.network.clone(),
        context.clock.clone(),
    )
    .await?;
    let can_connect = candidate.missing_required().is_empty();
    let permissions = candidate.probes.iter().map(CheckedPermission::from).collect();
    let account = CheckedAccount {
        id: candidate.account.id.to_string(),
        name: candidate.account.name.clone(),
        country: candidate.account.country.clone(),
        default_currency: candidate.account.default_currency,
    };
    let (is_test_mode, is_restricted) = (candidate.is_test_mode, candidate.key.is_restricted());
    let catalog = context.catalog.clone();
    let existing = blocking(move || candidate.existing(&catalog, &access.workspace)).await??;
    Ok(Json(CheckedKey {
        account,
        is_test_mode,
        is_restricted,
        permissions,
        can_connect,
        existing_connection_id: existing.map(|record| record.id.to_string()),
    }))
}

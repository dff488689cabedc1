//! `PUT /connections/{id}/webhook/secret`: the secret of a manually created endpoint, or a rolled one.

use ::sync::runner::source_of;
use axum::extract::State;
use axum::http::StatusCode;
use model::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// A public key takes several lines.
const LONGEST: usize = 2_000;

#[derive(Debug, Deserialize, ToSchema)]
pub struct WebhookSecretRequest {
    /// As the provider shows it. The previous secret stays valid for deliveries that are on their way.
    #[schema(value_type = String, format = Password)]
    pub secret: Secret,
}

/// Enter a webhook's signing secret
#[utoipa::path(put, path = "/api/v1/connections/{id}/webhook/secret", operation_id = "set_webhook_secret", tag = "sync",
    request_body = WebhookSecretRequest, responses((status = 204, description = "Kept, encrypted")))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, by, .. }: Connection<Manage>,
    Body(request): Body<WebhookSecretRequest>,
) -> Result<StatusCode, Problem> {
    let prefix = source_of(&record)?.webhook_terms().secret_prefix;
    let secret = request.secret.expose().trim();
    if !secret.starts_with(prefix) || secret.len() > LONGEST {
        let message = format!("it starts with {prefix}: copy all of it from the endpoint's page");
        return Err(Problem::field("secret", message));
    }
    context.runner.add_webhook_secret(&record.workspace, &record.id, Secret::new(secret)).await?;
    context.record(AuditEvent::of_connection(&by, &record, "webhook.secret_added")).await?;
    Ok(StatusCode::NO_CONTENT)
}

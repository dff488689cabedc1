//! `GET /connections/{id}/webhook`: whether changes are delivered, and what to do if they are not.

use ::sync::runner::source_of;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::connections::dto::LastErrorView;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    pub state: WebhookStateView,
    /// Where the provider has to deliver to. Absent: the server has no address that it can reach.
    pub url: Option<String>,
    /// Why it could not be registered.
    pub refused: Option<LastErrorView>,
    pub last_received_at: Option<i64>,
    /// Deliveries waiting to be processed.
    pub waiting: u64,
    /// List deliveries that were given up and wait for a person.
    pub dead: u64,
    /// The events that a manually created endpoint must subscribe to.
    pub events: &'static [&'static str],
    pub api_version: &'static str,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookState)]
pub enum WebhookStateView {
    /// The provider can't reach this server, so it is polled every minute.
    Unreachable,
    /// It is about to be registered.
    Pending,
    /// It has to be created by hand.
    Manual,
    /// It is registered, and nothing has been delivered yet.
    Registered,
    /// Deliveries are arriving.
    Live,
    /// Deliveries have stopped although changes happen: the provider is polled every minute until they resume.
    Silent,
}

/// Show the state of a connection's webhook
#[utoipa::path(get, path = "/api/v1/connections/{id}/webhook", operation_id = "read_webhook", tag = "sync",
    responses((status = 200, body = WebhookView)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<Manage>,
) -> Result<Json<WebhookView>, Problem> {
    let webhook = context.runner.webhook(&record.workspace, &record.id).await?;
    let terms = source_of(&record)?.webhook_terms();
    let of = webhook.record;
    let state = match (&webhook.url, webhook.has_secret, of.last_received_at) {
        (None, ..) => WebhookStateView::Unreachable,
        (_, true, Some(_)) if of.silent_since.is_some() => WebhookStateView::Silent,
        (_, true, Some(_)) => WebhookStateView::Live,
        (_, true, None) => WebhookStateView::Registered,
        (_, false, _) if of.refused.is_some() => WebhookStateView::Manual,
        (_, false, _) => WebhookStateView::Pending,
    };
    Ok(Json(WebhookView {
        state,
        url: webhook.url.map(|url| url.to_string()),
        refused: of.refused.map(LastErrorView::from),
        last_received_at: of.last_received_at.map(|at| at.0),
        waiting: webhook.inbox.waiting,
        dead: webhook.inbox.dead,
        events: terms.events,
        api_version: terms.api_version,
    }))
}

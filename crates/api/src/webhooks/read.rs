//! `GET /connections/{id}/webhook`: whether changes are told at once, and what to do when they are not.

use ::sync::runner::source_of;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Connection;
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
    /// Deliveries that are not worked off yet.
    pub waiting: u64,
    /// Deliveries that were given up and wait for a person.
    pub dead: u64,
    /// What an endpoint that is made by hand has to be told about.
    pub events: &'static [&'static str],
    pub api_version: &'static str,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookState)]
pub enum WebhookStateView {
    /// The provider cannot reach this server: it is asked every minute instead.
    Unreachable,
    /// It is about to be registered.
    Pending,
    /// It has to be made by hand.
    Manual,
    /// It is there, and nothing came yet.
    Registered,
    /// Deliveries come.
    Live,
    /// They came, and now things happen that are not delivered: the provider is asked every minute until they come
    /// again.
    Silent,
}

/// How the connection's webhook stands
#[utoipa::path(get, path = "/api/v1/connections/{id}/webhook", operation_id = "read_webhook", tag = "sync",
    responses((status = 200, body = WebhookView)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
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

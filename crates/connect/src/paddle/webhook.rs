//! Our notification setting: the only thing that we ever write to an account.

use model::{ObjectKind, Secret};
use serde::Deserialize;
use serde_json::json;

use super::client::{Call, Client};
use super::delivery::WEBHOOK_EVENTS;
use super::page;
use crate::attempts::Unreadable;
use crate::transport::Verb;
use crate::{ConnectError, Webhook, WebhookEndpoint, retry};

/// What errors call it.
const SETTING: ObjectKind = ObjectKind::new("notification_setting");
const PATH: &str = "notification-settings";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    id: Option<String>,
    destination: Option<String>,
    active: bool,
    endpoint_secret_key: Option<String>,
}

impl Client {
    /// Registers an address for [`WEBHOOK_EVENTS`], in the version that is read here. An account has room for ten that are
    /// active.
    ///
    /// # Errors
    /// When the key may not write notification settings, the address is refused, or there is no answer.
    pub async fn create_webhook(&self, url: &str) -> Result<Webhook, ConnectError> {
        let body = json!({
            "description": "Chartsy: keeps figures up to date",
            "type": "url",
            "destination": url,
            "subscribed_events": WEBHOOK_EVENTS,
            "traffic_source": "platform",
            "api_version": 1,
            "include_sensitive_fields": false,
        });
        let verb =
            Verb::Post { content_type: "application/json", body: body.to_string(), idempotency_key: None };
        // Nothing marks a repetition as such, so it would leave two settings, of ten that there may be.
        let call = Call { attempts: retry::ONCE, ..call(vec![PATH], verb) };
        let made = self.request(&call, |answer| {
            let shape: Shape = serde_json::from_str(page::entity(&answer.body)?.get())?;
            match (shape.id, shape.endpoint_secret_key) {
                (Some(id), Some(secret)) => Ok(Webhook { id, secret: Secret::new(secret) }),
                _ => Err(Unreadable { reason: "a setting without a secret".to_owned(), is_cut: false }),
            }
        });
        made.await
    }

    /// The account's notification settings that deliver to an address.
    ///
    /// # Errors
    /// When the key may not read notification settings, or there is no readable answer.
    pub async fn webhooks(&self) -> Result<Vec<WebhookEndpoint>, ConnectError> {
        let mut call = call(vec![PATH], Verb::Get);
        call.query = vec![("order_by", "id[DESC]".to_owned()), ("per_page", "200".to_owned())];
        let listed = self.request(&call, |answer| {
            let settings = page::read(&answer.body)?.data;
            let shapes = settings.iter().filter_map(|raw| serde_json::from_str::<Shape>(raw.get()).ok());
            let named = shapes.filter_map(|shape| {
                Some(WebhookEndpoint { id: shape.id?, url: shape.destination?, is_enabled: shape.active })
            });
            Ok(named.collect())
        });
        listed.await
    }

    /// Removes one. It is not an error if it no longer exists.
    ///
    /// # Errors
    /// When the key may not write notification settings, or there is no answer.
    pub async fn delete_webhook(&self, id: &str) -> Result<(), ConnectError> {
        match self.request(&call(vec![PATH, id], Verb::Delete), |_| Ok(())).await {
            Err(ConnectError::EndpointAbsent { .. } | ConnectError::NotFound { .. }) => Ok(()),
            outcome => outcome,
        }
    }
}

fn call(path: Vec<&str>, verb: Verb) -> Call<'_> {
    Call { verb, attempts: retry::INTERACTIVE, ..Call::get(SETTING, path) }
}

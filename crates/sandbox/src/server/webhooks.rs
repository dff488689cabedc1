//! Webhook endpoints: created with a form, listed, deleted; their secret is shown once.

use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use model::UnixSeconds;
use serde_json::{Map, Value, json};
use sha2::Sha256;
use url::Url;

use super::delivery::{Attempt, Parcel, Sender};
use super::error::Refusal;
use super::legacy::{Links, downgrade};
use super::params::Params;
use super::version::{self, ApiVersion};
use crate::chance::mix;

/// Stripe's own limit for an account.
const ENDPOINTS_MAX: usize = 16;

/// A registered endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub id: String,
    pub url: Url,
    pub secret: String,
    pub enabled_events: Vec<String>,
    pub version: Option<ApiVersion>,
    created_at: UnixSeconds,
    description: Option<String>,
    metadata: Map<String, Value>,
    is_live_mode: bool,
}

impl Endpoint {
    pub fn wants(&self, event_type: &str) -> bool {
        self.enabled_events.iter().any(|enabled| matches_type(enabled, event_type))
    }

    pub fn to_value(&self) -> Value {
        json!({
            "id": self.id,
            "object": "webhook_endpoint",
            "api_version": self.version.as_ref().map(ApiVersion::as_str),
            "application": null,
            "created": self.created_at.0,
            "description": self.description,
            "enabled_events": self.enabled_events,
            "livemode": self.is_live_mode,
            "metadata": self.metadata,
            "status": "enabled",
            "url": self.url.as_str(),
        })
    }
}

/// `*` and `customer.*` match as they do in filters of events.
pub fn matches_type(pattern: &str, event_type: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => event_type.starts_with(prefix),
        None => pattern == event_type,
    }
}

/// The endpoints of the account, newest last.
#[derive(Debug)]
pub struct Endpoints {
    seed: u64,
    is_live_mode: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    endpoints: Vec<Endpoint>,
    made: u64,
}

impl Endpoints {
    pub fn new(seed: u64, is_live_mode: bool) -> Self {
        Self { seed, is_live_mode, state: Mutex::default() }
    }

    /// Registers what a form describes. The answer is the only one that holds the secret.
    ///
    /// # Errors
    /// In Stripe's words, when the URL or the events are missing or make no sense.
    pub fn create(&self, form: &Params, now: UnixSeconds) -> Result<Value, Refusal> {
        let url = parse_url(form.non_empty("url")?.ok_or_else(|| Refusal::missing_parameter("url"))?)?;
        let enabled_events: Vec<String> =
            form.list("enabled_events").into_iter().map(str::to_owned).collect();
        if enabled_events.is_empty() {
            return Err(Refusal::missing_parameter("enabled_events"));
        }
        let version = form.non_empty("api_version")?.map(ApiVersion::parse).transpose()?;
        let metadata = form.map("metadata").into_iter().map(|(key, value)| (key.to_owned(), json!(value)));

        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.endpoints.len() >= ENDPOINTS_MAX {
            return Err(Refusal::bad_request(format!(
                "You have reached the maximum of {ENDPOINTS_MAX} webhook endpoints. Please delete some before \
                 creating another."
            )));
        }
        state.made += 1;
        let endpoint = Endpoint {
            id: format!("we_1{:016x}", mix(self.seed, state.made, 11)),
            url,
            secret: format!(
                "whsec_{:016x}{:016x}",
                mix(self.seed, state.made, 12),
                mix(self.seed, state.made, 13)
            ),
            enabled_events,
            version,
            created_at: now,
            description: form.get("description").map(str::to_owned),
            metadata: metadata.collect(),
            is_live_mode: self.is_live_mode,
        };
        let mut answer = endpoint.to_value();
        answer["secret"] = json!(endpoint.secret);
        state.endpoints.push(endpoint);
        Ok(answer)
    }

    pub fn get(&self, id: &str) -> Option<Endpoint> {
        self.all().into_iter().find(|endpoint| endpoint.id == id)
    }

    /// Newest first.
    pub fn all(&self) -> Vec<Endpoint> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.endpoints.iter().rev().cloned().collect()
    }

    /// Whether there was such an endpoint.
    pub fn delete(&self, id: &str) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.endpoints.len();
        state.endpoints.retain(|endpoint| endpoint.id != id);
        state.endpoints.len() < before
    }
}

impl Endpoints {
    /// An event for each endpoint that wants it, in the shape of its version.
    pub fn parcels(&self, event: &Value, links: &dyn Links) -> Vec<Parcel> {
        let text = |field: &str| event.get(field).and_then(Value::as_str).unwrap_or_default();
        let wanting = self.all().into_iter().filter(|endpoint| endpoint.wants(text("type")));
        let parcels = wanting.map(|endpoint| Parcel {
            id: text("id").to_owned(),
            body: in_version_of(&endpoint, event, links).to_string(),
            endpoint: endpoint.id,
            url: endpoint.url,
            secret: endpoint.secret,
        });
        parcels.collect()
    }
}

impl Sender for Endpoints {
    fn headers(&self, parcel: &Parcel, at: UnixSeconds) -> Vec<(&'static str, String)> {
        vec![
            ("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)".to_owned()),
            ("stripe-signature", signature(&parcel.secret, at, &parcel.body)),
        ]
    }

    fn is_registered(&self, endpoint: &str) -> bool {
        self.get(endpoint).is_some()
    }

    fn tried(&self, _: &Parcel, _: Attempt) {}
}

/// `Stripe-Signature` of a body: `t=<unix>,v1=<hex of HMAC-SHA256 over "t.body">`. Stripe's "Verify webhook
/// signatures manually".
pub fn signature(secret: &str, at: UnixSeconds, body: &str) -> String {
    let digest = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(format!("{}.", at.0).as_bytes());
        mac.update(body.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    });
    format!("t={},v1={}", at.0, digest.unwrap_or_default())
}

/// The payload has the shape of the endpoint's version.
fn in_version_of(endpoint: &Endpoint, event: &Value, links: &dyn Links) -> Value {
    let mut event = event.clone();
    let wanted = endpoint.version.clone().unwrap_or_else(ApiVersion::current);
    if let Some(object) = event.pointer_mut("/data/object") {
        downgrade(object, &wanted, links);
    }
    if wanted.as_str() != version::CURRENT {
        event["api_version"] = json!(wanted.as_str());
    }
    event
}

fn parse_url(text: &str) -> Result<Url, Refusal> {
    let refuse = |message: &str| Refusal::parameter("url_invalid", "url", message);
    let url = Url::parse(text)
        .map_err(|_| refuse("Invalid URL: An explicit scheme (such as https) must be provided."))?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    if is_web { Ok(url) } else { Err(refuse("Invalid URL: URL must be an http or https URL with a host.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_anybody_computes() {
        // openssl dgst -sha256 -hmac whsec_test over "1700000000.{}"
        let expected = "t=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91";
        assert_eq!(signature("whsec_test", UnixSeconds(1_700_000_000), "{}"), expected);
    }

    #[test]
    fn a_pattern_takes_what_begins_with_it() {
        assert!(matches_type("*", "invoice.paid"));
        assert!(matches_type("invoice.*", "invoice.paid"));
        assert!(matches_type("invoice.paid", "invoice.paid"));
        assert!(!matches_type("invoice.*", "invoiceitem.created"));
        assert!(!matches_type("invoice.paid", "invoice.paid_out"));
    }

    #[test]
    fn an_endpoint_needs_a_url_and_events() {
        let endpoints = Endpoints::new(1, false);
        let create = |form: &str| endpoints.create(&Params::parse(form.as_bytes()), UnixSeconds(5));
        assert!(create("enabled_events[]=*").is_err());
        assert!(create("url=http://localhost:1/x").is_err());
        assert!(create("url=localhost&enabled_events[]=*").is_err());
        assert!(create("url=ftp://localhost/&enabled_events[]=*").is_err());
        let made = create("url=http://localhost:1/x&enabled_events[]=invoice.paid&metadata[a]=b").unwrap();
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
        let kept = endpoints.get(made["id"].as_str().unwrap()).unwrap();
        assert_eq!(kept.to_value().get("secret"), None);
        assert_eq!(kept.to_value()["metadata"]["a"], "b");
        assert!(endpoints.delete(&kept.id) && !endpoints.delete(&kept.id));
    }
}

//! Webhook endpoints: created with a form, listed, deleted; their secret is told once.

mod delivery;

use std::sync::{Mutex, PoisonError};

use model::UnixSeconds;
use serde_json::{Map, Value, json};
use url::Url;

use super::error::Refusal;
use super::params::Params;
use super::version::ApiVersion;
use crate::chance::mix;

pub use delivery::{Courier, CourierOptions, signature};

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

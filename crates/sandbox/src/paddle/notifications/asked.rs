//! What a request for a notification setting says, and whether it makes sense.

use serde_json::{Value, json};
use url::Url;

use super::super::refusal::Refusal;
use crate::server::delivery::is_on_this_machine;

const DESCRIPTION_MAX: usize = 500;
const DESTINATION_MAX: usize = 2048;
/// Entities that events are about, with what can happen to each.
const EVENTS: &[(&str, &[&str])] = &[
    ("address", &["created", "imported", "updated"]),
    ("adjustment", &["created", "updated"]),
    ("api_key", &["created", "expired", "expiring", "revoked", "updated"]),
    ("business", &["created", "imported", "updated"]),
    ("customer", &["created", "imported", "updated"]),
    ("discount", &["created", "imported", "updated"]),
    ("discount_group", &["created", "updated"]),
    ("payment_method", &["saved", "deleted"]),
    ("payout", &["created", "paid"]),
    ("price", &["created", "imported", "updated"]),
    ("product", &["created", "imported", "updated"]),
    ("report", &["created", "updated"]),
    (
        "subscription",
        &[
            "activated",
            "canceled",
            "created",
            "imported",
            "past_due",
            "paused",
            "resumed",
            "trialing",
            "updated",
        ],
    ),
    (
        "transaction",
        &[
            "billed",
            "canceled",
            "completed",
            "created",
            "paid",
            "past_due",
            "payment_failed",
            "ready",
            "revised",
            "updated",
        ],
    ),
];

pub fn object(body: &[u8]) -> Result<Value, Refusal> {
    match serde_json::from_slice::<Value>(body) {
        Ok(asked) if asked.is_object() => Ok(asked),
        _ => Err(Refusal::invalid_json()),
    }
}

pub fn described(asked: &Value) -> Result<Value, Refusal> {
    let text = asked["description"].as_str().unwrap_or_default();
    if text.is_empty() || text.chars().count() > DESCRIPTION_MAX {
        return Err(Refusal::field("description", "must be between 1 and 500 characters"));
    }
    Ok(json!(text))
}

/// HTTPS, but for addresses of this machine.
pub fn destination(asked: &Value) -> Result<Value, Refusal> {
    if asked["type"] != "url" {
        return Err(Refusal::field("type", "must be url: this sandbox sends no email"));
    }
    let text = asked["destination"].as_str().unwrap_or_default();
    let url = Url::parse(text).ok().filter(|url| url.host().is_some() && text.len() <= DESTINATION_MAX);
    let is_fine = |url: &Url| url.scheme() == "https" || url.scheme() == "http" && is_on_this_machine(url);
    match url.filter(is_fine) {
        Some(_) => Ok(json!(text)),
        None => Err(Refusal::field("destination", "must be an HTTPS URL")),
    }
}

pub fn traffic_source(asked: &Value) -> Result<Value, Refusal> {
    match asked["traffic_source"].as_str() {
        None => Ok(json!("all")),
        Some(source @ ("platform" | "simulation" | "all")) => Ok(json!(source)),
        Some(_) => Err(Refusal::field("traffic_source", "must be platform, simulation or all")),
    }
}

/// The events by name, as the types that the answer has.
pub fn subscribed(asked: &Value) -> Result<Value, Refusal> {
    let names: Vec<&str> =
        asked["subscribed_events"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if names.is_empty() {
        return Err(Refusal::field("subscribed_events", "must have at least one event type"));
    }
    let known = event_types();
    let find = |name: &str| known.iter().find(|known| known["name"] == name).cloned();
    let types: Option<Vec<Value>> = names.iter().map(|name| find(name)).collect();
    let unknown = || names.iter().find(|name| find(name).is_none()).copied().unwrap_or_default();
    types
        .map(Value::Array)
        .ok_or_else(|| Refusal::field("subscribed_events", format!("'{}' is no event type", unknown())))
}

/// What `/event-types` lists.
pub fn event_types() -> Vec<Value> {
    let types = EVENTS.iter().flat_map(|(entity, happenings)| {
        happenings.iter().map(move |happening| {
            json!({
                "name": format!("{entity}.{happening}"),
                "description": format!("Occurs when this happens to the {entity}: {happening}."),
                "group": entity,
                "available_versions": [1],
            })
        })
    });
    types.collect()
}

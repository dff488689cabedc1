//! Notification settings, and what is sent to them: signed webhooks, with a record of each.

mod asked;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use model::UnixSeconds;
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

use super::account::instant;
use super::ids;
use super::refusal::Refusal;
use crate::chance::mix;
use crate::server::delivery::{Attempt, Parcel, Sender};
use asked::{described, destination, object, subscribed, traffic_source};

pub use asked::event_types;

/// So many may be active in an account.
const ACTIVE_MAX: usize = 10;
/// The settings of an account and the notifications that were sent, each by its id.
#[derive(Debug)]
pub struct Settings {
    seed: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    settings: BTreeMap<String, Value>,
    notifications: BTreeMap<String, Value>,
    made: u64,
}

impl Settings {
    pub fn new(seed: u64) -> Self {
        Self { seed, state: Mutex::default() }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn all(&self) -> BTreeMap<String, Value> {
        self.with(|state| state.settings.clone())
    }

    pub fn notifications(&self) -> BTreeMap<String, Value> {
        self.with(|state| state.notifications.clone())
    }

    /// # Errors
    /// 400 with the field that makes no sense, or where ten are active; 409 where there is the same already.
    pub fn create(&self, body: &[u8], now: UnixSeconds) -> Result<Value, Refusal> {
        let asked = object(body)?;
        let mut setting = json!({
            "description": described(&asked)?,
            "type": asked["type"],
            "destination": destination(&asked)?,
            "active": true,
            "api_version": 1,
            "include_sensitive_fields": asked["include_sensitive_fields"] == true,
            "subscribed_events": subscribed(&asked)?,
            "traffic_source": traffic_source(&asked)?,
        });
        if asked.get("api_version").is_some_and(|version| *version != 1) {
            return Err(Refusal::field("api_version", "must be 1"));
        }
        self.with(|state| {
            if state.active() >= ACTIVE_MAX {
                return Err(Refusal::too_many_settings(ACTIVE_MAX));
            }
            let is_same = |other: &Value| {
                ["destination", "subscribed_events", "traffic_source"]
                    .iter()
                    .all(|field| other[*field] == setting[*field])
            };
            if state.settings.values().any(is_same) {
                return Err(Refusal::same_setting());
            }
            state.made += 1;
            let id = ids::id("ntfset", now.0 * 1000, self.seed, state.made << 8);
            let digits = |salt| mix(self.seed, state.made, salt);
            let secret = format!("pdl_{id}_{:016x}{:016x}", digits(51), digits(52));
            setting["id"] = json!(id);
            setting["endpoint_secret_key"] = json!(secret);
            state.settings.insert(id, setting.clone());
            Ok(setting)
        })
    }

    /// Switches one off or on, or describes it otherwise.
    ///
    /// # Errors
    /// 404, or 400 as for a new one.
    pub fn update(&self, id: &str, body: &[u8]) -> Result<Value, Refusal> {
        let asked = object(body)?;
        let known = ["active", "description"];
        if let Some(field) =
            asked.as_object().and_then(|asked| asked.keys().find(|name| !known.contains(&name.as_str())))
        {
            return Err(Refusal::field(
                field,
                "can't be changed in this sandbox: delete the setting instead",
            ));
        }
        self.with(|state| {
            let active = state.active();
            let setting = state.settings.get_mut(id).ok_or_else(|| Refusal::no_such_entity(id))?;
            if asked["active"] == true && setting["active"] == false && active >= ACTIVE_MAX {
                return Err(Refusal::too_many_settings(ACTIVE_MAX));
            }
            if let Some(is_active) = asked["active"].as_bool() {
                setting["active"] = json!(is_active);
            }
            if asked.get("description").is_some() {
                setting["description"] = described(&asked)?;
            }
            Ok(setting.clone())
        })
    }

    /// # Errors
    /// 404.
    pub fn delete(&self, id: &str) -> Result<(), Refusal> {
        self.with(|state| state.settings.remove(id)).map(drop).ok_or_else(|| Refusal::no_such_entity(id))
    }

    /// A notification of an event for each setting that asks for it.
    pub fn parcels(&self, event: &Value, now: UnixSeconds) -> Vec<Parcel> {
        self.with(|state| {
            let wanting = state.settings.values().filter(|setting| wants(setting, &event["event_type"]));
            let wanting: Vec<Value> = wanting.cloned().collect();
            wanting.into_iter().filter_map(|setting| state.notify(self.seed, &setting, event, now)).collect()
        })
    }
}

impl State {
    fn active(&self) -> usize {
        self.settings.values().filter(|setting| setting["active"] == true).count()
    }

    fn notify(&mut self, seed: u64, setting: &Value, event: &Value, now: UnixSeconds) -> Option<Parcel> {
        let text = |field: &str| setting[field].as_str().map(str::to_owned);
        let url = Url::parse(setting["destination"].as_str()?).ok()?;
        self.made += 1;
        let id = ids::id("ntf", now.0 * 1000, seed, self.made << 8 | 1);
        let mut payload = event.clone();
        payload["notification_id"] = json!(id);
        let parcel = Parcel {
            id: id.clone(),
            endpoint: text("id")?,
            url,
            secret: text("endpoint_secret_key")?,
            body: payload.to_string(),
        };
        let notification = json!({
            "id": id,
            "type": event["event_type"],
            "status": "not_attempted",
            "payload": payload,
            "occurred_at": event["occurred_at"],
            "delivered_at": null,
            "replayed_at": null,
            "origin": "event",
            "last_attempt_at": null,
            "retry_at": null,
            "times_attempted": 0,
            "notification_setting_id": setting["id"],
        });
        self.notifications.insert(id, notification);
        Some(parcel)
    }
}

impl Sender for Settings {
    fn headers(&self, parcel: &Parcel, at: UnixSeconds) -> Vec<(&'static str, String)> {
        vec![
            ("user-agent", "Paddle".to_owned()),
            ("paddle-signature", signature(&parcel.secret, at, &parcel.body)),
        ]
    }

    fn is_registered(&self, endpoint: &str) -> bool {
        self.with(|state| state.settings.get(endpoint).is_some_and(|setting| setting["active"] == true))
    }

    fn tried(&self, parcel: &Parcel, attempt: Attempt) {
        self.with(|state| {
            let Some(notification) = state.notifications.get_mut(&parcel.id) else { return };
            let at = json!(instant(attempt.at.0));
            notification["status"] = json!(match (attempt.has_arrived, attempt.is_last) {
                (true, _) => "delivered",
                (false, true) => "failed",
                (false, false) => "needs_retry",
            });
            if attempt.has_arrived {
                notification["delivered_at"] = at.clone();
            }
            notification["last_attempt_at"] = at;
            notification["times_attempted"] = json!(attempt.number);
        });
    }
}

/// `Paddle-Signature` of a body: `ts=<unix>;h1=<hex of HMAC-SHA256 over "ts:body">`. Paddle's "Verify webhook signatures".
pub fn signature(secret: &str, at: UnixSeconds, body: &str) -> String {
    let digest = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(format!("{}:", at.0).as_bytes());
        mac.update(body.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    });
    format!("ts={};h1={}", at.0, digest.unwrap_or_default())
}

fn wants(setting: &Value, event_type: &Value) -> bool {
    let mut types = setting["subscribed_events"].as_array().into_iter().flatten();
    setting["active"] == true
        && setting["traffic_source"] != "simulation"
        && types.any(|subscribed| subscribed["name"] == *event_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_anybody_computes() {
        let secret = "pdl_ntfset_01hkqv4xj8w2m5n7p9r1t3v5x7_AbCdEfGhIjKlMnOpQrStUvWxYz012345";
        let body = r#"{"event_id":"evt_01kc0000000000000000000001","event_type":"transaction.paid","occurred_at":"2026-02-10T09:00:05Z","data":{"id":"txn_01kc0000000000000000000002"}}"#;
        assert_eq!(
            signature(secret, UnixSeconds(1_770_714_010), body),
            "ts=1770714010;h1=5e3f07d20176f89ca4dd8e74da2d7a19e47f434ff468b0a1c6abf3a07c0aed15"
        );
    }

    fn asked(destination: &str, events: &[&str]) -> Vec<u8> {
        let asked = json!({
            "description": "Chartsy",
            "type": "url",
            "destination": destination,
            "subscribed_events": events,
            "traffic_source": "platform",
            "api_version": 1,
        });
        asked.to_string().into_bytes()
    }

    #[test]
    fn a_setting_needs_a_safe_destination_and_known_events() {
        let settings = Settings::new(1);
        let create = |to: &str, events: &[&str]| settings.create(&asked(to, events), UnixSeconds(5));
        for away in ["http://example.com/", "ftp://127.0.0.1/", "https://", "example.com", ""] {
            assert!(create(away, &["transaction.paid"]).is_err(), "{away}");
        }
        assert!(create("https://example.com/", &[]).is_err());
        assert!(create("https://example.com/", &["invoice.paid"]).is_err());
        assert!(settings.create(b"[]", UnixSeconds(5)).is_err());
        let made = create("https://example.com/", &["transaction.paid"]).unwrap();
        assert!(made["id"].as_str().unwrap().starts_with("ntfset_"));
        let secret = made["endpoint_secret_key"].as_str().unwrap();
        assert_eq!(secret.len(), "pdl_ntfset_".len() + 26 + 1 + 32);
        assert_eq!(made["subscribed_events"][0]["group"], "transaction");
        assert_eq!(create("https://example.com/", &["transaction.paid"]).unwrap_err().status, 409);
    }

    #[test]
    fn ten_are_active_at_most() {
        let settings = Settings::new(1);
        let create = |n: usize| {
            settings.create(&asked(&format!("http://127.0.0.1:{n}/"), &["payout.paid"]), UnixSeconds(5))
        };
        let made: Vec<Value> = (1..=10).map(|n| create(n).unwrap()).collect();
        assert_eq!(create(11).unwrap_err().status, 400);
        let id = made[3]["id"].as_str().unwrap();
        assert_eq!(settings.update(id, br#"{"active":false}"#).unwrap()["active"], false);
        create(12).unwrap();
        assert!(settings.update(id, br#"{"active":true}"#).is_err());
        settings.delete(id).unwrap();
        assert_eq!(settings.delete(id).unwrap_err().status, 404);
        let event = json!({ "event_type": "payout.paid", "occurred_at": "2026-01-01T00:00:00Z" });
        assert_eq!(settings.parcels(&event, UnixSeconds(9)).len(), 10);
        assert!(settings.parcels(&json!({ "event_type": "payout.created" }), UnixSeconds(9)).is_empty());
    }
}

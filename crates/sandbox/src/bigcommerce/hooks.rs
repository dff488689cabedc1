//! Webhooks: what is registered, and what is sent to it.

mod asked;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use model::UnixSeconds;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use url::Url;

use super::lists::Listed;
use super::options::Client;
use super::params::Params;
use super::refusal::Refusal;
use super::signing::signature;
use super::world::Event;
use crate::chance::mix;
use crate::server::delivery::{Attempt, Parcel, Sender};
use asked::Asked;

/// So many may be registered by a client for a scope.
const HOOKS_MAX: usize = 10;
const FIRST_HOOK: i64 = 18_048_287;

/// The webhooks of a shop.
#[derive(Debug)]
pub struct Hooks {
    seed: u64,
    hash: String,
    store_id: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    hooks: BTreeMap<i64, Hook>,
    made: i64,
    sent: u64,
    /// Where notices go, by client.
    emails: BTreeMap<String, Value>,
    /// Of an app that was uninstalled: what is under way still arrives.
    leaving: BTreeMap<i64, Hook>,
}

#[derive(Debug, Clone)]
struct Hook {
    id: i64,
    client: Client,
    scope: String,
    destination: Url,
    headers: BTreeMap<String, String>,
    is_active: bool,
    /// It was switched off because nothing arrived.
    is_given_up: bool,
    created_at: UnixSeconds,
    updated_at: UnixSeconds,
}

impl Hook {
    fn to_value(&self, hash: &str) -> Value {
        json!({
            "id": self.id,
            "client_id": self.client.id,
            "store_hash": hash,
            "scope": self.scope,
            "destination": self.destination.as_str(),
            "headers": if self.headers.is_empty() { Value::Null } else { json!(self.headers) },
            "is_active": self.is_active,
            "events_history_enabled": false,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        })
    }

    /// Scopes can end with a star.
    fn wants(&self, scope: &str) -> bool {
        let is_wanted = match self.scope.strip_suffix('*') {
            Some(beginning) => scope.starts_with(beginning),
            None => self.scope == scope,
        };
        self.is_active && is_wanted
    }
}

impl Hooks {
    pub fn new(seed: u64, hash: &str, store_id: &str) -> Self {
        Self { seed, hash: hash.to_owned(), store_id: store_id.to_owned(), state: Mutex::default() }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn written(&self, hook: &Hook) -> Value {
        json!({ "data": hook.to_value(&self.hash), "meta": {} })
    }

    /// # Errors
    /// 400 or 422 with what makes no sense, or where there are ten, or one with the same destination.
    pub fn create(&self, body: &[u8], client: &Client, now: UnixSeconds) -> Result<Value, Refusal> {
        let asked = Asked::parse(body)?;
        let scope = asked.scope.ok_or_else(|| Asked::missing("scope"))?;
        let destination = asked.destination.ok_or_else(|| Asked::missing("destination"))?;
        self.with(|state| {
            state.has_room(&scope, &destination, client, None)?;
            state.made += 1;
            let id = FIRST_HOOK + state.made;
            let hook = Hook {
                id,
                client: client.clone(),
                scope,
                destination,
                headers: asked.headers.unwrap_or_default(),
                is_active: asked.is_active.unwrap_or(true),
                is_given_up: false,
                created_at: now,
                updated_at: now,
            };
            let written = self.written(&hook);
            state.hooks.insert(id, hook);
            Ok(written)
        })
    }

    /// # Errors
    /// 404, or as for a new one.
    pub fn update(&self, id: i64, body: &[u8], client: &Client, now: UnixSeconds) -> Result<Value, Refusal> {
        let asked = Asked::parse(body)?;
        self.with(|state| {
            let mut hook = state.of(id, client)?.clone();
            hook.scope = asked.scope.unwrap_or(hook.scope);
            hook.destination = asked.destination.unwrap_or(hook.destination);
            state.has_room(&hook.scope, &hook.destination, client, Some(id))?;
            hook.headers = asked.headers.unwrap_or(hook.headers);
            hook.is_active = asked.is_active.unwrap_or(hook.is_active);
            hook.is_given_up = !hook.is_active && hook.is_given_up;
            hook.updated_at = now;
            let written = self.written(&hook);
            state.hooks.insert(id, hook);
            Ok(written)
        })
    }

    /// # Errors
    /// 404.
    pub fn delete(&self, id: i64, client: &Client) -> Result<Value, Refusal> {
        self.with(|state| {
            let written = self.written(state.of(id, client)?);
            state.hooks.remove(&id);
            Ok(written)
        })
    }

    /// # Errors
    /// 404.
    pub fn get(&self, id: i64, client: &Client) -> Result<Value, Refusal> {
        self.with(|state| state.of(id, client).map(|hook| self.written(hook)))
    }

    /// Those that the same client made.
    pub fn list(&self, params: &Params<'_>, client: &Client) -> Result<Value, Refusal> {
        params.only(&["is_active", "scope", "destination"])?;
        let is_active = params.flag("is_active")?;
        let (scope, destination) = (params.text("scope"), params.text("destination"));
        let rows = self.with(|state| {
            let hooks = state.hooks.values().filter(|hook| {
                hook.client == *client
                    && is_active.is_none_or(|is_active| hook.is_active == is_active)
                    && scope.is_none_or(|scope| hook.scope == scope)
                    && destination.is_none_or(|url| hook.destination.as_str() == url)
            });
            hooks.map(|hook| hook.to_value(&self.hash)).collect::<Vec<_>>()
        });
        let page = params.page()?;
        let total = rows.len();
        Ok(Listed { page, total, rows: rows[page.range(total)].to_vec() }.envelope(params))
    }

    /// Where notices go, and what became of the webhooks.
    pub fn admin(&self, client: &Client) -> Value {
        self.with(|state| {
            let hooks = state.hooks.values().filter(|hook| hook.client == *client).map(|hook| {
                let mut value = hook.to_value(&self.hash);
                value["status"] = json!(match (hook.is_active, hook.is_given_up) {
                    (true, _) => "active",
                    (false, true) => "deactivated",
                    (false, false) => "inactive",
                });
                value
            });
            let hooks: Vec<Value> = hooks.collect();
            let emails = state.emails.get(&client.id).cloned().unwrap_or_else(|| json!([]));
            json!({
                "data": { "emails": emails, "hooks_list": hooks, "blocked_domains": [] },
                "meta": {},
            })
        })
    }

    /// # Errors
    /// 400 without e-mail addresses.
    pub fn notify(&self, body: &[u8], client: &Client) -> Result<(), Refusal> {
        let asked: Value = serde_json::from_slice(body).map_err(|_| Refusal::invalid_input())?;
        let are_texts = asked["emails"].as_array().is_some_and(|emails| emails.iter().all(Value::is_string));
        if !are_texts {
            return Err(Refusal::invalid_input());
        }
        self.with(|state| state.emails.insert(client.id.clone(), asked["emails"].clone()));
        Ok(())
    }

    /// BigCommerce switches a webhook off that brought nothing for 90 days or never arrived. This is every one of them.
    pub fn switch_off(&self) {
        self.with(|state| {
            for hook in state.hooks.values_mut() {
                (hook.is_active, hook.is_given_up) = (false, true);
            }
        });
    }

    /// Deletes those of a client, but lets what was sent before arrive.
    pub fn leave(&self, client: &Client) {
        self.with(|state| {
            let (gone, kept) =
                std::mem::take(&mut state.hooks).into_iter().partition(|(_, hook)| hook.client == *client);
            (state.leaving, state.hooks) = (gone, kept);
        });
    }

    /// What is sent of an event, for each webhook that asks for it.
    pub fn parcels(&self, event: &Event) -> Vec<Parcel> {
        let body = self.body(event).to_string();
        self.with(|state| {
            let wanting: BTreeSet<i64> =
                state.hooks.values().filter(|hook| hook.wants(event.scope)).map(|hook| hook.id).collect();
            let parcels = wanting.into_iter().filter_map(|id| {
                state.sent += 1;
                let hook = state.hooks.get(&id)?;
                let (high, low) = (mix(self.seed, state.sent, 81), mix(self.seed, state.sent, 82));
                Some(Parcel {
                    id: format!("msg_{high:016x}{low:08x}"),
                    endpoint: id.to_string(),
                    url: hook.destination.clone(),
                    secret: hook.client.secret.clone(),
                    body: body.clone(),
                })
            });
            parcels.collect()
        })
    }

    fn body(&self, event: &Event) -> Value {
        let mut body = json!({
            "scope": event.scope,
            "store_id": self.store_id,
            "data": event.data,
            "created_at": event.at,
            "producer": format!("stores/{}", self.hash),
        });
        // The same for the same event, sent twice.
        body["hash"] = json!(hex::encode(Sha1::digest(body.to_string())));
        body
    }
}

impl State {
    fn of(&self, id: i64, client: &Client) -> Result<&Hook, Refusal> {
        self.hooks.get(&id).filter(|hook| hook.client == *client).ok_or_else(|| Refusal::no_hook(id))
    }

    /// Whether another webhook, or this one changed, may be like that.
    fn has_room(
        &self,
        scope: &str,
        destination: &Url,
        client: &Client,
        itself: Option<i64>,
    ) -> Result<(), Refusal> {
        let others = || {
            let others = self.hooks.values().filter(|hook| hook.client == *client && hook.scope == scope);
            others.filter(|hook| Some(hook.id) != itself)
        };
        if others().any(|hook| hook.destination == *destination) {
            return Err(Refusal::same_hook());
        }
        if others().count() >= HOOKS_MAX {
            return Err(Refusal::too_many_hooks());
        }
        Ok(())
    }

    fn hook(&self, endpoint: &str) -> Option<&Hook> {
        let id: i64 = endpoint.parse().ok()?;
        self.hooks.get(&id).filter(|hook| hook.is_active).or_else(|| self.leaving.get(&id))
    }
}

impl Sender for Hooks {
    fn headers(&self, parcel: &Parcel, at: UnixSeconds) -> Vec<(&'static str, String)> {
        vec![
            ("webhook-id", parcel.id.clone()),
            ("webhook-timestamp", at.0.to_string()),
            ("webhook-signature", signature(&parcel.secret, &parcel.id, at, &parcel.body)),
        ]
    }

    fn own_headers(&self, endpoint: &str) -> Vec<(String, String)> {
        self.with(|state| {
            let headers = state.hook(endpoint).map(|hook| hook.headers.clone());
            headers.unwrap_or_default().into_iter().collect()
        })
    }

    fn content_type(&self) -> &'static str {
        "application/json"
    }

    fn is_registered(&self, endpoint: &str) -> bool {
        self.with(|state| state.hook(endpoint).is_some())
    }

    fn tried(&self, parcel: &Parcel, attempt: Attempt) {
        if attempt.has_arrived || !attempt.is_last {
            return;
        }
        self.with(|state| {
            let hook = parcel.endpoint.parse().ok().and_then(|id: i64| state.hooks.get_mut(&id));
            if let Some(hook) = hook {
                (hook.is_active, hook.is_given_up) = (false, true);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client { id: "one".to_owned(), secret: "secret".to_owned() }
    }

    fn asked(scope: &str, destination: &str) -> Vec<u8> {
        json!({ "scope": scope, "destination": destination }).to_string().into_bytes()
    }

    #[test]
    fn a_hook_needs_a_known_scope_and_a_safe_destination() {
        let hooks = Hooks::new(1, "abc", "1");
        let create = |scope: &str, to: &str| hooks.create(&asked(scope, to), &client(), UnixSeconds(5));
        for away in
            ["http://example.com/", "https://example.com:8443/", "ftp://127.0.0.1/", "example.com", ""]
        {
            assert_eq!(create("store/order/created", away).unwrap_err().status, 422, "{away}");
        }
        assert_eq!(create("store/invoice/created", "https://example.com/").unwrap_err().status, 422);
        assert_eq!(hooks.create(b"[]", &client(), UnixSeconds(5)).unwrap_err().status, 400);
        let bad = br#"{"scope":"store/order/*","destination":"https://example.com/","headers":{"x":1}}"#;
        assert_eq!(hooks.create(bad, &client(), UnixSeconds(5)).unwrap_err().status, 422);
        for here in ["https://example.com/hook", "http://127.0.0.1:8080/hook", "https://example.com:443/"] {
            assert!(create("store/order/created", here).is_ok(), "{here}");
        }
        assert_eq!(create("store/order/created", "https://example.com/hook").unwrap_err().status, 422);
        assert!(create("store/order/updated", "https://example.com/hook").is_ok());
    }

    #[test]
    fn ten_of_a_client_are_for_a_scope_at_most() {
        let hooks = Hooks::new(1, "abc", "1");
        let create = |n: usize| {
            let asked = asked("store/order/updated", &format!("http://127.0.0.1:{n}/"));
            hooks.create(&asked, &client(), UnixSeconds(5))
        };
        assert!((1..=10).all(|n| create(n).is_ok()));
        assert_eq!(create(11).unwrap_err().status, 422);
        let other = Client { id: "other".to_owned(), secret: String::new() };
        let path = asked("store/order/updated", "http://127.0.0.1:1/");
        let made = hooks.create(&path, &other, UnixSeconds(5)).unwrap();
        let id = made["data"]["id"].as_i64().unwrap();
        assert_eq!(hooks.get(id, &client()).unwrap_err().status, 404, "it belongs to somebody else");
        let event = Event { at: 9, scope: "store/order/updated", data: json!({ "id": 1 }) };
        assert_eq!(hooks.parcels(&event).len(), 11);
        let off = hooks.update(id, br#"{"is_active":false}"#, &other, UnixSeconds(7)).unwrap();
        assert_eq!((&off["data"]["is_active"], &off["data"]["updated_at"]), (&json!(false), &json!(7)));
        assert_eq!(hooks.parcels(&event).len(), 10);
        hooks.delete(id, &other).unwrap();
        assert_eq!(hooks.delete(id, &other).unwrap_err().status, 404);
    }

    #[test]
    fn a_hook_to_which_nothing_arrives_is_switched_off_after_the_last_try() {
        let hooks = Hooks::new(1, "abc", "1");
        hooks
            .create(&asked("store/order/created", "https://example.com/"), &client(), UnixSeconds(5))
            .unwrap();
        let event = Event { at: 9, scope: "store/order/created", data: Value::Null };
        let parcel = hooks.parcels(&event).remove(0);
        let status = || hooks.admin(&client())["data"]["hooks_list"][0]["status"].clone();
        for (has_arrived, is_last, expected) in
            [(false, false, "active"), (true, true, "active"), (false, true, "deactivated")]
        {
            hooks.tried(&parcel, Attempt { number: 1, at: UnixSeconds(9), has_arrived, is_last });
            assert_eq!(status(), expected);
        }
        assert!(!hooks.is_registered(&parcel.endpoint) && hooks.parcels(&event).is_empty());
    }

    #[test]
    fn a_star_is_for_all_that_begins_like_it() {
        let hooks = Hooks::new(1, "abc", "1");
        hooks.create(&asked("store/order/*", "https://example.com/"), &client(), UnixSeconds(5)).unwrap();
        let sent = |scope: &'static str| hooks.parcels(&Event { at: 9, scope, data: Value::Null }).len();
        assert_eq!((sent("store/order/refund/created"), sent("store/order/created")), (1, 1));
        assert_eq!(sent("store/customer/created"), 0);
    }
}

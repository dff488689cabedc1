//! What a test needs of a sandbox beside the provider's own API, in the same words for every provider.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Request};
use model::UnixSeconds;
use serde_json::Value;

use super::{Behind, Sandbox, signature};
use crate::world::ExpectedStep;
use crate::{ExpectedMoney, Permission, PermissionSet, Provider, paddle};

impl Provider {
    /// How many permissions a restricted key may have.
    pub fn permissions(self) -> usize {
        match self {
            Self::Stripe => Permission::ALL.len(),
            Self::Paddle => paddle::Permission::ALL.len(),
            // Its codes may do anything.
            Self::PaddleClassic => 0,
        }
    }

    /// The headers of a delivery of this body. None where the body itself is signed.
    pub fn signed(self, secret: &str, at: UnixSeconds, body: &str) -> HeaderMap {
        let (header, signature) = match self {
            Self::Stripe => (crate::SIGNATURE_HEADER, signature(secret, at, body)),
            Self::Paddle => ("paddle-signature", paddle::signature(secret, at, body)),
            Self::PaddleClassic => return HeaderMap::new(),
        };
        let signed = HeaderValue::from_str(&signature).ok();
        signed.map(|value| (HeaderName::from_static(header), value)).into_iter().collect()
    }
}

impl Sandbox {
    pub fn provider(&self) -> Provider {
        match &self.app {
            Behind::Stripe(_) => Provider::Stripe,
            Behind::Paddle(_) => Provider::Paddle,
            Behind::PaddleClassic(_) => Provider::PaddleClassic,
        }
    }

    /// A restricted key loses the permission of this number, below [`Provider::permissions`]. `None`: it may read everything.
    pub fn withdraw(&self, permission: Option<usize>) {
        match &self.app {
            Behind::Stripe(app) => {
                let withdrawn = permission.and_then(|number| Permission::ALL.get(number));
                let all = PermissionSet::all();
                app.lock.permit(withdrawn.map_or(all, |permission| all.without(*permission)));
            }
            Behind::Paddle(app) => {
                let withdrawn = permission.and_then(|number| paddle::Permission::ALL.get(number));
                let all = paddle::PermissionSet::all();
                app.permit(withdrawn.map_or(all, |permission| all.without(*permission)));
            }
            Behind::PaddleClassic(_) => {}
        }
    }

    /// What money was meant to move, where a merchant writes that down.
    pub fn expected_money(&self) -> Vec<ExpectedMoney> {
        match &self.app {
            Behind::Stripe(_) => Vec::new(),
            Behind::Paddle(app) => app.expected_money(),
            Behind::PaddleClassic(app) => app.expected_money(),
        }
    }

    /// What each customer is worth as far as lists alone can tell, where a provider says the rest only for a while.
    pub fn expected_mrr_coarse(&self) -> Option<Vec<ExpectedStep>> {
        match &self.app {
            Behind::Stripe(_) | Behind::Paddle(_) => None,
            Behind::PaddleClassic(app) => Some(app.expected_mrr_coarse()),
        }
    }

    /// Customers and subscriptions came from the provider's earlier system, each with its own id and what that called it.
    /// Nothing happens where the provider has no such system.
    pub fn import(&self, imported: &[(String, String)]) {
        if let Behind::Paddle(app) = &self.app {
            app.import(imported);
        }
    }

    /// A history that the API lists for a while only goes back to the beginning from now on: for somebody who was always
    /// connected.
    pub fn keep_history(&self) {
        if let Behind::PaddleClassic(app) = &self.app {
            app.keep_alerts();
        }
    }

    /// What is at a path of the API, asked until it is answered, whatever the faults.
    async fn asked(&self, path: &str) -> Value {
        loop {
            let request = Request::get(format!("http://sandbox{path}"));
            let request = request.header(AUTHORIZATION, format!("Bearer {}", self.key));
            let Ok(request) = request.body(Body::empty()) else { return Value::Null };
            let answer = self.answer(request).await;
            let answer = answer.ok().filter(|answer| answer.status().is_success() || answer.status() == 404);
            if let Some(said) = answer.and_then(|answer| serde_json::from_slice(answer.body()).ok()) {
                return said;
            }
        }
    }

    /// A customer as the API shows it, or what it shows of one where it has no request for customers.
    pub async fn customer(&self, id: &str) -> Value {
        match self.provider() {
            Provider::Stripe => self.asked(&format!("/v1/customers/{id}")).await,
            Provider::Paddle => self.asked(&format!("/customers/{id}")).await["data"].take(),
            Provider::PaddleClassic => match &self.app {
                Behind::PaddleClassic(app) => app.customer(id),
                _ => Value::Null,
            },
        }
    }

    /// The events since an instant, as they are delivered, the newest first.
    pub async fn deliveries(&self, since: UnixSeconds) -> Vec<String> {
        if let Behind::PaddleClassic(app) = &self.app {
            return app.alerts(since);
        }
        let mut events = Vec::new();
        let mut after = String::new();
        loop {
            let (list, id, has_more, after_name) = match self.provider() {
                Provider::Stripe => (
                    format!("/v1/events?limit=100&created[gte]={}", since.0),
                    "id",
                    "/has_more",
                    "starting_after",
                ),
                Provider::Paddle => (
                    format!("/events?per_page=200&order_by=id[DESC]&from={}", since.timestamp()),
                    "event_id",
                    "/meta/pagination/has_more",
                    "after",
                ),
                Provider::PaddleClassic => return events,
            };
            let page = self.asked(&format!("{list}{after}")).await;
            let objects = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
            let last = objects.last().and_then(|last| last[id].as_str());
            after = last.map_or_else(String::new, |last| format!("&{after_name}={last}"));
            events.extend(objects.iter().map(Value::to_string));
            if page.pointer(has_more) != Some(&Value::Bool(true)) || last.is_none() {
                return events;
            }
        }
    }
}

//! Events to their endpoints: signed, at least once, tried again for a while, and with faults out of order and twice.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use model::{Clock, UnixSeconds};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::{Host, Url};

use super::super::legacy::{Links, downgrade};
use super::super::version::{self, ApiVersion};
use super::{Endpoint, Endpoints};
use crate::chance::mix;

/// Stripe tries for three days; so long is no test.
const TRIES_MAX: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const TIMEOUT: Duration = Duration::from_secs(10);
/// A year's events at once must not open a connection each.
const DELIVERIES_AT_ONCE: usize = 16;
/// The longest that a disordered event is held back.
const DISORDER_MS: u64 = 400;

/// Takes events to the endpoints that want them.
pub struct Courier {
    pub endpoints: Endpoints,
    client: reqwest::Client,
    clock: Clock,
    seed: u64,
    /// Events arrive late and twice.
    is_disorderly: bool,
    may_go_anywhere: bool,
    turns: Semaphore,
    cancel: CancellationToken,
    deliveries: TaskTracker,
}

/// What a courier is told about its work.
pub struct CourierOptions {
    pub clock: Clock,
    pub seed: u64,
    pub is_disorderly: bool,
    pub may_go_anywhere: bool,
    pub cancel: CancellationToken,
}

impl Courier {
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(endpoints: Endpoints, options: CourierOptions) -> Result<Self, reqwest::Error> {
        // Another part of the process may have chosen a provider already; either is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(
            clippy::disallowed_methods,
            reason = "what it sends is the sandbox's, not traffic to a provider"
        )]
        let builder = reqwest::Client::builder();
        let client =
            builder.timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
        Ok(Self {
            endpoints,
            client,
            clock: options.clock,
            seed: options.seed,
            is_disorderly: options.is_disorderly,
            may_go_anywhere: options.may_go_anywhere,
            turns: Semaphore::new(DELIVERIES_AT_ONCE),
            cancel: options.cancel,
            deliveries: TaskTracker::new(),
        })
    }

    /// Sends an event on its way to every endpoint that wants it; does not wait until it arrives.
    pub fn dispatch(self: &Arc<Self>, number: u64, event: &Value, links: &dyn Links) {
        let event_type = event.get("type").and_then(Value::as_str).unwrap_or_default();
        for endpoint in self.endpoints.all().into_iter().filter(|endpoint| endpoint.wants(event_type)) {
            if !self.may_go_anywhere && !is_on_this_machine(&endpoint.url) {
                tracing::warn!(url = %endpoint.url, "webhook not sent: its endpoint is not on this machine");
                continue;
            }
            let body = in_version_of(&endpoint, event, links).to_string();
            let copies =
                if self.is_disorderly && mix(self.seed, number, 21).is_multiple_of(5) { 2 } else { 1 };
            for copy in 0..copies {
                let delay_ms =
                    if self.is_disorderly { mix(self.seed, number, 22 + copy) % DISORDER_MS } else { 0 };
                let (courier, endpoint, body) = (Arc::clone(self), endpoint.clone(), body.clone());
                self.deliveries.spawn(async move {
                    let delivery = courier.deliver(&endpoint, body, Duration::from_millis(delay_ms));
                    courier.cancel.run_until_cancelled(delivery).await;
                });
            }
        }
    }

    /// Waits until nothing is under way.
    pub async fn finish(&self) {
        self.deliveries.close();
        self.deliveries.wait().await;
    }

    async fn deliver(&self, endpoint: &Endpoint, body: String, delay: Duration) {
        let mut pause = delay;
        for number in 0..TRIES_MAX {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            if self.endpoints.get(&endpoint.id).is_none() || self.try_once(endpoint, &body).await {
                return;
            }
            pause = FIRST_PAUSE * 2_u32.pow(number);
        }
        tracing::warn!(url = %endpoint.url, "webhook given up after {TRIES_MAX} tries");
    }

    async fn try_once(&self, endpoint: &Endpoint, body: &str) -> bool {
        // Never closed, so never refused.
        let _turn = self.turns.acquire().await;
        let header = signature(&endpoint.secret, self.clock.now(), body);
        let request = self
            .client
            .post(endpoint.url.clone())
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header("stripe-signature", header)
            .body(body.to_owned());
        request.send().await.is_ok_and(|response| response.status().is_success())
    }
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

fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
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
    fn only_loopback_is_this_machine() {
        let is_here = |text: &str| is_on_this_machine(&Url::parse(text).unwrap());
        for here in ["http://localhost:8080/x", "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]:1/"] {
            assert!(is_here(here), "{here}");
        }
        for away in
            ["https://example.com/", "http://localhost.example.com/", "http://10.0.0.1/", "http://0.0.0.0/"]
        {
            assert!(!is_here(away), "{away}");
        }
    }
}

//! Webhooks to their endpoints, whoever's: signed, at least once, tried again for a while, and with faults out of order and
//! twice.

use std::sync::Arc;
use std::time::Duration;

use model::{Clock, UnixSeconds};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::{Host, Url};

use crate::Options;
use crate::chance::mix;

/// Providers try for three days; so long is no test.
const TRIES_MAX: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const TIMEOUT: Duration = Duration::from_secs(10);
/// A year's events at once must not open a connection each.
const DELIVERIES_AT_ONCE: usize = 16;
/// The longest that a disordered event is held back.
const DISORDER_MS: u64 = 400;

/// A provider's side of it: its endpoints, and how it signs.
pub trait Sender: Send + Sync + 'static {
    /// Headers beside the content type, made again for each try.
    fn headers(&self, parcel: &Parcel, at: UnixSeconds) -> Vec<(&'static str, String)>;

    /// Headers that the endpoint's owner chose.
    fn own_headers(&self, _endpoint: &str) -> Vec<(String, String)> {
        Vec::new()
    }

    /// What the body is.
    fn content_type(&self) -> &'static str {
        "application/json; charset=utf-8"
    }

    /// Whether that endpoint is still there.
    fn is_registered(&self, endpoint: &str) -> bool;

    /// It was tried so often, and arrived or not; `is_last`: it will not be tried again.
    fn tried(&self, parcel: &Parcel, attempt: Attempt);
}

/// How a try went.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    pub number: u32,
    pub at: UnixSeconds,
    pub has_arrived: bool,
    pub is_last: bool,
}

/// One event for one endpoint.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// What the sender knows it by.
    pub id: String,
    pub endpoint: String,
    pub url: Url,
    pub secret: String,
    pub body: String,
}

/// Takes events to the endpoints that want them.
pub struct Courier {
    sender: Arc<dyn Sender>,
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

impl CourierOptions {
    pub fn of(options: &Options, cancel: &CancellationToken) -> Self {
        Self {
            clock: options.clock.clone(),
            seed: options.seed,
            is_disorderly: !options.faults.is_none(),
            may_go_anywhere: options.may_deliver_anywhere,
            cancel: cancel.clone(),
        }
    }
}

impl Courier {
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(sender: Arc<dyn Sender>, options: CourierOptions) -> Result<Self, reqwest::Error> {
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
            sender,
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

    /// Sends what there is of that event on its way; does not wait until it arrives.
    pub fn dispatch(self: &Arc<Self>, number: u64, parcels: Vec<Parcel>) {
        for parcel in parcels {
            if !self.may_go_anywhere && !is_on_this_machine(&parcel.url) {
                tracing::warn!(url = %parcel.url, "webhook not sent: its endpoint is not on this machine");
                continue;
            }
            let copies =
                if self.is_disorderly && mix(self.seed, number, 21).is_multiple_of(5) { 2 } else { 1 };
            for copy in 0..copies {
                let delay_ms =
                    if self.is_disorderly { mix(self.seed, number, 22 + copy) % DISORDER_MS } else { 0 };
                let (courier, parcel) = (Arc::clone(self), parcel.clone());
                self.deliveries.spawn(async move {
                    let delivery = courier.deliver(&parcel, Duration::from_millis(delay_ms));
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

    async fn deliver(&self, parcel: &Parcel, delay: Duration) {
        let mut pause = delay;
        for number in 0..TRIES_MAX {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            if !self.sender.is_registered(&parcel.endpoint) {
                return;
            }
            let at = self.clock.now();
            let has_arrived = self.try_once(parcel, at).await;
            let is_last = has_arrived || number + 1 == TRIES_MAX;
            self.sender.tried(parcel, Attempt { number: number + 1, at, has_arrived, is_last });
            if has_arrived {
                return;
            }
            pause = FIRST_PAUSE * 2_u32.pow(number);
        }
        tracing::warn!(url = %parcel.url, "webhook given up after {TRIES_MAX} tries");
    }

    async fn try_once(&self, parcel: &Parcel, at: UnixSeconds) -> bool {
        // Never closed, so never refused.
        let _turn = self.turns.acquire().await;
        let mut request = self
            .client
            .post(parcel.url.clone())
            .header("content-type", self.sender.content_type())
            .body(parcel.body.clone());
        for (name, value) in self.sender.headers(parcel, at) {
            request = request.header(name, value);
        }
        for (name, value) in self.sender.own_headers(&parcel.endpoint) {
            request = request.header(name, value);
        }
        request.send().await.is_ok_and(|response| response.status().is_success())
    }
}

/// A loopback address, or its name.
pub fn is_on_this_machine(url: &Url) -> bool {
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

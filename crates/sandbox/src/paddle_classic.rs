//! Paddle Classic: the API before Paddle Billing, and merchants whose lives go as they do there.

mod account;
mod alerts;
mod answer;
mod limiter;
mod lists;
mod own;
mod params;
mod refusal;
mod signer;
#[cfg(test)]
mod tests;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use axum::Router;
use axum::routing::{get, post};
use model::UnixSeconds;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::server::delivery::{Courier, CourierOptions};
use crate::server::faults::FaultStream;
use crate::world::ExpectedStep;
use crate::{MerchantName, Options, OptionsError, StartError};
use alerts::Outlet;
use limiter::Limiter;
use own::RefusedCall;
use signer::Signer;
pub use signer::php_serialized;
use world::{Start, World};

/// The vendor's number and auth code that a sandbox accepts when none is chosen.
pub const DEFAULT_KEY: &str = "12345:5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c0";

/// What every request sees.
pub struct App {
    world: RwLock<World>,
    merchant: MerchantName,
    vendor_id: String,
    auth_code: String,
    limiter: Option<Limiter>,
    faults: FaultStream,
    outlet: Arc<Outlet>,
    courier: Arc<Courier>,
    signer: Arc<Signer>,
    refused_calls: Mutex<Vec<RefusedCall>>,
    alerts_sent: AtomicU64,
}

impl App {
    /// # Errors
    /// When an option makes no sense, asks for what this provider's sandbox does not have, or nothing can be delivered.
    pub fn new(options: &Options, cancel: &CancellationToken) -> Result<Self, StartError> {
        let (vendor_id, auth_code) = parse_key(&options.key).ok_or(OptionsError::PaddleClassicKey)?;
        if options.merchant == MerchantName::Generated
            || options.objects.is_some()
            || options.record.is_some()
            || options.api_version.is_some()
        {
            return Err(OptionsError::NotOfProvider.into());
        }
        let now = options.now.unwrap_or_else(|| options.clock.now());
        let start =
            Start { merchant: options.merchant, seed: options.seed, customers: options.customers, now };
        let signer = Arc::new(Signer::new(options.seed));
        let outlet = Arc::new(Outlet::new(options.alerts_url.clone()));
        let courier = Courier::new(Arc::clone(&outlet) as _, CourierOptions::of(options, cancel))?;
        Ok(Self {
            world: RwLock::new(World::new(start)),
            merchant: options.merchant,
            vendor_id,
            auth_code,
            limiter: Limiter::new(options.limits),
            faults: FaultStream::new(options.faults, options.seed),
            outlet,
            courier: Arc::new(courier),
            signer,
            refused_calls: Mutex::default(),
            alerts_sent: AtomicU64::new(0),
        })
    }

    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/sandbox/expected_mrr", get(own::expected_mrr))
            .route("/sandbox/expected_mrr_coarse", get(own::expected_mrr_coarse))
            .route("/sandbox/expected_money", get(own::expected_money))
            .route("/sandbox/facts", get(own::facts))
            .route("/sandbox/advance", post(own::advance))
            .route("/sandbox/public_key", get(own::public_key))
            .route("/sandbox/alerts_url", get(own::alerts_url).post(own::set_alerts_url))
            .route("/sandbox/refused_calls", get(own::refused_calls))
            .fallback(answer::answer)
            .with_state(Arc::clone(self))
    }

    fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> UnixSeconds {
        self.world().account().now
    }

    /// What each customer is worth, as the seller knows it.
    pub fn expected_mrr(&self) -> Vec<ExpectedStep> {
        self.world().account().expected.clone()
    }

    /// As far as the lists can tell.
    pub fn expected_mrr_coarse(&self) -> Vec<ExpectedStep> {
        self.world().account().expected_coarse.clone()
    }

    /// What money was meant to move, in the words of all providers: without what only its alerts tell.
    pub fn expected_money(&self) -> Vec<crate::ExpectedMoney> {
        let world = self.world();
        let moved = world.account().expected_money.iter().filter_map(|moved| {
            let measure = moved.measure.anywhere()?;
            let account::ExpectedMoney { customer, currency, at, amount_minor, .. } = moved.clone();
            Some(crate::ExpectedMoney { customer, currency, at, measure, amount_minor })
        });
        moved.collect()
    }

    /// What was reported since an instant, the newest first, each as the form that is delivered.
    pub fn alerts(&self, since: UnixSeconds) -> Vec<String> {
        let world = self.world();
        let mut alerts: Vec<_> = world.account().alerts.values().filter(|alert| alert.at > since.0).collect();
        alerts.sort_by_key(|alert| std::cmp::Reverse((alert.at, alert.id)));
        alerts.into_iter().map(|alert| alerts::form(alert, &self.signer)).collect()
    }

    /// From now on alerts are listed however long ago they were sent.
    pub fn keep_alerts(&self) {
        self.world.write().unwrap_or_else(PoisonError::into_inner).keep_alerts();
    }

    /// What subscriptions say of their buyer.
    pub fn customer(&self, id: &str) -> Value {
        let world = self.world();
        let is_theirs = |user: &&Value| user["user_id"].as_u64().is_some_and(|own| own.to_string() == id);
        let user = world.account().all(account::Kind::User).find(is_theirs);
        user.map_or(Value::Null, |user| json!({ "user_id": user["user_id"], "email": user["user_email"] }))
    }

    /// The key that alerts are signed for, in PEM, as the seller's dashboard shows it.
    pub fn public_key(&self) -> String {
        self.signer.public_key()
    }

    fn note_refused(&self, call: RefusedCall) {
        self.refused_calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    /// Lives on and sends the alerts of what happens; how many those were. On a thread of its own: years may pass.
    pub async fn advance(self: &Arc<Self>, to: UnixSeconds) -> usize {
        let app = Arc::clone(self);
        let lived = tokio::task::spawn_blocking(move || {
            let alerts = app.world.write().unwrap_or_else(PoisonError::into_inner).advance(to);
            let parcels: Vec<_> = alerts.iter().map(|alert| app.outlet.parcel(alert, &app.signer)).collect();
            parcels
        });
        let parcels = lived.await.unwrap_or_default();
        let happened = parcels.len();
        for parcel in parcels.into_iter().flatten() {
            let number = self.alerts_sent.fetch_add(1, Ordering::Relaxed);
            self.courier.dispatch(number, vec![parcel]);
        }
        happened
    }

    /// Waits until no delivery is under way.
    pub async fn finish(&self) {
        self.courier.finish().await;
    }
}

/// `1234:0a1b2c`: the vendor's number and the auth code.
fn parse_key(key: &str) -> Option<(String, String)> {
    let (vendor_id, auth_code) = key.split_once(':')?;
    let is_number = vendor_id.parse::<u64>().is_ok();
    let is_code = !auth_code.is_empty() && auth_code.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (is_number && is_code).then(|| (vendor_id.to_owned(), auth_code.to_owned()))
}

//! Paddle Billing: its API, and merchants whose lives go as they do there.

mod account;
mod answer;
mod ids;
mod include;
mod limiter;
mod lists;
mod metrics;
mod notifications;
mod own;
mod permissions;
mod refusal;
mod route;
#[cfg(test)]
mod tests;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use axum::Router;
use axum::routing::{get, post};
use model::UnixSeconds;

use tokio_util::sync::CancellationToken;

use crate::server::delivery::{Courier, CourierOptions};
use crate::server::faults::FaultStream;
use crate::world::ExpectedStep;
use crate::{MerchantName, Options, OptionsError, StartError};
use limiter::Limiter;
use notifications::Settings;
pub use notifications::signature;
pub use permissions::{Permission, PermissionSet};
use refusal::Refusal;
pub(crate) use world::{COUNTRIES, Country, Intended, Worth, currency, rounded};
pub use world::{ExpectedMoney, Measure};
use world::{Start, World};

/// The key that a sandbox accepts when none is chosen.
pub const DEFAULT_KEY: &str = "pdl_sdbx_apikey_00000000000000000000sandbx_0000000000000000000000_000";

/// What every request sees.
pub struct App {
    world: RwLock<World>,
    merchant: MerchantName,
    key: String,
    permissions: RwLock<PermissionSet>,
    limiter: Option<Limiter>,
    faults: FaultStream,
    settings: Arc<Settings>,
    courier: Arc<Courier>,
    seed: u64,
    requests: AtomicU64,
    events_sent: AtomicU64,
}

impl App {
    /// # Errors
    /// When an option makes no sense, asks for what this provider's sandbox does not have, or nothing can be delivered.
    pub fn new(options: &Options, cancel: &CancellationToken) -> Result<Self, StartError> {
        if !options.key.starts_with("pdl_sdbx_apikey_") && !options.key.starts_with("pdl_live_apikey_") {
            return Err(OptionsError::PaddleKey.into());
        }
        let is_offered = options.merchant != MerchantName::Generated;
        if !is_offered
            || options.objects.is_some()
            || options.record.is_some()
            || options.api_version.is_some()
        {
            return Err(OptionsError::NotOfProvider.into());
        }
        let now = options.now.unwrap_or_else(|| options.clock.now());
        let start =
            Start { merchant: options.merchant, seed: options.seed, customers: options.customers, now };
        let settings = Arc::new(Settings::new(options.seed));
        let courier = Courier::new(Arc::clone(&settings) as _, CourierOptions::of(options, cancel))?;
        Ok(Self {
            world: RwLock::new(World::new(start)),
            merchant: options.merchant,
            key: options.key.clone(),
            permissions: RwLock::new(options.paddle_permissions),
            limiter: Limiter::new(options.limits),
            faults: FaultStream::new(options.faults, options.seed),
            settings,
            courier: Arc::new(courier),
            seed: options.seed,
            requests: AtomicU64::new(0),
            events_sent: AtomicU64::new(0),
        })
    }

    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/sandbox/expected_mrr", get(own::expected_mrr))
            .route("/sandbox/expected_money", get(own::expected_money))
            .route("/sandbox/facts", get(own::facts))
            .route("/sandbox/advance", post(own::advance))
            .fallback(answer::answer)
            .with_state(Arc::clone(self))
    }

    fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> UnixSeconds {
        self.world().account().now
    }

    pub fn expected_mrr(&self) -> Vec<ExpectedStep> {
        self.world().account().expected.clone()
    }

    pub fn expected_money(&self) -> Vec<ExpectedMoney> {
        self.world().account().expected_money.clone()
    }

    /// These customers and subscriptions came from Paddle Classic: each one's own id, and what that called it.
    pub fn import(&self, imported: &[(String, String)]) {
        self.world.write().unwrap_or_else(PoisonError::into_inner).import(imported);
    }

    /// What the key may do from now on.
    pub fn permit(&self, permissions: PermissionSet) {
        *self.permissions.write().unwrap_or_else(PoisonError::into_inner) = permissions;
    }

    /// Lives on and sends what happens to the notification settings; how many events that were. On a thread of its own: years
    /// may pass.
    pub async fn advance(self: &Arc<Self>, to: UnixSeconds) -> usize {
        let app = Arc::clone(self);
        let lived = tokio::task::spawn_blocking(move || {
            app.world.write().unwrap_or_else(PoisonError::into_inner).advance(to)
        });
        let events = lived.await.unwrap_or_default();
        let now = self.now();
        for event in &events {
            let number = self.events_sent.fetch_add(1, Ordering::Relaxed);
            self.courier.dispatch(number, self.settings.parcels(event, now));
        }
        events.len()
    }

    /// Waits until no delivery is under way.
    pub async fn finish(&self) {
        self.courier.finish().await;
    }

    /// # Errors
    /// 403, naming the permission that the key lacks.
    fn require(&self, permission: Permission) -> Result<(), Refusal> {
        let permitted = *self.permissions.read().unwrap_or_else(PoisonError::into_inner);
        if permitted.has(permission) { Ok(()) } else { Err(Refusal::forbidden(permission)) }
    }
}

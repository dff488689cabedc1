//! BigCommerce: its API, and shops whose orders go as they do there.

mod access;
mod answer;
mod app_profile;
mod hooks;
mod lists;
mod money;
mod options;
mod own;
mod params;
mod quota;
mod refusal;
mod render;
mod route;
mod scopes;
mod signing;
#[cfg(test)]
mod tests;
mod world;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use axum::Router;
use axum::routing::{get, post};
use model::{Clock, UnixSeconds};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::chance::mix;
use crate::server::delivery::{Courier, CourierOptions};
use crate::server::faults::FaultStream;
use crate::server::listening::{Listening, live};
use crate::{MerchantName, OptionsError, StartError};
use access::{Access, Grant};
use app_profile::AppProfile;
pub use app_profile::{Flaw, User, Visit};
use hooks::Hooks;
pub use options::{Client, DEFAULT_KEY, Options, Plan};
use quota::Quota;
pub use scopes::{Scope, ScopeSet};
pub use signing::signature;
pub use world::{DaySums, ExpectedDay, ExpectedOrder, ExpectedRefund};
use world::{Event, Start, World};

/// What every request sees.
pub struct App {
    world: RwLock<World>,
    merchant: MerchantName,
    hash: String,
    store_id: String,
    plan: Plan,
    access: Access,
    quota: Quota,
    faults: FaultStream,
    hooks: Arc<Hooks>,
    courier: Arc<Courier>,
    profile: AppProfile,
    has_plain_discounts: bool,
    clock: Clock,
    requests: AtomicU64,
    events_sent: AtomicU64,
}

/// A sandbox that listens. Dropping it stops it.
pub struct Running {
    pub addr: SocketAddr,
    /// What to give a client as its API base: `http://127.0.0.1:PORT`.
    pub api_base: String,
    pub key: String,
    app: Arc<App>,
    listening: Listening,
}

/// Starts a sandbox.
///
/// # Errors
/// When an option makes no sense or the address cannot be listened on.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let cancel = CancellationToken::new();
    let app = Arc::new(App::new(&options, &cancel)?);
    let listening = Listening::start(options.listen, app.router(), cancel.clone()).await?;
    if let Some(speed) = options.alive {
        let alive = Arc::clone(&app);
        let pass = move |seconds: i64| {
            let app = Arc::clone(&alive);
            async move {
                let now = app.now().0;
                app.advance(UnixSeconds(now.saturating_add(seconds))).await;
            }
        };
        tokio::spawn(live(speed, cancel, pass));
    }
    let (addr, api_base) = (listening.addr, listening.api_base());
    Ok(Running { addr, api_base, key: options.key, app, listening })
}

impl App {
    /// # Errors
    /// When an option makes no sense, asks for what this provider's sandbox does not have, or nothing can be delivered.
    pub fn new(options: &Options, cancel: &CancellationToken) -> Result<Self, StartError> {
        if options.merchant == MerchantName::Generated {
            return Err(OptionsError::NotOfProvider.into());
        }
        let now = options.now.unwrap_or_else(|| options.clock.now());
        let start =
            Start { merchant: options.merchant, seed: options.seed, customers: options.customers, now };
        let hash = format!("sbx{:07x}", mix(options.seed, 0, 77) >> 36);
        let store_id = (1_000_000 + mix(options.seed, 0, 78) % 1_000_000).to_string();
        let hooks = Arc::new(Hooks::new(options.seed, &hash, &store_id));
        let deliveries = CourierOptions {
            clock: options.clock.clone(),
            seed: options.seed,
            is_disorderly: !options.faults.is_none(),
            may_go_anywhere: options.may_deliver_anywhere,
            cancel: cancel.clone(),
        };
        let courier = Courier::new(Arc::clone(&hooks) as _, deliveries)?;
        Ok(Self {
            world: RwLock::new(World::new(start)),
            merchant: options.merchant,
            plan: options.plan,
            access: Access::new(&options.key, &options.account, options.scopes),
            quota: Quota::new(options.limits, options.plan),
            faults: FaultStream::new(options.faults, options.seed),
            hooks,
            courier: Arc::new(courier),
            profile: AppProfile::new(&options.app, &options.redirect_uri, &hash, options.seed),
            has_plain_discounts: options.has_plain_discounts,
            clock: options.clock.clone(),
            requests: AtomicU64::new(0),
            events_sent: AtomicU64::new(0),
            hash,
            store_id,
        })
    }

    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/sandbox/expected_orders", get(own::expected_orders))
            .route("/sandbox/expected_refunds", get(own::expected_refunds))
            .route("/sandbox/expected_days", get(own::expected_days))
            .route("/sandbox/facts", get(own::facts))
            .route("/sandbox/advance", post(own::advance))
            .route("/sandbox/install", get(own::install))
            .route("/sandbox/signed_payload", get(own::signed_payload))
            .route("/sandbox/uninstall", post(own::uninstall))
            .route("/sandbox/switch_off_hooks", post(own::switch_off_hooks))
            .route("/oauth2/token", post(own::exchange))
            .fallback(answer::answer)
            .with_state(Arc::clone(self))
    }

    fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The shop's present.
    pub fn now(&self) -> UnixSeconds {
        self.world().now
    }

    /// Names the shop in addresses: `/stores/{hash}/v2/…`.
    pub fn store_hash(&self) -> &str {
        &self.hash
    }

    /// How many requests were answered, refusals included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// What each order was meant to be, by id.
    pub fn expected_orders(&self) -> Vec<ExpectedOrder> {
        self.world().expected_orders()
    }

    /// What each refund was meant to be, by id.
    pub fn expected_refunds(&self) -> Vec<ExpectedRefund> {
        self.world().expected_refunds()
    }

    /// The sums of each day and currency, by what is known at present.
    pub fn expected_days(&self) -> Vec<ExpectedDay> {
        self.world().expected_days()
    }

    /// What the API account's token may read from now on.
    pub fn permit(&self, scopes: ScopeSet) {
        self.access.permit(scopes);
    }

    /// Lives on and sends what happens to the webhooks; how many events that were. On a thread of its own: years may pass.
    pub async fn advance(self: &Arc<Self>, to: UnixSeconds) -> usize {
        let app = Arc::clone(self);
        let lived = tokio::task::spawn_blocking(move || {
            app.world.write().unwrap_or_else(PoisonError::into_inner).advance(to)
        });
        let events = lived.await.unwrap_or_default();
        for event in &events {
            self.send(event);
        }
        events.len()
    }

    fn send(&self, event: &Event) {
        let number = self.events_sent.fetch_add(1, Ordering::Relaxed);
        self.courier.dispatch(number, self.hooks.parcels(event));
    }

    /// Where the browser goes once `user` has accepted these scopes: the app's callback with a code that can be exchanged once.
    pub fn install_url(&self, scopes: ScopeSet, user: &User) -> String {
        self.profile.install_url(scopes, user, self.clock.now())
    }

    /// The `signed_payload_jwt` of a callback.
    pub fn signed_payload(&self, visit: &Visit) -> String {
        self.profile.signed_payload(visit, self.clock.now())
    }

    /// Exchanges a code for a token, as `POST /oauth2/token` does.
    fn exchange(&self, body: &[u8]) -> Result<Value, &'static str> {
        let installed = self.profile.exchange(body, self.clock.now())?;
        let grant = Grant { client: self.profile.client.clone(), scopes: installed.scopes };
        self.access.grant(installed.token, grant);
        Ok(installed.answer)
    }

    /// Takes the app away: its webhooks hear of it, then they are deleted, and its tokens are worth nothing.
    pub fn uninstall(&self) {
        let data = json!({ "type": "app", "id": self.profile.client.id });
        self.send(&Event { at: self.now().0, scope: "store/app/uninstalled", data });
        self.hooks.leave(&self.profile.client);
        self.access.revoke(&self.profile.client);
    }

    /// Switches every webhook off, as BigCommerce does with those that brought nothing for long.
    pub fn switch_off_hooks(&self) {
        self.hooks.switch_off();
    }

    /// Waits until no delivery is under way.
    pub async fn finish(&self) {
        self.courier.finish().await;
    }
}

impl Running {
    /// What a merchant copies from the control panel: `http://127.0.0.1:PORT/stores/{hash}/v3/`.
    pub fn api_path(&self) -> String {
        format!("{}/stores/{}/v3/", self.api_base, self.app.hash)
    }

    /// Lives on until that instant, and delivers what happens.
    pub async fn advance(&self, to: UnixSeconds) -> usize {
        self.app.advance(to).await
    }

    /// Stops listening and waits until it has stopped.
    pub async fn stop(mut self) {
        self.listening.stop().await;
        self.app.finish().await;
    }
}

impl Deref for Running {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

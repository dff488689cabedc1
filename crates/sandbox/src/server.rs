//! The HTTP side: starts, answers, and stops.

mod answer;
mod auth;
mod control;
pub(crate) mod delivery;
pub(crate) mod error;
mod expand;
pub(crate) mod extras;
pub(crate) mod faults;
mod file;
mod legacy;
mod limits;
pub(crate) mod listening;
mod lists;
mod params;
mod recorder;
mod resources;
mod shape;
#[cfg(test)]
mod tests;
mod version;
mod webhooks;
pub(crate) mod wire;

use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::routing::{get, post};
use model::UnixSeconds;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::account_file::FileMerchant;
use crate::chance::mix;
use crate::world::{ExpectedStep, Merchant, Simulated, Start};
use crate::{AccountFile, Generated, MerchantName, Options, OptionsError, Provider, paddle, paddle_classic};
use auth::Lock;
use delivery::{Courier, CourierOptions};
use faults::FaultStream;
use limits::Limiter;
use listening::{Listening, live};
use recorder::{Origin, Recorder};
use shape::MerchantLinks;
use version::ApiVersion;
use webhooks::Endpoints;
use wire::Fuse;

pub(crate) use resources::list_name;
pub use webhooks::signature;

const GENERATED_CUSTOMERS: u32 = 10_000;

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Options(#[from] OptionsError),
    #[error(
        "can't listen on {addr}: {source}; choose another address with --listen, or port 0 for any free port"
    )]
    Listen { addr: SocketAddr, source: std::io::Error },
    #[error("can't prepare to deliver webhooks: {0}")]
    Deliver(#[from] reqwest::Error),
}

/// A merchant and the API before it. Answers whoever has it; for others it has to run.
#[derive(Clone)]
pub struct Sandbox {
    pub key: String,
    app: Behind,
    router: Router,
}

/// The provider whose API it is.
#[derive(Clone)]
enum Behind {
    Stripe(Arc<App>),
    Paddle(Arc<paddle::App>),
    PaddleClassic(Arc<paddle_classic::App>),
}

/// A sandbox that listens. Dropping it stops it.
pub struct Running {
    pub addr: SocketAddr,
    /// What to give a client as its API base: `http://127.0.0.1:PORT`.
    pub api_base: String,
    sandbox: Sandbox,
    listening: Listening,
}

/// What every request sees.
struct App {
    merchant: RwLock<Box<dyn Merchant>>,
    /// What is served instead of a merchant's objects.
    account_file: Option<Arc<AccountFile>>,
    merchant_name: &'static str,
    lock: Lock,
    limiter: Option<Limiter>,
    faults: FaultStream,
    endpoints: Arc<Endpoints>,
    courier: Arc<Courier>,
    /// Whatever is asked for.
    api_version: RwLock<Option<ApiVersion>>,
    embedded_max: Option<usize>,
    recorder: Option<Recorder>,
    seed: u64,
    requests: AtomicU64,
    events_sent: AtomicU64,
}

/// Starts a sandbox.
///
/// # Errors
/// When an option makes no sense or the address cannot be listened on.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let cancel = CancellationToken::new();
    let sandbox = prepare(&options, &cancel)?;
    run(sandbox, options, cancel).await
}

/// Starts a sandbox with that merchant behind it, whichever the options name.
#[cfg(test)]
async fn start_with(merchant: Box<dyn Merchant>, options: Options) -> Result<Running, StartError> {
    let cancel = CancellationToken::new();
    let sandbox = prepare_with(merchant, &options, &cancel)?;
    run(sandbox, options, cancel).await
}

async fn run(sandbox: Sandbox, options: Options, cancel: CancellationToken) -> Result<Running, StartError> {
    let listening = Listening::start(options.listen, sandbox.router.clone(), cancel.clone()).await?;
    if let Some(speed) = options.alive {
        let alive = sandbox.clone();
        let pass = move |seconds: i64| {
            let sandbox = alive.clone();
            async move {
                let now = sandbox.now().0;
                sandbox.advance(UnixSeconds(now.saturating_add(seconds))).await;
            }
        };
        tokio::spawn(live(speed, cancel, pass));
    }
    Ok(Running { addr: listening.addr, api_base: listening.api_base(), sandbox, listening })
}

fn prepare(options: &Options, cancel: &CancellationToken) -> Result<Sandbox, StartError> {
    if options.alerts_url.is_some() && options.provider != Provider::PaddleClassic {
        return Err(OptionsError::AlertsUrl.into());
    }
    match options.provider {
        Provider::Stripe => prepare_with(make_merchant(options), options, cancel),
        Provider::Paddle => {
            let app = Arc::new(paddle::App::new(options, cancel)?);
            let router = app.router();
            Ok(Sandbox { key: options.key.clone(), app: Behind::Paddle(app), router })
        }
        Provider::PaddleClassic => {
            let app = Arc::new(paddle_classic::App::new(options, cancel)?);
            let router = app.router();
            Ok(Sandbox { key: options.key.clone(), app: Behind::PaddleClassic(app), router })
        }
    }
}

fn prepare_with(
    merchant: Box<dyn Merchant>,
    options: &Options,
    cancel: &CancellationToken,
) -> Result<Sandbox, StartError> {
    let account = merchant.account().get("id").and_then(Value::as_str).unwrap_or("acct_sandbox").to_owned();
    let lock = Lock::new(&options.key, options.permissions, &account)?;
    let api_version = options.api_version.as_deref().map(fixed_version).transpose()?;
    let endpoints = Arc::new(Endpoints::new(options.seed, lock.is_live_mode()));
    let courier = Courier::new(Arc::clone(&endpoints) as _, CourierOptions::of(options, cancel))?;
    let app = Arc::new(App {
        merchant: RwLock::new(merchant),
        account_file: options.objects.clone(),
        merchant_name: options.objects.as_ref().map_or(options.merchant.as_str(), |_| "account file"),
        limiter: Limiter::new(options.limits, lock.is_live_mode()),
        lock,
        faults: FaultStream::new(options.faults, options.seed),
        endpoints,
        courier: Arc::new(courier),
        api_version: RwLock::new(api_version),
        embedded_max: options.embedded_max,
        recorder: options.record.clone().map(Recorder::new),
        seed: options.seed,
        requests: AtomicU64::new(0),
        events_sent: AtomicU64::new(0),
    });
    let router = Router::new()
        .route("/sandbox/expected_mrr", get(extras::expected_mrr))
        .route("/sandbox/intention", get(extras::expected_mrr)) // its name before, for scripts
        .route("/sandbox/facts", get(extras::facts))
        .route("/sandbox/requests", get(extras::requests))
        .route("/sandbox/advance", post(extras::advance))
        .fallback(answer::answer)
        .with_state(Arc::clone(&app));
    Ok(Sandbox { key: options.key.clone(), app: Behind::Stripe(app), router })
}

fn fixed_version(text: &str) -> Result<ApiVersion, OptionsError> {
    ApiVersion::parse(text).map_err(|_| OptionsError::ApiVersion(text.to_owned()))
}

fn make_merchant(options: &Options) -> Box<dyn Merchant> {
    if let Some(file) = &options.objects {
        return Box::new(FileMerchant::new(Arc::clone(file), options.clock.clone(), options.now));
    }
    let now = options.now.unwrap_or_else(|| options.clock.now());
    let customers = options.customers.and_then(|customers| usize::try_from(customers).ok());
    let start = Start { seed: options.seed, customers, now };
    match options.merchant {
        MerchantName::Small => Box::new(Simulated::small(start)),
        MerchantName::Mid => Box::new(Simulated::mid(start)),
        MerchantName::Empty => Box::new(Simulated::empty(start)),
        MerchantName::Generated => {
            let customers = options.customers.map(|customers| u32::try_from(customers).unwrap_or(u32::MAX));
            Box::new(Generated::new(options.seed, customers.unwrap_or(GENERATED_CUSTOMERS), now))
        }
    }
}

impl App {
    fn merchant(&self) -> RwLockReadGuard<'_, Box<dyn Merchant>> {
        self.merchant.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn origin<'a>(&'a self, merchant: &'a dyn Merchant) -> Origin<'a> {
        Origin { merchant, account: self.account_file.as_deref() }
    }

    /// Lives on and sends what happens to the webhook endpoints; how many events that were. The work is done on a
    /// thread of its own: years may pass.
    async fn advance(self: &Arc<Self>, to: UnixSeconds) -> usize {
        let app = Arc::clone(self);
        let lived = tokio::task::spawn_blocking(move || {
            let events = app.merchant.write().unwrap_or_else(PoisonError::into_inner).advance(to);
            (app, events)
        });
        let Ok((app, events)) = lived.await else { return 0 };
        let merchant = app.merchant();
        for event in &events {
            let number = app.events_sent.fetch_add(1, Ordering::Relaxed);
            app.courier.dispatch(number, app.endpoints.parcels(event, &MerchantLinks(&**merchant)));
        }
        events.len()
    }

    /// The request's id, and where Stripe would show its log.
    fn next_request(&self) -> (String, String) {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let id = format!("req_{:014x}", mix(self.seed, number, 31) >> 8);
        let mode = if self.lock.is_live_mode() { "" } else { "test/" };
        let log = format!("https://dashboard.stripe.com/{}/{mode}logs/{id}", self.lock.account());
        (id, log)
    }

    /// The merchant's present as a `Date` header.
    fn http_date(&self) -> String {
        extras::http_date(self.merchant().now())
    }
}

impl Sandbox {
    /// One that listens nowhere, whatever the options say of that, and whose clock stands still.
    ///
    /// # Errors
    /// When an option makes no sense.
    pub fn new(options: &Options) -> Result<Self, StartError> {
        prepare(options, &CancellationToken::new())
    }

    /// Answers a request as it would over the network, faults included.
    ///
    /// # Errors
    /// When the connection would have broken.
    pub async fn answer(&self, mut request: Request<Body>) -> io::Result<Response<Bytes>> {
        let fuse = Fuse::new(None);
        request.extensions_mut().insert(ConnectInfo(fuse.clone()));
        let Ok(answer) = self.router.clone().oneshot(request).await;
        let (head, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.map_err(io::Error::other)?;
        if fuse.is_lit() {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(Response::from_parts(head, body))
    }

    /// What each customer was meant to be worth: one step a change. For a large generated merchant read
    /// `GET /sandbox/expected_mrr` instead, which streams.
    pub fn expected_mrr(&self) -> Vec<ExpectedStep> {
        match &self.app {
            Behind::Stripe(app) => app.merchant().expected_mrr().collect(),
            Behind::Paddle(app) => app.expected_mrr(),
            Behind::PaddleClassic(app) => app.expected_mrr(),
        }
    }

    /// The public key, in PEM, that alerts are signed for; only Paddle Classic has one.
    pub fn public_key(&self) -> Option<String> {
        match &self.app {
            Behind::Stripe(_) | Behind::Paddle(_) => None,
            Behind::PaddleClassic(app) => Some(app.public_key()),
        }
    }

    /// The merchant's present.
    pub fn now(&self) -> UnixSeconds {
        match &self.app {
            Behind::Stripe(app) => app.merchant().now(),
            Behind::Paddle(app) => app.now(),
            Behind::PaddleClassic(app) => app.now(),
        }
    }

    /// Moves the merchant's clock on, and whatever happens until then happens. How many events that were.
    pub async fn advance(&self, to: UnixSeconds) -> usize {
        match &self.app {
            Behind::Stripe(app) => app.advance(to).await,
            Behind::Paddle(app) => app.advance(to).await,
            Behind::PaddleClassic(app) => app.advance(to).await,
        }
    }

    /// Writes what was served so far as an account file, where the options ask for one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_recording(&self) -> io::Result<()> {
        let Behind::Stripe(app) = &self.app else { return Ok(()) };
        match &app.recorder {
            Some(recorder) => {
                let merchant = app.merchant();
                recorder.write(app.origin(&**merchant))
            }
            None => Ok(()),
        }
    }

    /// Answers in the shapes of that version from now on; `None`: in those of the version that is asked for.
    ///
    /// # Errors
    /// When there can be no such version.
    pub fn answer_in(&self, version: Option<&str>) -> Result<(), OptionsError> {
        let version = version.map(fixed_version).transpose()?;
        match &self.app {
            Behind::Stripe(app) => {
                *app.api_version.write().unwrap_or_else(PoisonError::into_inner) = version;
                Ok(())
            }
            Behind::Paddle(_) | Behind::PaddleClassic(_) => Err(OptionsError::NotOfProvider),
        }
    }
}

impl Running {
    /// Stops listening and waits until it has stopped.
    pub async fn stop(mut self) {
        self.listening.stop().await;
        match &self.sandbox.app {
            Behind::Stripe(app) => app.courier.finish().await,
            Behind::Paddle(app) => app.finish().await,
            Behind::PaddleClassic(app) => app.finish().await,
        }
    }
}

impl Deref for Running {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

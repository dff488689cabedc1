//! The HTTP API and the embedded pages: one folder per feature, one file per action. The pages are a client like any
//! other.

pub mod access;
mod answers;
pub mod audit;
pub mod connections;
mod context;
pub mod customers;
pub mod feedback;
mod http;
pub mod invitations;
pub mod me;
pub mod members;
pub mod metrics;
pub mod movements;
mod openapi;
pub mod passkeys;
pub mod password_reset;
pub mod payments;
mod problem;
pub mod rates;
pub mod reconcile;
pub mod restatements;
mod routes;
pub mod session;
pub mod settings;
pub mod setup;
pub mod share_links;
pub mod shared;
pub mod sign_on;
pub mod sign_up;
pub mod sources;
pub mod spreadsheet;
pub mod statements;
pub mod sync;
pub mod tls;
pub mod tokens;
pub mod two_factor;
mod ui;
pub mod watch;
pub mod webhooks;
pub mod workspaces;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::IntoResponse;
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

pub use context::{
    BookDemo, Context, Entry, Options, SampleAccount, SampleMerchant, Samples, Shared, SignUp,
};
pub use http::address::{ClientAddress, Peer, ProxyBlock, TrustedProxies};
pub use problem::Problem;
pub use routes::openapi;

/// Keys and settings are small. Nothing of ours is larger.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The whole server: API, its description and the pages.
pub fn router(context: Shared) -> Router {
    let document = routes::openapi();
    Router::new()
        // Deliveries of webhooks are judged by what is in them.
        .merge(routes::router().layer(middleware::from_fn(http::whole::read)))
        .route("/api/openapi.json", axum::routing::get(move || std::future::ready(Json(document.clone()))))
        .route(shared::frame::ROUTE, axum::routing::get(shared::frame::handle))
        .route("/enter/{code}", axum::routing::get(session::enter::handle))
        .route(sign_on::callback::ROUTE, axum::routing::get(sign_on::callback::handle))
        .route(webhooks::receive::ROUTE, axum::routing::post(webhooks::receive::handle))
        .route(watch::health::ROUTE, axum::routing::get(watch::health::handle))
        .route(watch::ready::ROUTE, axum::routing::get(watch::ready::handle))
        .route(watch::metrics::ROUTE, axum::routing::get(watch::metrics::handle))
        .fallback(ui::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(Shared::clone(&context), http::origin::check))
        .layer(middleware::from_fn(http::headers::add))
        .layer(middleware::from_fn_with_state(Shared::clone(&context), http::log::request))
        .layer(middleware::from_fn_with_state(Shared::clone(&context), http::address::note))
        .with_state(context)
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "this address does not support that method")
        .action("see /api/openapi.json for the supported methods")
}

/// A bug fails one request, not the server. The panic message may contain data, so it is not repeated.
fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    Problem::internal(&"a handler panicked").into_response()
}

/// Runs what blocks (files, hashing, loops over the ledger) off the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}

//! Stripe, and every server that answers as Stripe's API does.

mod account;
mod catalog;
mod client;
mod definition;
mod expansions;
mod facts;
mod history;
mod key;
pub mod kind;
mod lifetime;
mod limiter;
mod loose;
mod pace;
mod page;
pub mod privacy;
mod refusal;
pub mod signature;
pub mod translate;
mod webhook;

pub(crate) use client::Client;
pub(crate) use definition::DEFINITION;

use crate::transport::Dialect;
use crate::{
    Account, Children, ClientConfig, EventPage, List, ListRequest, Page, Part, Probe, Retrieved, Stage,
    Webhook, WebhookEndpoint,
};

/// The version of the API whose shapes are asked for. Older shapes are read too: events and proxies still carry them.
pub const API_VERSION: &str = "2026-07-29.dahlia";

/// What every request's path begins with.
const VERSION_PATH: &str = "/v1";

const DIALECT: Dialect = Dialect {
    version_path: VERSION_PATH,
    headers: &[("stripe-version", API_VERSION)],
    request_id: "request-id",
    should_retry: "stripe-should-retry",
    limited_reason: "stripe-rate-limited-reason",
    ..Dialect::PLAIN
};

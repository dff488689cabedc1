//! Stripe, and every server that answers as Stripe's API does.

mod account;
mod catalog;
mod client;
mod config;
mod facts;
mod key;
mod limiter;
mod loose;
mod page;
pub mod privacy;
mod probe;
mod refusal;
mod retry;
pub mod signature;
pub mod translate;
mod transport;
mod webhook;

pub use account::Account;
pub use catalog::{BACKFILL_KINDS, LISTS, List, endpoint, key_link};
pub use client::{Client, Retrieved};
pub use config::{Backoff, ClientConfig, Limits};
pub use key::{Key, KeyError};
pub use page::{Children, ListRequest, Page, tombstone};
pub use privacy::Privacy;
pub use probe::{Probe, ProbeState};
pub use webhook::{WEBHOOK_EVENTS, Webhook, WebhookEndpoint};

/// The version of the API whose shapes are asked for. Older shapes are read too: events and proxies still carry them.
pub const API_VERSION: &str = "2026-07-29.dahlia";

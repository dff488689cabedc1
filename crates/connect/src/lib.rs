//! Talks to billing providers. The only place that knows their JSON: one folder per source, each with its client and
//! the translation of its objects into `model::billing`. Everything above uses [`Source`] and [`Client`], which speak
//! in words that all sources share.

mod account;
mod attempts;
mod budget;
mod carrier;
mod client;
mod config;
mod definition;
mod egress;
mod email_hash;
mod error;
#[cfg(feature = "made-up")]
mod fields;
mod goods;
mod http;
mod key;
mod limiter;
mod list;
#[cfg(feature = "made-up")]
mod made_up;
mod network;
mod outline;
pub mod paddle;
pub mod paddle_classic;
mod page;
mod payment_methods;
mod probe;
mod provider_mrr;
pub mod rates;
mod read;
#[cfg(feature = "made-up")]
mod rest;
mod retry;
mod signature;
mod source;
pub mod stripe;
mod transport;
mod webhook;

pub use account::Account;
pub use carrier::{Carrier, Carrying, NoAnswer};
pub use client::Client;
pub use config::{Backoff, ClientConfig, Limits, Privacy};
pub use egress::is_private;
pub use error::ConnectError;
pub use goods::{Coupon, CouponDuration, PaymentIntent, Readable};
pub use http::is_on_this_machine;
pub use key::{Key, KeyError, KeyOwner};
pub use list::{Lately, List, Part, Stage};
pub use network::Network;
pub use page::{Children, ListRequest, Page, Retrieved};
pub use payment_methods::PaymentMethodTerms;
pub use probe::{Probe, ProbeState};
pub use provider_mrr::ProviderMrrTerms;
pub use read::{Billed, Listing, ReadError, Unreadable};
pub use source::{Source, Texts};
pub use webhook::{Event, EventList, EventPage, SignatureError, Webhook, WebhookEndpoint, WebhookTerms};

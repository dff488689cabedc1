//! Stripe, and every server that answers as Stripe's API does.

mod account;
mod catalog;
mod client;
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
mod probe;
mod refusal;
mod retry;
pub mod signature;
pub mod translate;
mod transport;
mod webhook;

pub(crate) use catalog::{LISTS, LOAD_ORDER, customer_link, key_link};
pub(crate) use client::Client;
pub(crate) use history::{KINDS as HISTORY_KINDS, PRICE_LIST, PRICED, billed, listing, named_prices};
pub(crate) use key::parse as parse_key;
pub(crate) use lifetime::{is_creation, last_known, may_be_gone, part_of, says_the_same, tombstone};
pub(crate) use pace::requests_at_once;
pub(crate) use webhook::{EVENT_LIST, WEBHOOK_EVENTS};

use crate::{
    Account, Backoff, Children, ClientConfig, EventPage, Limits, List, ListRequest, Page, Part, Privacy,
    Probe, ProbeState, Retrieved, Stage, Texts, Webhook, WebhookEndpoint,
};

/// The version of the API whose shapes are asked for. Older shapes are read too: events and proxies still carry them.
pub const API_VERSION: &str = "2026-07-29.dahlia";

pub(crate) const BASE: &str = "https://api.stripe.com";
/// Stripe opened to the public: no account is older. 2011-09-29.
pub(crate) const FIRST_ACCOUNTS: i64 = 1_317_254_400;
/// The prefix of customer ids.
pub(crate) const CUSTOMER_PREFIX: &str = "cus_";

pub(crate) const TEXTS: Texts = Texts {
    name: "Stripe",
    account: "A Stripe account, or a server that answers like Stripe",
    api_base: "The API address, if it is not Stripe's own; it may include a path",
    key: "A restricted or secret key.",
    new_key: "create a new key in Stripe's dashboard under Developers, API keys",
    permission: "add the permission to the key in Stripe's dashboard",
    unlike: "check that the address belongs to a Stripe API",
    webhook_by_hand: "Give the key write access to webhook endpoints, or create the endpoint in Stripe yourself and enter its signing secret.",
};

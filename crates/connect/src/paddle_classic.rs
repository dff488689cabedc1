//! Paddle Classic, the API before Paddle Billing. It gives little: one amount per payment, without lines, tax or fee, and no
//! refund. What it reports as alerts says more, for the last 90 days and from then on.

mod catalog;
mod client;
mod cursor;
mod definition;
mod delivery;
mod filing;
mod key;
pub mod kind;
mod page;
mod path;
pub mod privacy;
mod record;
pub mod signature;
pub mod translate;

pub(crate) use client::Client;
pub(crate) use definition::DEFINITION;

use crate::transport::Dialect;

/// What every path begins with.
const VERSION_PATH: &str = "/api/2.0";
const LIVE_BASE: &str = "https://vendors.paddle.com";
const SANDBOX_HOST: &str = "sandbox-vendors.paddle.com";

/// Who asks stands in the body of each request. An address that asked too often is blocked for a minute, by the
/// documentation of "List transactions".
const DIALECT: Dialect =
    Dialect { version_path: VERSION_PATH, key_header: "", wait_when_limited: Some(60), ..Dialect::PLAIN };

//! Paddle Billing. Paddle is the merchant of record: it sells, collects and remits tax. A transaction is checkout, invoice and
//! payment in one, and an adjustment is refund, credit and chargeback in one.

mod anew;
mod catalog;
mod client;
mod definition;
mod delivery;
mod filing;
mod key;
pub mod kind;
mod lifetime;
mod page;
pub mod privacy;
mod query;
mod refusal;
mod refused;
pub mod signature;
pub mod translate;
mod webhook;

pub(crate) use client::Client;
pub(crate) use definition::DEFINITION;

use crate::transport::Dialect;

/// The version of the API whose shapes are read; sent with every request, since accounts differ in what they get without it.
const API_VERSION: &str = "1";

const DIALECT: Dialect =
    Dialect { headers: &[("paddle-version", API_VERSION), ("skip-count", "true")], ..Dialect::PLAIN };

const LIVE_BASE: &str = "https://api.paddle.com";
const SANDBOX_BASE: &str = "https://sandbox-api.paddle.com";

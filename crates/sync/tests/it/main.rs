//! The whole way from the provider's API to the ledger, against the sandbox.
#![expect(clippy::unwrap_used, reason = "a test's helpers stop at what must not happen")]

mod accounts;
mod default;
mod exactly;
mod lately;
#[path = "../simulation/money.rs"]
mod money;
mod moved;
mod oracle;
mod outgoing;
mod provider_mrr;
mod providers;
mod support;
mod webhook;

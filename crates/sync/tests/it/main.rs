//! The whole way from the provider's API to the ledger, against the sandbox.
#![expect(clippy::unwrap_used, reason = "a test's helpers stop at what must not happen")]

mod accounts;
mod default;
mod oracle;
mod outgoing;
mod provider_mrr;
mod providers;
mod support;
mod webhook;

//! The whole way from the provider's API to the ledger, against the sandbox.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers stop at what must not happen")]

mod oracle;
mod simulation;
mod support;
mod webhook;

//! Moves data: loads an account's history, keeps it up to date, and builds the ledger from its objects.

pub mod audit;
pub mod backfill;
mod blocking;
mod business;
pub mod consistency;
mod context;
mod created;
mod error;
pub mod history;
mod namings;
mod outage;
pub mod problems;
pub mod progress;
pub mod projection;
pub mod provider_mrr;
pub mod rates;
mod reporter;
pub mod runner;
#[cfg(test)]
mod testing;
pub mod update;
mod versions;
pub mod view;
mod writing;

pub use business::{BilledObjects, Business};
pub use context::RetryPolicy;
pub use error::SyncError;
pub use problems::Problem;
pub use progress::{KindProgress, KindState, Phase, Progress};
pub use projection::RebuildReport;
pub use rates::{EnterError, RatesAttempt, RatesState, ReferenceRates};
pub use runner::{Runner, RunnerConfig, Snapshot};
pub use update::{How, Updated};

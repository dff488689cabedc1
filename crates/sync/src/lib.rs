//! Moves data: loads an account's history, keeps it up to date, and turns its objects into the ledger.

pub mod backfill;
mod error;
pub mod problems;
pub mod progress;
pub mod projection;
pub mod runner;

pub use backfill::Patience;
pub use error::SyncError;
pub use problems::Problem;
pub use progress::{KindProgress, KindState, Phase, Progress};
pub use projection::RebuildReport;
pub use runner::{Runner, RunnerConfig, Snapshot};

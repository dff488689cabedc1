//! Loads an account's whole history, newest first.

mod page;
mod plan;
mod rank;
mod span;

use std::time::Duration;

pub use plan::Cursors;

/// How long to wait for a provider that does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    pub first: Duration,
    pub longest: Duration,
    /// In a row, without one answer between. `None`: for ever.
    pub give_up_after: Option<Duration>,
}

impl Patience {
    /// A server's: it is still there tomorrow.
    pub const ENDLESS: Self =
        Self { first: Duration::from_secs(5), longest: Duration::from_secs(300), give_up_after: None };
    /// A person's, who waits at a terminal: three minutes.
    pub const MINUTES: Self = Self {
        first: Duration::from_secs(2),
        longest: Duration::from_secs(20),
        give_up_after: Some(Duration::from_secs(180)),
    };
}

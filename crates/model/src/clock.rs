//! The only place that reads the machine's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::UnixSeconds;

/// Where the time comes from: the machine, or a test that moves it by hand.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    #[default]
    System,
    Manual(ManualClock),
}

/// A clock that stands still until it is set.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicI64>);

impl Clock {
    pub fn now(&self) -> UnixSeconds {
        UnixSeconds(self.now_ms().div_euclid(1000))
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that may")]
            Self::System => jiff::Timestamp::now().as_millisecond(),
            Self::Manual(clock) => clock.0.load(Ordering::Relaxed),
        }
    }
}

impl ManualClock {
    pub fn at(now: UnixSeconds) -> Self {
        Self(Arc::new(AtomicI64::new(now.0.saturating_mul(1000))))
    }

    pub fn set(&self, now: UnixSeconds) {
        self.0.store(now.0.saturating_mul(1000), Ordering::Relaxed);
    }

    pub fn advance_ms(&self, by_ms: i64) {
        self.0.fetch_add(by_ms, Ordering::Relaxed);
    }
}

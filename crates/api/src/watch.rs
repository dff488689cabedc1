//! Monitoring: whether the server is alive, whether it can work, and what it has done. No personal data, no secrets.

pub mod health;
pub mod metrics;
pub mod ready;

use std::sync::atomic::{AtomicU64, Ordering};

/// The outcome of a webhook delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    Kept,
    Repeated,
    /// Wrong or old signature.
    Unsigned,
    Malformed,
    Oversized,
    Unknown,
    Failed,
}

impl Delivered {
    pub const ALL: [Self; 7] = [
        Self::Kept,
        Self::Repeated,
        Self::Unsigned,
        Self::Malformed,
        Self::Oversized,
        Self::Unknown,
        Self::Failed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Repeated => "repeated",
            Self::Unsigned => "unsigned",
            Self::Malformed => "malformed",
            Self::Oversized => "oversized",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

/// Counts since the server began.
#[derive(Debug, Default)]
pub struct Counters {
    deliveries: [AtomicU64; Delivered::ALL.len()],
    /// By the first digit of the status, 1 to 5.
    requests: [AtomicU64; 5],
}

impl Counters {
    pub fn delivered(&self, what: Delivered) {
        self.deliveries[what as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub fn deliveries(&self, what: Delivered) -> u64 {
        self.deliveries[what as usize].load(Ordering::Relaxed)
    }

    pub fn answered(&self, status: u16) {
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        self.requests[class].fetch_add(1, Ordering::Relaxed);
    }

    fn requests(&self, class: usize) -> u64 {
        self.requests[class].load(Ordering::Relaxed)
    }
}

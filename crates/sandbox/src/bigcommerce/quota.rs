//! BigCommerce's quota ("API Rate Limits"): so many requests of a shop in a window of 30 seconds, whichever app makes them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::options::Plan;
use crate::Limits;

const WINDOW: Duration = Duration::from_secs(30);
/// What a shop without limits says of itself.
const PLENTY: u32 = 1_000_000;

/// What is left of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub quota: u32,
    pub left: u32,
    pub reset_ms: u64,
}

impl Allowance {
    /// The headers that say so.
    pub fn headers(self) -> [(&'static str, String); 4] {
        [
            ("x-rate-limit-time-window-ms", WINDOW.as_millis().to_string()),
            ("x-rate-limit-time-reset-ms", self.reset_ms.to_string()),
            ("x-rate-limit-requests-quota", self.quota.to_string()),
            ("x-rate-limit-requests-left", self.left.to_string()),
        ]
    }
}

/// Counts requests. A window begins with the first request after the one before it.
#[derive(Debug)]
pub struct Quota {
    /// `None` where nothing is limited.
    quota: Option<u32>,
    window: Mutex<Option<(Instant, u32)>>,
}

impl Quota {
    pub fn new(limits: Limits, plan: Plan) -> Self {
        let quota = (limits != Limits::None).then(|| plan.quota());
        Self { quota, window: Mutex::default() }
    }

    /// # Errors
    /// When nothing is left. A refused request is not counted.
    pub fn take(&self) -> Result<Allowance, Allowance> {
        let window_ms = WINDOW.as_millis() as u64;
        let Some(quota) = self.quota else {
            return Ok(Allowance { quota: PLENTY, left: PLENTY, reset_ms: window_ms });
        };
        let now = Instant::now();
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, used) = window.get_or_insert((now, 0));
        if now.duration_since(*began) >= WINDOW {
            (*began, *used) = (now, 0);
        }
        let reset_ms = WINDOW.saturating_sub(now.duration_since(*began)).as_millis() as u64;
        if *used >= quota {
            return Err(Allowance { quota, left: 0, reset_ms });
        }
        *used += 1;
        Ok(Allowance { quota, left: quota - *used, reset_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_window_of_30_seconds_has_150_requests_or_450() {
        for (plan, expected) in [(Plan::Standard, 150), (Plan::Plus, 150), (Plan::Pro, 450)] {
            let quota = Quota::new(Limits::Stripe, plan);
            assert_eq!(quota.take().unwrap().left, expected - 1);
            assert_eq!((0..500).filter(|_| quota.take().is_ok()).count() as u32, expected - 1);
            assert_eq!(quota.take(), Err(Allowance { quota: expected, left: 0, reset_ms: 30_000 }));
            tokio::time::advance(Duration::from_millis(29_999)).await;
            assert_eq!(quota.take().unwrap_err().reset_ms, 1);
            tokio::time::advance(Duration::from_millis(1)).await;
            assert_eq!(quota.take().unwrap().left, expected - 1);
        }
        assert!(Quota::new(Limits::None, Plan::Standard).take().is_ok());
    }
}

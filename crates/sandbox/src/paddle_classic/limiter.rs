//! Paddle Classic's limit ("List transactions"): 150 calls a minute from one IP address; who makes more is blocked for a minute.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;

const PER_MINUTE: usize = 150;
const WINDOW: Duration = Duration::from_secs(60);
const BLOCKED: Duration = Duration::from_secs(60);

/// Counts requests by address. Strict: no minute, wherever it begins, may hold more than the limit.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<HashMap<IpAddr, Visitor>>);

#[derive(Debug, Default)]
struct Visitor {
    requests: VecDeque<Instant>,
    blocked_until: Option<Instant>,
}

impl Limiter {
    /// `None` where nothing is limited.
    pub fn new(limits: Limits) -> Option<Self> {
        (limits != Limits::None).then(Self::default)
    }

    /// # Errors
    /// Seconds until the block ends. A refused request neither counts nor prolongs it.
    pub fn admit(&self, address: IpAddr) -> Result<(), u64> {
        let now = Instant::now();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let visitor = state.entry(address).or_default();
        if let Some(until) = visitor.blocked_until.filter(|until| *until > now) {
            return Err(whole_seconds(until.duration_since(now)));
        }
        while visitor.requests.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            visitor.requests.pop_front();
        }
        if visitor.requests.len() >= PER_MINUTE {
            visitor.blocked_until = Some(now + BLOCKED);
            return Err(BLOCKED.as_secs());
        }
        visitor.requests.push_back(now);
        Ok(())
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn call_151_of_a_minute_blocks_its_address_for_a_minute() {
        let limiter = Limiter::default();
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert_eq!((0..150).filter(|_| limiter.admit(one).is_ok()).count(), 150);
        tokio::time::advance(Duration::from_secs(50)).await;
        assert_eq!(limiter.admit(one), Err(60));
        assert_eq!(limiter.admit(other), Ok(()));
        // The minute of the first calls is over, the block is not.
        tokio::time::advance(Duration::from_millis(20_500)).await;
        assert_eq!(limiter.admit(one), Err(40));
        tokio::time::advance(Duration::from_millis(39_500)).await;
        assert_eq!(limiter.admit(one), Ok(()));
    }
}

//! Paddle's limit ("Rate limiting"): 240 requests a minute from one IP address, whatever the key.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;

const PER_MINUTE: usize = 240;
const WINDOW: Duration = Duration::from_secs(60);

/// Counts requests by address. Strict: no minute, wherever it begins, may hold more than the limit.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<HashMap<IpAddr, VecDeque<Instant>>>);

impl Limiter {
    /// `None` where nothing is limited.
    pub fn new(limits: Limits) -> Option<Self> {
        (limits != Limits::None).then(Self::default)
    }

    /// # Errors
    /// Seconds until a request is admitted again. A refused request is not counted.
    pub fn admit(&self, address: IpAddr) -> Result<(), u64> {
        let now = Instant::now();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = state.entry(address).or_default();
        while requests.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            requests.pop_front();
        }
        match requests.front() {
            Some(first) if requests.len() >= PER_MINUTE => {
                let wait = WINDOW.saturating_sub(now.duration_since(*first));
                Err(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
            }
            _ => {
                requests.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_address_has_240_requests_a_minute_of_its_own() {
        let limiter = Limiter::default();
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert_eq!((0..300).filter(|_| limiter.admit(one).is_ok()).count(), 240);
        assert_eq!(limiter.admit(one), Err(60));
        assert_eq!(limiter.admit(other), Ok(()));
        tokio::time::advance(Duration::from_millis(58_500)).await;
        assert_eq!(limiter.admit(one), Err(2));
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(limiter.admit(one), Ok(()));
    }
}

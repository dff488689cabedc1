//! Stripe's limits ("Rate limits"): requests a second for the account and for each endpoint, and how many at once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;

const LIVE_PER_SECOND: usize = 100;
const TEST_PER_SECOND: usize = 25;
const ENDPOINT_PER_SECOND: usize = 25;
/// Stripe names the limit and not its size; a client that keeps to the rates stays below this.
const CONCURRENT: usize = 50;
const WINDOW: Duration = Duration::from_secs(1);

/// Counts requests. Strict: no second, wherever it begins, may hold more than the limit.
#[derive(Debug)]
pub struct Limiter {
    per_second: usize,
    state: Mutex<State>,
    running: Arc<()>,
}

#[derive(Debug, Default)]
struct State {
    all: VecDeque<Instant>,
    endpoints: HashMap<&'static str, VecDeque<Instant>>,
}

/// A request that is being answered; dropping it makes room for another.
#[derive(Debug)]
pub struct Admission(#[expect(dead_code, reason = "held for its count alone")] Arc<()>);

impl Limiter {
    /// `None` where nothing is limited.
    pub fn new(limits: Limits, is_live_mode: bool) -> Option<Self> {
        let per_second = if is_live_mode { LIVE_PER_SECOND } else { TEST_PER_SECOND };
        match limits {
            Limits::None => None,
            Limits::Stripe => Some(Self { per_second, state: Mutex::default(), running: Arc::new(()) }),
        }
    }

    /// # Errors
    /// The name that Stripe gives to the limit that is reached. A refused request is not counted.
    pub fn admit(&self, endpoint: &'static str) -> Result<Admission, &'static str> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::strong_count(&self.running) > CONCURRENT {
            return Err("global-concurrency");
        }
        if count_recent(&mut state.all, now) >= self.per_second {
            return Err("global-rate");
        }
        let of_endpoint = state.endpoints.entry(endpoint).or_default();
        if count_recent(of_endpoint, now) >= ENDPOINT_PER_SECOND {
            return Err("endpoint-rate");
        }
        of_endpoint.push_back(now);
        state.all.push_back(now);
        Ok(Admission(Arc::clone(&self.running)))
    }
}

fn count_recent(requests: &mut VecDeque<Instant>, now: Instant) -> usize {
    while requests.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
        requests.pop_front();
    }
    requests.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(limiter: &Limiter, endpoint: &'static str, tries: usize) -> usize {
        (0..tries).filter(|_| limiter.admit(endpoint).is_ok()).count()
    }

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_answers_25_requests_a_second_and_the_account_100() {
        let limiter = Limiter::new(Limits::Stripe, true).unwrap();
        for endpoint in ["/v1/customers", "/v1/invoices", "/v1/charges", "/v1/prices"] {
            assert_eq!(admitted(&limiter, endpoint, 30), 25, "{endpoint}");
            assert_eq!(limiter.admit(endpoint).err().map(|_| ()), Some(()));
        }
        assert_eq!(limiter.admit("/v1/events").err(), Some("global-rate"));
        tokio::time::advance(Duration::from_millis(999)).await;
        assert_eq!(limiter.admit("/v1/events").err(), Some("global-rate"));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(admitted(&limiter, "/v1/events", 30), 25);
        assert_eq!(limiter.admit("/v1/events").err(), Some("endpoint-rate"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_test_key_has_a_quarter_of_it() {
        let limiter = Limiter::new(Limits::Stripe, false).unwrap();
        assert_eq!(admitted(&limiter, "/v1/customers", 20), 20);
        assert_eq!(admitted(&limiter, "/v1/invoices", 20), 5);
        assert_eq!(limiter.admit("/v1/invoices").err(), Some("global-rate"));
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_are_answered_at_once() {
        let limiter = Limiter::new(Limits::Stripe, true).unwrap();
        let mut running = Vec::new();
        for endpoint in ["/v1/customers", "/v1/invoices"] {
            running.extend((0..25).map(|_| limiter.admit(endpoint).unwrap()));
        }
        assert_eq!(limiter.admit("/v1/charges").err(), Some("global-concurrency"));
        running.pop();
        assert!(limiter.admit("/v1/charges").is_ok());
    }
}

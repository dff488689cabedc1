//! A limit of requests that belongs to the address that they come from, whatever the key. So all connections of this process
//! that talk to the same server share one budget.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use crate::attempts::{Entering, InFlight, Turns};
use crate::budget::Budget;
use crate::transport::Answer;
use crate::{ClientConfig, Limits, Network};

/// How much a server takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub per_second: u64,
    /// Other tools of the account call from other addresses: what is left free is for clocks that differ.
    pub share_percent: u64,
    /// Of all connections.
    pub at_once: usize,
}

/// The turns of everybody who talks to one server.
pub(crate) struct Limiter {
    budget: Mutex<Paused>,
    /// Whether the budget holds already.
    is_limited: AtomicBool,
    may_be_limited: bool,
    places: Semaphore,
}

struct Paused {
    budget: Budget,
    until: Instant,
}

/// By address.
static SHARED: Mutex<BTreeMap<String, Weak<Limiter>>> = Mutex::new(BTreeMap::new());

impl Limiter {
    /// The limiter of all that talk to this server.
    pub(crate) fn of(config: &ClientConfig, host: String, rate: Rate) -> Arc<Self> {
        // A simulation is an internet of its own.
        if config.limits == Limits::None || matches!(config.network, Network::Simulated(_)) {
            return Arc::new(Self::new(config.limits, rate));
        }
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.retain(|_, limiter| limiter.strong_count() > 0);
        let limiter = shared.get(&host).and_then(Weak::upgrade);
        let limiter = limiter.unwrap_or_else(|| Arc::new(Self::new(config.limits, rate)));
        if config.limits == Limits::Published {
            limiter.is_limited.store(true, Ordering::Relaxed);
        }
        shared.insert(host, Arc::downgrade(&limiter));
        limiter
    }

    fn new(limits: Limits, rate: Rate) -> Self {
        let now = Instant::now();
        let budget = Budget::new(rate.per_second, rate.share_percent, now);
        Self {
            budget: Mutex::new(Paused { budget, until: now }),
            is_limited: AtomicBool::new(limits == Limits::Published),
            may_be_limited: limits != Limits::None,
            places: Semaphore::new(rate.at_once),
        }
    }

    fn budget(&self) -> MutexGuard<'_, Paused> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limiter {
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let place = self.places.acquire().await.ok();
        while self.is_limited.load(Ordering::Relaxed) {
            let turn = self.budget().budget.take_turn(Instant::now());
            sleep_until(turn).await;
            // A turn from before a pause is none.
            if self.budget().until <= Instant::now() {
                break;
            }
        }
        place
    }
}

impl Turns for Limiter {
    fn enter(&self) -> Entering<'_> {
        Box::pin(async { Box::new(self.turn().await) as Box<dyn InFlight> })
    }

    fn refused(&self, _: &Answer, pause: Duration) {
        if !self.may_be_limited {
            return;
        }
        self.is_limited.store(true, Ordering::Relaxed);
        let mut paused = self.budget();
        let now = Instant::now();
        paused.until = paused.until.max(now + pause);
        paused.budget.slow_down(now, pause);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use model::Clock;

    use super::*;
    use crate::Source;

    const RATE: Rate = Rate { per_second: 4, share_percent: 97, at_once: 32 };
    const KEY: &str = "pdl_live_apikey_01kc0000000000000000000001_aBcDeFgHiJkLmNoPqRsTuV_xyz";

    fn config(limits: Limits) -> ClientConfig {
        ClientConfig { limits, ..ClientConfig::new(Source::Paddle.parse_key(KEY).unwrap(), Clock::default()) }
    }

    fn refused() -> Answer {
        Answer {
            status: 429,
            request_id: None,
            server_time: None,
            should_retry: None,
            limited_reason: None,
            retry_after: Some(60),
            body: Vec::new(),
        }
    }

    async fn started(limiters: &[&Limiter], requests: usize) -> Vec<Instant> {
        let request = |index: usize| async move {
            drop(limiters[index % limiters.len()].enter().await);
            Instant::now()
        };
        let mut times = join_all((0..requests).map(request)).await;
        times.sort();
        times
    }

    #[tokio::test(start_paused = true)]
    async fn connections_of_this_process_share_240_a_minute_and_use_them() {
        let config = config(Limits::Published);
        let (one, other) =
            (Limiter::of(&config, "a".to_owned(), RATE), Limiter::of(&config, "a".to_owned(), RATE));
        let begun = Instant::now();
        let times = started(&[&one, &other], 1_200).await;
        let minute = Duration::from_secs(60);
        let within =
            |start: &Instant| times.iter().filter(|at| *at >= start && **at < *start + minute).count();
        assert!(times.iter().map(within).max().unwrap() <= 240);
        // At least 95 % of what the limit allows.
        assert!(begun.elapsed() <= Duration::from_secs(1_200 / 4 * 100 / 95), "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_goes_before_the_server_said_also_whose_turn_it_was() {
        let limiter = Limiter::of(&config(Limits::Published), "b".to_owned(), RATE);
        let begun = Instant::now();
        let limiters = [&*limiter];
        let waiting = started(&limiters, 8);
        let refusal = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            limiter.refused(&refused(), Duration::from_secs(60));
        };
        let (times, ()) = tokio::join!(waiting, refusal);
        let early = times.iter().filter(|at| **at - begun < Duration::from_secs(60)).count();
        assert!(early <= 4, "{early}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_of_this_machine_is_limited_once_it_says_so() {
        let limiter = Limiter::of(&config(Limits::OnceRefused), "c".to_owned(), RATE);
        let begun = Instant::now();
        started(&[&limiter], 500).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
        limiter.refused(&refused(), Duration::from_secs(1));
        started(&[&limiter], 100).await;
        assert!(begun.elapsed() > Duration::from_secs(20));
    }
}

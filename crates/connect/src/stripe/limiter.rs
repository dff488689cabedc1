//! Keeps one connection's requests below the provider's limits, by Stripe's "Rate limits": a budget per second for
//! the account, one for each endpoint, and a bound on requests at once. What the provider answers moves them.

mod concurrency;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::ObjectKind;
use tokio::time::{Instant, sleep_until};

use self::concurrency::Concurrency;
pub(super) use self::concurrency::RunningRequest;
use crate::budget::Budget;
use crate::{Limits, attempts, transport};

/// What one budget of its own is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Endpoint {
    pub(super) kind: ObjectKind,
    pub(super) access: Access,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Access {
    List,
    Children,
    Retrieve,
}

const LIVE_PER_SECOND: u64 = 100;
const TEST_MODE_PER_SECOND: u64 = 25;
const ENDPOINT_PER_SECOND: u64 = 25;
/// Stripe does not publish its bound on requests at once. This many keep every budget busy at half a second a request.
const LIVE_AT_ONCE: u64 = 50;
const TEST_MODE_AT_ONCE: u64 = 25;
const UNLIMITED_AT_ONCE: u64 = 64;

pub(super) struct Limiter {
    /// `None`: the server sets no limits.
    budgets: Option<Mutex<Budgets>>,
    /// Whether the budgets hold already.
    is_limited: AtomicBool,
    concurrency: Concurrency,
}

struct Budgets {
    account: Budget,
    endpoints: HashMap<Endpoint, Budget>,
    share_percent: u64,
}

impl Limiter {
    pub(super) fn new(limits: Limits, is_test_mode: bool, share_percent: u8) -> Self {
        let share = u64::from(share_percent.clamp(1, 100));
        let (per_second, at_once) = if is_test_mode {
            (TEST_MODE_PER_SECOND, TEST_MODE_AT_ONCE)
        } else {
            (LIVE_PER_SECOND, LIVE_AT_ONCE)
        };
        let unlimited = || Concurrency::new(UNLIMITED_AT_ONCE);
        if limits == Limits::None {
            return Self { budgets: None, is_limited: AtomicBool::new(false), concurrency: unlimited() };
        }
        let is_limited = limits == Limits::Published;
        let budgets = Budgets {
            account: Budget::new(per_second, share, Instant::now()),
            endpoints: HashMap::new(),
            share_percent: share,
        };
        let concurrency =
            if is_limited { Concurrency::new((at_once * share / 100).max(1)) } else { unlimited() };
        Self { budgets: Some(Mutex::new(budgets)), is_limited: AtomicBool::new(is_limited), concurrency }
    }

    /// Waits until a request may be sent. It counts as running until the place is dropped.
    ///
    /// The endpoint's turn comes first and the account's last, so that a crowd waiting for one endpoint keeps nobody from
    /// another, and what leaves after a pause for want of a place still leaves at the account's pace.
    pub(super) async fn enter(&self, endpoint: Endpoint) -> RunningRequest<'_> {
        if let Some(at) = self.with_budgets(|budgets, now| budgets.endpoint(endpoint, now).take_turn(now)) {
            sleep_until(at).await;
        }
        let place = self.concurrency.enter().await;
        if let Some(at) = self.with_budgets(|budgets, now| budgets.account.take_turn(now)) {
            sleep_until(at).await;
        }
        place
    }

    /// Slows down what the provider named in `Stripe-Rate-Limited-Reason`; the endpoint, where it named nothing.
    pub(super) fn slow_down(&self, endpoint: Endpoint, reason: Option<&str>, pause: Duration) {
        let reason = reason.unwrap_or("endpoint-rate");
        if reason.ends_with("concurrency") {
            self.concurrency.slow_down();
        } else {
            self.is_limited.store(true, Ordering::Relaxed);
        }
        self.with_budgets(|budgets, now| match reason {
            "global-rate" => budgets.account.slow_down(now, pause),
            "global-concurrency" => budgets.account.pause(now, pause),
            "endpoint-concurrency" => budgets.endpoint(endpoint, now).pause(now, pause),
            _ => budgets.endpoint(endpoint, now).slow_down(now, pause),
        });
    }

    fn with_budgets<T>(&self, act: impl FnOnce(&mut Budgets, Instant) -> T) -> Option<T> {
        let budgets = self.budgets.as_ref().filter(|_| self.is_limited.load(Ordering::Relaxed))?;
        let mut budgets = budgets.lock().unwrap_or_else(PoisonError::into_inner);
        Some(act(&mut budgets, Instant::now()))
    }
}

/// Turns for one endpoint.
pub(super) struct Turns<'l>(&'l Limiter, Endpoint);

impl Limiter {
    pub(super) fn turns(&self, endpoint: Endpoint) -> Turns<'_> {
        Turns(self, endpoint)
    }
}

impl attempts::Turns for Turns<'_> {
    fn enter(&self) -> attempts::Entering<'_> {
        Box::pin(async { Box::new(self.0.enter(self.1).await) as Box<dyn attempts::InFlight> })
    }

    fn refused(&self, answer: &transport::Answer, pause: Duration) {
        self.0.slow_down(self.1, answer.limited_reason.as_deref(), pause);
    }
}

impl Budgets {
    fn endpoint(&mut self, endpoint: Endpoint, now: Instant) -> &mut Budget {
        let share = self.share_percent;
        self.endpoints.entry(endpoint).or_insert_with(|| Budget::new(ENDPOINT_PER_SECOND, share, now))
    }
}

#[cfg(test)]
mod tests;

//! Limits on failed sign-ins: per login with growing waits, and over all logins together.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{Clock, UnixSeconds};

/// Failures of one login that cost no wait.
const FREE_FAILURES: u32 = 5;
const LONGEST_WAIT_S: i64 = 15 * 60;
/// A login that has not failed for so long starts again.
const FORGOTTEN_AFTER_S: i64 = 60 * 60;
/// Over all logins: someone is trying many names.
const MAX_FAILURES_A_MINUTE: u32 = 60;
/// So that invented logins can't fill the memory.
const MAX_LOGINS: usize = 10_000;

#[derive(Debug, Default)]
pub struct Throttle {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    logins: HashMap<String, Failures>,
    minute: i64,
    failures_this_minute: u32,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last_at: UnixSeconds,
}

impl Throttle {
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Seconds to wait before this login may be tried, if any. A try counts as failed until [`Self::succeeded`]
    /// is told otherwise: many at once cannot slip through while the first is still being checked.
    pub fn begin(&self, login: &str) -> Result<(), u32> {
        let now = self.clock.now();
        let mut state = self.lock();
        let minute = now.0.div_euclid(60);
        if state.minute != minute {
            state.minute = minute;
            state.failures_this_minute = 0;
        }
        if state.failures_this_minute >= MAX_FAILURES_A_MINUTE {
            return Err(seconds(60 - now.0.rem_euclid(60)));
        }
        let key = login.trim().to_lowercase();
        let before = state.logins.get(&key).copied().filter(|f| now.0 - f.last_at.0 < FORGOTTEN_AFTER_S);
        if let Some(failures) = before {
            let wait_s = wait_after_s(failures.count) - (now.0 - failures.last_at.0);
            if wait_s > 0 {
                return Err(seconds(wait_s));
            }
        }
        if state.logins.len() >= MAX_LOGINS {
            state.logins.retain(|_, f| now.0 - f.last_at.0 < LONGEST_WAIT_S);
        }
        if state.logins.len() >= MAX_LOGINS {
            return Err(seconds(LONGEST_WAIT_S));
        }
        state.failures_this_minute += 1;
        let count = before.map_or(0, |f| f.count).saturating_add(1);
        state.logins.insert(key, Failures { count, last_at: now });
        Ok(())
    }

    pub fn succeeded(&self, login: &str) {
        let mut state = self.lock();
        state.logins.remove(&login.trim().to_lowercase());
        state.failures_this_minute = state.failures_this_minute.saturating_sub(1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seconds(wait_s: i64) -> u32 {
    u32::try_from(wait_s).unwrap_or(u32::MAX).max(1)
}

fn wait_after_s(failures: u32) -> i64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(beyond) => 2_i64.saturating_pow(beyond.min(20)).min(LONGEST_WAIT_S),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ManualClock;

    fn at_noon() -> (ManualClock, Throttle) {
        let clock = ManualClock::at(UnixSeconds(1_700_000_040));
        (clock.clone(), Throttle::new(Clock::Manual(clock)))
    }

    #[test]
    fn a_login_that_keeps_failing_has_to_wait_longer_and_longer() {
        let (clock, throttle) = at_noon();
        for _ in 0..FREE_FAILURES {
            assert_eq!(throttle.begin("ada"), Ok(()));
        }
        assert_eq!(throttle.begin("ADA "), Err(1));
        clock.advance_ms(1000);
        assert_eq!(throttle.begin("ada"), Ok(()));
        assert_eq!(throttle.begin("ada"), Err(2));
        assert_eq!(throttle.begin("bob"), Ok(()), "others are not kept out");
    }

    #[test]
    fn signing_in_clears_the_failures() {
        let (_clock, throttle) = at_noon();
        for _ in 0..20 {
            assert_eq!(throttle.begin("ada"), Ok(()));
            throttle.succeeded("ada");
        }
    }

    #[test]
    fn many_logins_together_are_slowed_down() {
        let (clock, throttle) = at_noon();
        let failed = (0..100).filter(|i| throttle.begin(&format!("user{i}")).is_err()).count();
        assert_eq!(failed, 40);
        clock.advance_ms(60_000);
        assert_eq!(throttle.begin("user99"), Ok(()));
    }
}

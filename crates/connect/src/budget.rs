//! One budget of requests: evenly spaced turns, at a rate that drops when the provider says so and comes back slowly.

use std::time::Duration;

use tokio::time::Instant;

const HOUR_NS: u64 = 3_600_000_000_000;
/// How many turns may be taken at once after a pause in which none was, where the share leaves no room for more.
const LEAST_BURST: u32 = 3;
/// From a standstill back to the full rate. A single refusal is made up for in seconds; while refusals go on, the rate
/// settles where they become rare.
const RECOVERY_MS: u64 = 40_000;
/// What is left of the rate after a refusal: 3 of 4.
const LEFT: (u64, u64) = (3, 4);
/// Answers to requests that were under way when the rate dropped say nothing about the new one.
const SETTLING: Duration = Duration::from_secs(1);
/// A slowed budget keeps at least this part of its rate, else it would never hear that things got better.
const LEAST_PART: u64 = 50;

#[derive(Debug)]
pub(crate) struct Budget {
    full_per_hour: u64,
    per_hour: u64,
    /// How many turns may be taken at once after a pause in which none was.
    burst: u32,
    recovered_at: Instant,
    slowed_at: Option<Instant>,
    next_at: Instant,
}

impl Budget {
    /// A share of what the provider takes in a second. What the share leaves free is there for turns that came late: whoever
    /// was busy while they were due takes them afterwards, and within no second does the provider get more than it takes.
    pub(crate) fn new(per_second: u64, share_percent: u64, now: Instant) -> Self {
        let full_per_hour = (per_second * 3600 * share_percent / 100).max(1);
        let free = (per_second * 100).saturating_sub(per_second * share_percent) / 100;
        let burst = u32::try_from(free.saturating_sub(1)).unwrap_or(u32::MAX).max(LEAST_BURST);
        Self {
            full_per_hour,
            per_hour: full_per_hour,
            burst,
            recovered_at: now,
            slowed_at: None,
            next_at: now,
        }
    }

    /// Takes the next turn and says when it is.
    pub(crate) fn take_turn(&mut self, now: Instant) -> Instant {
        self.recover(now);
        let spacing = Duration::from_nanos(HOUR_NS / self.per_hour);
        let saved_up = now.checked_sub(spacing * self.burst).unwrap_or(now);
        let turn = self.next_at.max(saved_up);
        self.next_at = turn + spacing;
        turn.max(now)
    }

    /// Lowers the rate, and lets nobody go before the pause is over.
    pub(crate) fn slow_down(&mut self, now: Instant, pause: Duration) {
        self.pause(now, pause);
        if self.slowed_at.is_some_and(|at| now < at + SETTLING) {
            return;
        }
        self.recover(now);
        self.slowed_at = Some(now);
        let left = self.per_hour * LEFT.0 / LEFT.1;
        self.per_hour = left.max(self.full_per_hour / LEAST_PART).max(1);
    }

    pub(crate) fn pause(&mut self, now: Instant, pause: Duration) {
        self.next_at = self.next_at.max(now + pause);
    }

    fn recover(&mut self, now: Instant) {
        let passed_ms = u64::try_from(now.saturating_duration_since(self.recovered_at).as_millis());
        let regained = self.full_per_hour.saturating_mul(passed_ms.unwrap_or(u64::MAX)) / RECOVERY_MS;
        if regained > 0 {
            self.per_hour = self.per_hour.saturating_add(regained).min(self.full_per_hour);
            self.recovered_at = now;
        }
    }
}

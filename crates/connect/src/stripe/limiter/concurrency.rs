//! A bound on requests at once that can be moved while they run.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// One more place comes back after each of these without a complaint.
const RECOVERY: Duration = Duration::from_secs(5);
const SETTLING: Duration = Duration::from_secs(1);

pub(super) struct Concurrency {
    state: Mutex<State>,
    freed: Notify,
}

struct State {
    running: u64,
    full: u64,
    bound: u64,
    changed_at: Instant,
}

/// A request that runs. Dropping it, also by canceling, makes room.
pub(in crate::stripe) struct RunningRequest<'a>(&'a Concurrency);

impl Concurrency {
    pub(super) fn new(bound: u64) -> Self {
        let state = State { running: 0, full: bound, bound, changed_at: Instant::now() };
        Self { state: Mutex::new(state), freed: Notify::new() }
    }

    pub(super) async fn enter(&self) -> RunningRequest<'_> {
        loop {
            let freed = self.freed.notified();
            if self.state().admit() {
                return RunningRequest(self);
            }
            freed.await;
        }
    }

    /// Halves the bound.
    pub(super) fn slow_down(&self) {
        let mut state = self.state();
        let now = Instant::now();
        if state.bound == state.full || now >= state.changed_at + SETTLING {
            state.bound = (state.bound / 2).max(1);
            state.changed_at = now;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn admit(&mut self) -> bool {
        if self.bound < self.full && Instant::now() >= self.changed_at + RECOVERY {
            self.bound += 1;
            self.changed_at = Instant::now();
        }
        let has_room = self.running < self.bound;
        self.running += u64::from(has_room);
        has_room
    }
}

impl Drop for RunningRequest<'_> {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.freed.notify_one();
    }
}

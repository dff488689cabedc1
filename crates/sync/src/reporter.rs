//! Reports progress to listeners, never more often than an eye can follow.

use std::sync::{Arc, Mutex, PoisonError};

use model::{Clock, UnixSeconds};
use tokio::sync::watch;

use crate::progress::{Phase, Progress, RateMeter};

const EVERY_MS: i64 = 200;

#[derive(Clone)]
pub(crate) struct Reporter(Arc<Inner>);

struct Inner {
    sender: watch::Sender<Progress>,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    meter: RateMeter,
    told_at_ms: Option<i64>,
}

impl Reporter {
    pub fn new(clock: Clock) -> Self {
        let (sender, _) = watch::channel(Progress::default());
        Self(Arc::new(Inner { sender, clock, state: Mutex::default() }))
    }

    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.0.sender.subscribe()
    }

    /// Begins a phase. What is known of the connection stays.
    pub fn begin(&self, phase: Phase) {
        self.change(|progress| {
            let is_new = matches!(progress.phase, Phase::Idle | Phase::Failed);
            if is_new || progress.started_at.is_none() {
                progress.started_at = Some(self.0.clock.now());
                progress.objects_done = 0;
            }
            progress.phase = phase;
            progress.seconds_left = None;
            progress.objects_per_second = 0;
            progress.message = None;
        });
    }

    pub fn end(&self, phase: Phase, message: Option<String>) {
        self.change(|progress| {
            progress.phase = phase;
            progress.objects_per_second = 0;
            progress.seconds_left = None;
            progress.message = message;
        });
    }

    pub fn message(&self, message: Option<String>) {
        self.0.sender.send_if_modified(|progress| {
            let is_new = progress.message != message;
            progress.message = message;
            is_new
        });
    }

    pub fn change(&self, change: impl FnOnce(&mut Progress)) {
        self.0.sender.send_modify(change);
    }

    /// Counts objects.
    pub fn count(&self, objects: u64) {
        self.state().meter.add(self.0.clock.now_ms(), objects);
        self.0.sender.send_if_modified(|progress| {
            progress.objects_done += objects;
            false
        });
    }

    /// Whether it is time to report again. A caller that gets `true` must report.
    pub fn is_due(&self) -> bool {
        let now_ms = self.0.clock.now_ms();
        let mut state = self.state();
        let is_due = state.told_at_ms.is_none_or(|told_at_ms| now_ms - told_at_ms >= EVERY_MS);
        if is_due {
            state.told_at_ms = Some(now_ms);
        }
        is_due
    }

    pub fn per_second(&self) -> u64 {
        self.state().meter.per_second(self.0.clock.now_ms())
    }

    pub fn data_through(&self, data_through: Option<UnixSeconds>) {
        self.change(|progress| progress.data_through = data_through);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

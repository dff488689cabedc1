//! Reports progress to listeners, never more often than an eye can follow.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Clock, ObjectKind, UnixSeconds};
use store::KindFacts;
use tokio::sync::watch;

use crate::progress::{KindProgress, Phase, Progress, RateMeter};

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
    reported_at_ms: Option<i64>,
    /// Objects of each kind that are in the file.
    kept: BTreeMap<ObjectKind, u64>,
    /// When the oldest of each kind was created.
    oldest: BTreeMap<ObjectKind, UnixSeconds>,
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

    /// Objects came, which makes the rate. How many are kept the file says.
    pub fn count(&self, objects: u64) {
        self.state().meter.add(self.0.clock.now_ms(), objects);
    }

    /// Whether the progress of the kinds was ever reported.
    pub fn shows_kinds(&self) -> bool {
        !self.0.sender.borrow().kinds.is_empty()
    }

    /// What the file has of each kind.
    pub fn kept(&self, facts: &[KindFacts]) {
        let kept: BTreeMap<ObjectKind, u64> = facts.iter().map(|facts| (facts.kind, facts.count)).collect();
        {
            let mut state = self.state();
            state.kept.clone_from(&kept);
            let oldest = facts.iter().filter_map(|facts| Some((facts.kind, facts.oldest_created_at?)));
            state.oldest = oldest.collect();
        }
        self.0.sender.send_if_modified(|progress| {
            let kinds = std::mem::take(&mut progress.kinds);
            show_kinds(progress, kinds, &kept);
            false
        });
    }

    /// When the oldest object of a kind was created, as far as that was reported.
    pub fn oldest(&self, kind: ObjectKind) -> Option<UnixSeconds> {
        self.state().oldest.get(&kind).copied()
    }

    /// How far the kinds are, counted by what the file has of them.
    pub fn show_kinds(&self, progress: &mut Progress, kinds: Vec<KindProgress>) {
        show_kinds(progress, kinds, &self.state().kept);
    }

    /// Whether it is time for another report. A caller that gets `true` has to send one.
    pub fn is_due(&self) -> bool {
        let now_ms = self.0.clock.now_ms();
        let mut state = self.state();
        let is_due = state.reported_at_ms.is_none_or(|reported_at_ms| now_ms - reported_at_ms >= EVERY_MS);
        if is_due {
            state.reported_at_ms = Some(now_ms);
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

fn show_kinds(progress: &mut Progress, mut kinds: Vec<KindProgress>, kept: &BTreeMap<ObjectKind, u64>) {
    for kind in &mut kinds {
        kind.count_kept(kept.get(&kind.kind).copied().unwrap_or(0));
    }
    progress.objects_done = kinds.iter().map(|kind| kind.done).sum();
    progress.kinds = kinds;
}

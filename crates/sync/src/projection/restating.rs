//! Compares what is built with what was shown before, and records differences in past months.

use std::sync::{Mutex, MutexGuard, PoisonError};

use connect::Source;
use jiff::tz::TimeZone;
use metrics::columns::Ledger;
use metrics::ledger::CustomerLedger;
use metrics::restate::{self, PreviousFigures};
use model::billing::CustomerHistory;
use model::{CustomerId, Restatement, RestatementReason, Settings, UnixSeconds};
use store::{Batch, Objects, StoreError};

use super::build::{Built, build_comparing};
use super::{OnProgress, Previous};
use crate::SyncError;

/// Restatements that may wait in memory: each write of them waits for the disk.
const AT_ONCE: usize = 10_000;

/// That figures of a connection are final once their month is over: its whole history was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    /// Up to when what was shown last knew everything.
    pub shown_through: UnixSeconds,
    pub now: UnixSeconds,
}

/// One comparison, of any customers and from any threads.
pub struct Restating<'a> {
    objects: &'a Objects,
    previous: &'a Ledger,
    shown: PreviousFigures<'a>,
    now: UnixSeconds,
    found: Mutex<Vec<Restatement>>,
}

impl<'a> Restating<'a> {
    /// Against what was shown last; `zone` is that of what is shown next.
    pub fn new(objects: &'a Objects, previous: &'a Ledger, zone: &TimeZone, recording: Recording) -> Self {
        let shown = PreviousFigures::new(previous, recording.shown_through, zone);
        Self { objects, previous, shown, now: recording.now, found: Mutex::default() }
    }

    /// The same for a change that has one reason for all customers.
    #[must_use]
    pub fn because(self, reason: RestatementReason) -> Self {
        Self { shown: self.shown.because(reason), ..self }
    }

    pub(super) fn customer(
        &self,
        id: &CustomerId,
        history: &CustomerHistory,
        ledger: &CustomerLedger,
    ) -> Result<(), StoreError> {
        self.add(self.shown.restated(id, history, ledger))
    }

    /// Customers that are no longer in the new ledger, because the objects of the "no customer" entry have an owner
    /// now.
    pub(super) fn those_gone_from(&self, new: &Ledger) -> Result<(), StoreError> {
        let gone = self.previous.customer_ids().into_iter().filter(|id| new.customer(id).is_none());
        for id in gone {
            self.customer(&id, &CustomerHistory::default(), &CustomerLedger::default())?;
        }
        Ok(())
    }

    /// Every customer. Only for a change that has one reason.
    ///
    /// # Errors
    /// What the store says.
    pub fn everybody(&self, new: &Ledger) -> Result<(), StoreError> {
        self.shown.restated_by(new).try_for_each(|one| self.add(vec![one]))
    }

    fn add(&self, restated: Vec<Restatement>) -> Result<(), StoreError> {
        let mut found = self.found();
        found.extend(restated);
        if found.len() < AT_ONCE {
            return Ok(());
        }
        let full = std::mem::take(&mut *found);
        drop(found);
        self.record(full)
    }

    /// Records what is left. Only then may the new figures be stored: recording them twice does no harm, and never
    /// would.
    ///
    /// # Errors
    /// What the store says.
    pub fn finish(self) -> Result<(), StoreError> {
        let rest = std::mem::take(&mut *self.found());
        self.record(rest)
    }

    fn record(&self, restatements: Vec<Restatement>) -> Result<(), StoreError> {
        record(self.objects, restatements, self.now)
    }

    fn found(&self) -> MutexGuard<'_, Vec<Restatement>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn record(objects: &Objects, restatements: Vec<Restatement>, now: UnixSeconds) -> Result<(), StoreError> {
    if restatements.is_empty() {
        return Ok(());
    }
    let batch = Batch { restatements, seen_at: now, ..Batch::default() };
    let committed = objects.commit_blocking(batch)?;
    tracing::info!(figures = committed.restated, "figures of past months were restated");
    Ok(())
}

/// Records a correction for every figure whose last entry on the list differs from the whole ledger. An entry is written
/// before the ledger is stored, so a crash in between, or a new import, leaves entries that no ledger supports.
///
/// # Errors
/// What the store says.
pub(crate) fn correct(objects: &Objects, ledger: &Ledger, now: UnixSeconds) -> Result<(), StoreError> {
    let mut after: Option<Restatement> = None;
    loop {
        let newest = objects.newest_restatements(after.as_ref(), AT_ONCE)?;
        let newest: Vec<Restatement> = newest.into_iter().map(|recorded| recorded.restatement).collect();
        let Some(last) = newest.last() else { return Ok(()) };
        after = Some(last.clone());
        record(objects, restate::restated_otherwise(newest, ledger).collect(), now)?;
    }
}

/// Everything from the objects, with what it restates of the previous ledger on record.
pub(crate) fn build_recording(
    source: Source,
    objects: &Objects,
    settings: &Settings,
    previous: Option<&Previous>,
    recording: Option<Recording>,
    on_progress: OnProgress<'_>,
) -> Result<Built, SyncError> {
    let zone = settings.zone()?;
    let restating = previous.zip(recording).map(|(previous, recording)| {
        let restating = Restating::new(objects, &previous.ledger, &zone, recording);
        match previous.differs_by {
            Some(reason) => restating.because(reason),
            None => restating,
        }
    });
    let built = build_comparing(source, objects, settings.rules, zone, on_progress, restating.as_ref())?;
    if let Some(restating) = restating {
        restating.finish()?;
    }
    if let Some(recording) = recording {
        correct(objects, &built.ledger, recording.now)?;
    }
    Ok(built)
}

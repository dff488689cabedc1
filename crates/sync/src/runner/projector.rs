//! Keeps the ledger in step with the objects during work: soon after the first page, then as often as it costs little
//! compared with the work itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use connect::{Billed, Source};
use metrics::columns::{CustomerEntry, Ledger, Updated};
use metrics::ledger::CustomerLedger;
use model::{Clock, CustomerId, ObjectKind, Settings};
use rayon::prelude::*;
use store::{ConnectionFiles, Objects, StoreError};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::connection::Connection;
use super::ownerless::KnownOwnerless;
use super::prices::{KnownPrices, Values};
use super::{Snapshot, blocking};
use crate::SyncError;
use crate::audit::{self, Audit};
use crate::history::{self, NOBODY};
use crate::projection::{self, Keeper, LedgerMeta, Recording, Restating};
use crate::writing::Written;

/// The first figures are shown this soon after the first objects.
const FIRST_AFTER: Duration = Duration::from_secs(1);
const AT_LEAST: Duration = Duration::from_secs(2);
/// The same while what changes is brought in.
const LIVE_FIRST_AFTER: Duration = Duration::from_millis(50);
const LIVE_AT_LEAST: Duration = Duration::from_millis(250);
/// At most a fifth of the time goes into it.
const REST_PER_COST: u32 = 4;
/// The ledger's file while history loads, for another process that looks and for the start after a crash.
const KEPT_AT_MOST_EVERY: Duration = Duration::from_secs(5);
const KEPT_AT_LEAST_EVERY: Duration = Duration::from_secs(600);
/// Customers whose ledgers are in memory beside the columns that they go into.
const AT_ONCE: usize = 2048;
/// Customers that one core takes at a time.
const PER_CORE: usize = 64;

pub(super) struct Projector {
    pub source: Source,
    pub connection: Arc<Connection>,
    pub epoch: u64,
    pub objects: Objects,
    pub files: ConnectionFiles,
    pub settings: Settings,
    /// `None`: history is still loading. Nothing is final then, and what seems to be nobody's mostly has an owner who
    /// has not arrived.
    pub recording: Option<Recording>,
    pub clock: Clock,
    pub prices: KnownPrices,
    /// `None`: not read yet.
    pub ownerless: Option<KnownOwnerless>,
    pub shown: Snapshot,
    pub dirty: Dirty,
    pub unsaved: Unsaved,
}

/// What is shown and not in the ledger's file yet. While history loads nearly every blob changes all the time, and each
/// is written over again at the end: so the file is written after twice the time that it took to the last writing.
#[derive(Debug)]
pub(super) struct Unsaved {
    blobs: BTreeSet<u32>,
    sequence: Option<u64>,
    began: Instant,
    due: Instant,
}

impl Default for Unsaved {
    fn default() -> Self {
        let now = Instant::now();
        Self { blobs: BTreeSet::new(), sequence: None, began: now, due: now }
    }
}

/// What the ledger does not have yet.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    customers: BTreeSet<CustomerId>,
    /// What belongs to no customer, or belonged to none.
    ownerless: BTreeSet<(ObjectKind, String)>,
    /// Prices and products.
    listed: BTreeSet<(ObjectKind, String)>,
    /// Balance transactions.
    balance: BTreeSet<String>,
    /// Of the last commit that this is about.
    sequence: Option<u64>,
}

/// What became of the "no customer" entry.
enum Nobody {
    AsBefore,
    Changed(Box<Billed>),
    /// Shown, and nothing is theirs any more.
    Gone,
}

impl Dirty {
    fn absorb(&mut self, source: Source, written: Written) {
        self.customers.extend(written.committed.touched_customers);
        self.ownerless.extend(written.committed.touched_ownerless);
        let kinds = &written.committed.changed_kinds;
        for (kind, id) in written.listed.into_iter().filter(|(kind, _)| kinds.contains(kind)) {
            if source.balance_kinds().contains(&kind) {
                self.balance.insert(id);
            } else {
                self.listed.insert((kind, id));
            }
        }
        self.sequence = Some(written.sequence);
    }

    fn is_empty(&self) -> bool {
        self.customers.is_empty()
            && self.ownerless.is_empty()
            && self.listed.is_empty()
            && self.balance.is_empty()
    }
}

impl Projector {
    /// Runs until nobody writes any more, and brings the ledger up to the last commit.
    pub async fn run(mut self, mut written: mpsc::UnboundedReceiver<Written>) -> Result<Self, SyncError> {
        // A page that is open shows a change within a second; a load has more to do than to be shown.
        let (first_after, at_least) = match self.recording {
            Some(_) => (LIVE_FIRST_AFTER, LIVE_AT_LEAST),
            None => (FIRST_AFTER, AT_LEAST),
        };
        let mut due = Instant::now() + first_after;
        let mut is_first = true;
        loop {
            tokio::select! {
                heard = written.recv() => match heard {
                    Some(written) => {
                        self.dirty.absorb(self.source, written);
                        if self.recording.is_none() {
                            // The whole ledger is built at the end of a load, and the balance is loaded last.
                            self.dirty.balance.clear();
                        }
                        if std::mem::take(&mut is_first) {
                            due = Instant::now() + first_after;
                        }
                    }
                    None => break,
                },
                () = sleep_until(due), if !self.dirty.is_empty() => {
                    let began_ms = self.clock.now_ms();
                    self = blocking(move || { self.project()?; Ok(self) }).await?;
                    let cost_ms = u64::try_from(self.clock.now_ms() - began_ms).unwrap_or(0);
                    let rest = Duration::from_millis(cost_ms) * REST_PER_COST;
                    due = Instant::now() + rest.max(at_least);
                }
            }
        }
        Ok(self)
    }

    /// Makes the ledger of all that is dirty, shows and stores it.
    pub fn project(&mut self) -> Result<(), SyncError> {
        let dirty = std::mem::take(&mut self.dirty);
        let Some(sequence) = dirty.sequence else { return Ok(()) };
        if self.prices.renew(self.source, &self.objects, &dirty.listed, sequence)? == Values::Others {
            return self.build_all();
        }
        let nobody = match self.nobody(&dirty.ownerless, sequence)? {
            Nobody::AsBefore => None,
            Nobody::Changed(billed) => Some(*billed),
            Nobody::Gone => return self.build_all(),
        };
        if dirty.is_empty() {
            return self.keep(&[], sequence);
        }
        let customers: Vec<CustomerId> = dirty.customers.into_iter().collect();
        let before = Arc::clone(&self.shown.ledger);
        let objects = self.objects.clone();
        let restating =
            self.recording.map(|recording| Restating::new(&objects, &before, before.zone(), recording));
        let mut ledger = Ledger::clone(&before);
        let mut changed = BTreeSet::new();
        // Some at a time: all of a large account's customers at once would not fit into memory.
        for customers in customers.chunks(AT_ONCE) {
            let changes = self.ledgers_of(customers, restating.as_ref())?;
            let updated = ledger.update(changes, self.prices.book());
            ledger = updated.ledger;
            changed.extend(updated.dirty);
        }
        let is_described = !customers.is_empty() || nobody.is_some();
        if let Some(billed) = nobody {
            let (book, rules) = (self.prices.book(), self.settings.rules);
            let part = projection::build_ownerless(billed, book, rules, restating.as_ref())?;
            self.prices.insert_inline(part.inline_prices);
            let updated = ledger.update(part.changes, self.prices.book());
            ledger = updated.ledger;
            changed.extend(updated.dirty);
        }
        match self.with_balance(&ledger, &dirty.balance)? {
            Some(updated) => {
                ledger = updated.ledger;
                changed.extend(updated.dirty);
            }
            None => return self.build_all(),
        }
        if !is_described {
            let described = ledger.with_prices(self.prices.book());
            ledger = described.ledger;
            changed.extend(described.dirty);
        }
        restating.map_or(Ok(()), Restating::finish)?;
        self.show(ledger);
        self.keep(&changed.into_iter().collect::<Vec<u32>>(), sequence)
    }

    /// A ledger with these balance transactions as they are now. `None`: it has to be built again.
    fn with_balance(&self, ledger: &Ledger, ids: &BTreeSet<String>) -> Result<Option<Updated>, StoreError> {
        let changes = history::changes_of_balance(self.source, &self.objects, ids)?;
        Ok(ledger.with_balance_changes(&changes))
    }

    fn ledgers_of(
        &mut self,
        customers: &[CustomerId],
        restating: Option<&Restating<'_>>,
    ) -> Result<Vec<(CustomerEntry, CustomerLedger)>, StoreError> {
        let (source, objects, book, rules) =
            (self.source, &self.objects, self.prices.book(), self.settings.rules);
        let parts: Result<Vec<_>, StoreError> = customers
            .par_chunks(PER_CORE)
            .map(|ids| projection::build_some(source, objects, ids, book, rules, restating))
            .collect();
        let mut changes = Vec::with_capacity(customers.len());
        for part in parts? {
            changes.extend(part.changes);
            self.prices.insert_inline(part.inline_prices);
        }
        Ok(changes)
    }

    /// What is to become of the "no customer" entry, which exists only while it owns at least one object.
    fn nobody(
        &mut self,
        touched: &BTreeSet<(ObjectKind, String)>,
        sequence: u64,
    ) -> Result<Nobody, StoreError> {
        if let Some(known) = &mut self.ownerless {
            known.renew(self.source, &self.objects, touched, sequence)?;
        }
        if touched.is_empty() {
            return Ok(Nobody::AsBefore);
        }
        if self.recording.is_some() {
            let known = match self.ownerless.take() {
                Some(known) => known,
                None => KnownOwnerless::read(self.source, &self.objects)?,
            };
            let known = self.ownerless.insert(known);
            if !known.is_empty() {
                return Ok(Nobody::Changed(Box::new(known.billed(self.source))));
            }
        }
        // Its objects have an owner now. A snapshot can't lose a customer, so it is rebuilt.
        let is_shown = self.shown.ledger.customer(&CustomerId::from(NOBODY)).is_some();
        Ok(if is_shown { Nobody::Gone } else { Nobody::AsBefore })
    }

    /// Compares the figures of these customers with what their objects give; if any differ, everything is rebuilt.
    /// Stores the report.
    pub fn audit(&mut self, mut audit: Audit, customers: &[CustomerId]) -> Result<(), SyncError> {
        let (shown, rules, now) = (Arc::clone(&self.shown.ledger), self.settings.rules, self.clock.now());
        audit.differing =
            audit::differing(self.source, &self.objects, customers, &shown, self.prices.book(), rules, now)?;
        if !audit.differing.is_empty() {
            let customers = audit.differing.len();
            tracing::error!(customers, "audit found differing figures; ledger rebuilt");
            self.build_all()?;
        }
        Ok(audit.keep(&self.objects)?)
    }

    /// Builds the whole ledger from the objects.
    pub fn build_all(&mut self) -> Result<(), SyncError> {
        self.dirty = Dirty::default();
        self.unsaved = Unsaved::default();
        // What changed of it is no longer known.
        self.ownerless = None;
        let reporter = self.connection.reporter.clone();
        let tell = move |done: u64, total: u64| {
            if reporter.is_due() {
                reporter.message(Some(format!("{done} of {total} customers")));
            }
        };
        let built = super::ledger::build_telling(
            self.source,
            &self.files,
            &self.settings,
            &self.objects,
            self.recording,
            &tell,
        );
        self.connection.reporter.message(None);
        let before = std::mem::replace(&mut self.shown, built?);
        // A damaged file was rebuilt, and counts from the beginning.
        if self.shown.version <= before.version {
            self.connection.drop_shown(before.version);
        }
        self.connection.publish(self.shown.clone(), self.epoch);
        self.prices = KnownPrices::read(self.source, &self.objects)?;
        Ok(())
    }

    fn show(&mut self, ledger: Ledger) {
        self.shown = Snapshot { version: self.shown.version + 1, ledger: Arc::new(ledger) };
        self.connection.publish(self.shown.clone(), self.epoch);
    }

    fn keep(&mut self, dirty: &[u32], sequence: u64) -> Result<(), SyncError> {
        self.unsaved.blobs.extend(dirty);
        self.unsaved.sequence = Some(sequence);
        if self.recording.is_none() && Instant::now() < self.unsaved.due {
            return Ok(());
        }
        self.keep_rest()
    }

    /// Writes what is shown and not in the file yet.
    pub fn keep_rest(&mut self) -> Result<(), SyncError> {
        let Some(sequence) = self.unsaved.sequence.take() else { return Ok(()) };
        let dirty: Vec<u32> = std::mem::take(&mut self.unsaved.blobs).into_iter().collect();
        let now = Instant::now();
        let rest = (now - self.unsaved.began).clamp(KEPT_AT_MOST_EVERY, KEPT_AT_LEAST_EVERY);
        self.unsaved.due = now + rest;
        let mut keeper = Keeper::open(&self.files, &self.settings)?;
        let kept = LedgerMeta {
            sequence: Some(sequence.to_string()),
            version: self.shown.version,
            problems: Vec::new(),
        };
        match keeper.put_dirty(&self.shown.ledger, &dirty, &kept) {
            Err(StoreError::Damaged { .. }) => Ok(keeper.put_all(&self.shown.ledger, &kept)?),
            put => Ok(put?),
        }
    }
}

#[cfg(test)]
mod tests;

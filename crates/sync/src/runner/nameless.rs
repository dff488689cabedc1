//! Deletes personal data from a connection's files, while what it shows goes on being shown without names.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use connect::Source;
use metrics::columns::Ledger;
use model::{CustomerId, EmailKey, ObjectKind, Settings};
use store::{ConnectionFiles, Erasure, Outline, Rewritable, StoreError, Whose};

use super::Snapshot;
use super::connection::Connection;
use super::ledger::{self, InStep};
use crate::SyncError;
use crate::history::NOBODY;
use crate::projection::{Keeper, LedgerMeta, Recording};

/// What dictionaries of a source's objects are made of.
pub(super) fn outline_of(source: Source) -> Outline {
    Arc::new(move |kind, body| source.outline(kind, body))
}

/// The objects of some customers, and the balance transactions booked for them.
struct Theirs {
    source: Source,
    customers: HashSet<String>,
    objects: HashSet<String>,
}

impl Theirs {
    fn of(source: Source, files: &ConnectionFiles, customers: &[CustomerId]) -> Result<Self, StoreError> {
        let objects = files.objects_to_read()?.ids_by_customers(customers)?;
        let objects = objects.into_iter().map(|(_, id)| id).collect();
        Ok(Self { source, customers: customers.iter().map(ToString::to_string).collect(), objects })
    }

    fn has(&self, seen: &Rewritable<'_>) -> bool {
        match seen.customer {
            Some(customer) => self.customers.contains(customer),
            // It names what it was booked for, and may repeat its description.
            None => {
                let booked_for = self.source.booked_for(seen.kind, seen.body);
                booked_for.is_some_and(|id| self.objects.contains(&id))
            }
        }
    }
}

/// A connection from which personal data is deleted. Nobody else works on it meanwhile, or loads its ledger.
pub(super) struct Forgetting {
    pub source: Source,
    pub files: ConnectionFiles,
    pub settings: Settings,
    /// By which key addresses are hashed where everybody's are deleted.
    pub email_key: Option<EmailKey>,
    pub recording: Option<Recording>,
    pub connection: Arc<Connection>,
    /// Of what is shown.
    pub epoch: u64,
}

impl Forgetting {
    /// The ledger before anything is deleted: what other settings restate is recorded while it is there. `None` while
    /// history is still loading.
    ///
    /// # Errors
    /// What the store says.
    pub fn record_restated(&self) -> Result<Option<InStep>, SyncError> {
        ledger::record_restated(self.source, &self.files, &self.settings, self.recording)
    }

    /// Deletes the personal data in whatever is theirs, notes so with it, and returns how many objects of each kind that
    /// was. The ledger names customers: it is cleared first, and comes back without the names. Pages show it so from the
    /// beginning; where `stored` is none, they show what they did.
    ///
    /// # Errors
    /// `AlreadyOpen` from the store while another process works on it; what else the store says.
    pub fn delete(
        &self,
        stored: Option<InStep>,
        shown: Option<Snapshot>,
        whose: Whose<'_>,
        note: (&str, &str),
        tell: impl FnMut(u64),
    ) -> Result<BTreeMap<ObjectKind, u64>, SyncError> {
        // A new folder gets its tables first.
        drop(self.files.objects_to_write()?);
        let shown = stored.as_ref().map(|stored| stored.snapshot.clone()).or(shown);
        let nameless = shown.map(|shown| self.show_without_names(&shown, whose));
        let theirs = match whose {
            Whose::Customers(customers) => Some(Theirs::of(self.source, &self.files, customers)?),
            Whose::Everybody => None,
        };
        let redact = |seen: &Rewritable<'_>| match (&theirs, &self.email_key) {
            (None, Some(key)) => self.source.comparable(seen.kind, seen.body, key),
            (None, None) => self.source.redact(seen.kind, seen.body),
            (Some(theirs), _) => theirs.has(seen).then(|| self.source.redact(seen.kind, seen.body)).flatten(),
        };
        let erasure = Erasure { whose, note, outline: outline_of(self.source) };
        let objects = self.files.erase(&erasure, redact, tell)?;
        if let (Some(stored), Some(nameless)) = (stored, nameless) {
            self.keep(nameless, stored)?;
        }
        Ok(objects)
    }

    fn show_without_names(&self, shown: &Snapshot, whose: Whose<'_>) -> Arc<Ledger> {
        let ledger = match whose {
            Whose::Everybody => shown.ledger.without_names(|id| id != NOBODY, self.email_key.as_ref()),
            Whose::Customers(customers) => {
                let customers: HashSet<&str> = customers.iter().map(CustomerId::as_str).collect();
                shown.ledger.without_names(|id| customers.contains(id), None)
            }
        };
        let ledger = Arc::new(ledger);
        let snapshot = Snapshot { version: shown.version + 1, ledger: Arc::clone(&ledger) };
        self.connection.publish(snapshot, self.epoch);
        ledger
    }

    /// Stores the ledger again, so that nobody has to rebuild it. Where objects are left out of it that is better done: it
    /// would say why by what they were.
    fn keep(&self, ledger: Arc<Ledger>, stored: InStep) -> Result<(), SyncError> {
        if stored.has_problems {
            return Ok(());
        }
        let objects = self.files.objects_to_read()?;
        let mut keeper = Keeper::open(&self.files, &self.settings)?;
        let version = keeper.next_version(&objects)?;
        // Also where another process has written since: then it is made again.
        let kept = LedgerMeta { sequence: stored.sequence, version, problems: Vec::new() };
        keeper.put_all(&ledger, &kept)?;
        self.connection.publish(Snapshot { version, ledger }, self.epoch);
        Ok(())
    }
}

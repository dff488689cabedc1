//! Personal data that must not be kept: deleted from stored objects, and kept from coming back.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use connect::{Privacy, Source};
use metrics::columns::CustomerEntry;
use model::{ConnectionId, CustomerId, ObjectKind, Settings, UnixSeconds, WorkspaceId};
use serde::Serialize;
use store::{Batch, Catalog, ConnectionFiles, ConnectionRecord, Objects, Rewritable, StoreError};

use super::connection::Connection;
use super::record::source_of;
use super::{Runner, Shared, Snapshot, blocking, ledger};
use crate::blocking::to_its_end;
use crate::progress::Phase;
use crate::{SyncError, history, projection};

/// What was done to what is kept: empty, or [`PSEUDONYMOUS`].
const PRIVACY: &str = "privacy";
const PSEUDONYMOUS: &str = "pseudonymous";
/// Before the id of a customer whose personal data was erased, and when.
pub(super) const ERASED: &str = "erased/";

/// Proof that personal data was erased, and from how many objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErasureReceipt {
    pub connection: ConnectionId,
    pub customer: CustomerId,
    pub erased_at: UnixSeconds,
    /// By kind.
    pub objects: BTreeMap<ObjectKind, u64>,
}

/// What personal data a connection's client may pass on.
pub(super) fn privacy_of(settings: &Settings) -> Privacy {
    if settings.gdpr { Privacy::Pseudonymous } else { Privacy::AsReceived }
}

/// What the objects note of customers whose personal data is dropped whenever it comes again.
#[derive(PartialEq)]
pub(super) struct Noted {
    for_good: Vec<CustomerId>,
    /// One a line.
    past_retention: String,
}

impl Noted {
    pub fn of(objects: &Objects) -> Result<Self, StoreError> {
        let past_retention = objects.meta(super::retention::PAST_RETENTION)?.unwrap_or_default();
        Ok(Self { for_good: erased_for_good(objects)?, past_retention })
    }

    pub fn customers(&self) -> HashSet<String> {
        let for_good = self.for_good.iter().map(CustomerId::as_str);
        for_good.chain(self.past_retention.lines()).map(str::to_owned).collect()
    }
}

fn erased_for_good(objects: &Objects) -> Result<Vec<CustomerId>, StoreError> {
    let keys = objects.meta_keys(ERASED)?;
    Ok(keys.iter().filter_map(|key| key.strip_prefix(ERASED)).map(CustomerId::from).collect())
}

/// Permanently deletes the personal data of some customers; returns the number of objects of each kind.
fn erase(
    source: Source,
    files: &ConnectionFiles,
    customers: &[CustomerId],
    now: UnixSeconds,
) -> Result<BTreeMap<ObjectKind, u64>, StoreError> {
    let notes: Vec<_> =
        customers.iter().map(|customer| (format!("{ERASED}{customer}"), now.0.to_string())).collect();
    let Some((key, at)) = notes.first() else { return Ok(BTreeMap::new()) };
    // A new folder gets its tables first.
    drop(files.objects_to_write()?);
    let theirs = Theirs::of(source, files, customers)?;
    let objects = drop_personal(source, files, (key, at), |seen| theirs.has(seen), |_| {})?;
    files.objects_to_write()?.commit_blocking(Batch { meta: notes, ..Batch::default() })?;
    Ok(objects)
}

/// The objects of some customers, and the balance transactions booked for them.
pub(super) struct Theirs {
    source: Source,
    customers: HashSet<String>,
    objects: HashSet<String>,
}

impl Theirs {
    pub fn of(source: Source, files: &ConnectionFiles, customers: &[CustomerId]) -> Result<Self, StoreError> {
        let stored = files.objects_to_read()?;
        let mut objects = HashSet::new();
        for customer in customers {
            objects.extend(stored.ids_by_customer(customer)?.into_iter().map(|(_, id)| id));
        }
        Ok(Self { source, customers: customers.iter().map(ToString::to_string).collect(), objects })
    }

    pub fn has(&self, seen: &Rewritable<'_>) -> bool {
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

/// Privacy decisions that have not been applied to the stored objects yet.
struct Undone {
    is_private: bool,
    /// Cut off, or decided on objects that these took the place of.
    erasures: Vec<CustomerId>,
}

impl Undone {
    fn find(
        catalog: &Catalog,
        record: &ConnectionRecord,
        files: &ConnectionFiles,
        now: UnixSeconds,
    ) -> Result<Self, StoreError> {
        let mut erasures = catalog.erasures(&record.workspace, &record.id)?;
        let Some(objects) = files.objects_if_any()? else {
            return Ok(Self { is_private: false, erasures });
        };
        let done = erased_for_good(&objects)?;
        // Of before the catalog kept them, or it is a backup's.
        let unknown: Vec<_> = done.iter().filter(|one| !erasures.contains(one)).cloned().collect();
        if !unknown.is_empty() {
            catalog.add_erasures(&record.workspace, &record.id, &unknown, now)?;
        }
        erasures.retain(|one| !done.contains(one));
        let is_private = objects.meta(PRIVACY)?.as_deref() == Some(PSEUDONYMOUS);
        Ok(Self { is_private, erasures })
    }
}

/// Deletes the personal data in all that `is_theirs`, notes so with it, and how many objects of each kind that was.
/// The ledger names customers, so it goes and is rebuilt.
pub(super) fn drop_personal(
    source: Source,
    files: &ConnectionFiles,
    note: (&str, &str),
    is_theirs: impl Fn(&Rewritable<'_>) -> bool,
    tell: impl FnMut(u64),
) -> Result<BTreeMap<ObjectKind, u64>, StoreError> {
    let redact =
        |seen: &Rewritable<'_>| is_theirs(seen).then(|| source.redact(seen.kind, seen.body)).flatten();
    files.rewrite_objects(note, redact, tell)
}

/// What is shown, without what identifies some customers: it goes on being shown while the files are rewritten.
fn without_names(
    source: Source,
    files: &ConnectionFiles,
    settings: &Settings,
    shown: &Snapshot,
    customers: &[CustomerId],
) -> Result<Snapshot, StoreError> {
    let objects = files.objects_to_read()?;
    let book = history::price_book(source, &objects)?.book;
    let built = projection::build_some(source, &objects, customers, &book, settings.rules, None)?;
    let nameless = |(entry, ledger)| (CustomerEntry { name: None, email: None, ..entry }, ledger);
    let changes = built.changes.into_iter().map(nameless).collect();
    let ledger = shown.ledger.update(changes, &book).ledger;
    Ok(Snapshot { version: shown.version + 1, ledger: Arc::new(ledger) })
}

impl Runner {
    /// Permanently deletes a customer's personal data from everything that is stored. Ids, amounts and times are
    /// kept, so no figure changes, and personal data that arrives later is deleted on arrival.
    ///
    /// # Errors
    /// `NoConnection`; `NotFound` from the store where there is no such customer; what else the store says.
    pub async fn erase_customer(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        customer: &CustomerId,
    ) -> Result<ErasureReceipt, SyncError> {
        let record = self.shared.record(workspace, id).await?;
        let (shared, connection, of) =
            (Arc::clone(&self.shared), self.shared.connection(id), customer.clone());
        let files = shared.config.data.connection_files(id);
        let (looking, wanted) = (files.clone(), of.clone());
        let is_there = blocking(move || Ok(!looking.objects_to_read()?.ids_by_customer(&wanted)?.is_empty()));
        if !is_there.await? {
            return Err(StoreError::NotFound { what: format!("customer {of}") }.into());
        }
        to_its_end(async move {
            let shown = connection.peek();
            // Immediately; work in progress continues afterwards.
            let _alone = connection.take_over().await;
            let epoch = connection.epoch();
            // Settings may have changed while it waited.
            let record = shared.record(&record.workspace, &record.id).await?;
            let (source, recording) = (source_of(&record)?, shared.recording(&record));
            let now = shared.config.clock.now();
            let own = Arc::clone(&connection);
            let receipt = blocking(move || {
                ledger::record_restated(source, &files, &record.settings, recording)?;
                // Then: what is cut off from here on is done by the next work.
                let one = std::slice::from_ref(&of);
                shared.config.catalog.add_erasures(&record.workspace, &record.id, one, now)?;
                if let Some(shown) = shown {
                    let nameless = without_names(source, &files, &record.settings, &shown, one)?;
                    own.publish(nameless, epoch);
                }
                let objects = erase(source, &files, one, now)?;
                Ok(ErasureReceipt { connection: record.id, customer: of, erased_at: now, objects })
            });
            let receipt = receipt.await;
            match &receipt {
                // What is shown holds, and the next work makes the ledger's file again.
                Ok(_) => connection.close_reader(),
                Err(_) => connection.close_files(),
            }
            connection.request();
            receipt
        })
        .await
    }
}

impl Shared {
    /// Applies pending privacy decisions before any other work.
    pub(super) async fn ensure_private(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
    ) -> Result<(), SyncError> {
        let source = source_of(record)?;
        let (files, wanted) = (self.config.data.connection_files(&connection.id), record.settings.gdpr);
        let (catalog, now) = (self.config.catalog.clone(), self.config.clock.now());
        let (of, looking) = (record.clone(), files.clone());
        let Undone { is_private, erasures } =
            blocking(move || Ok(Undone::find(&catalog, &of, &looking, now)?)).await?;
        if !erasures.is_empty() || (wanted && !is_private) {
            let (files, settings, recording) =
                (files.clone(), record.settings.clone(), self.recording(record));
            blocking(move || ledger::record_restated(source, &files, &settings, recording)).await?;
        }
        if !erasures.is_empty() {
            connection.reporter.begin(Phase::Erasing);
            let (customers, files) = (erasures.len(), files.clone());
            let _loading = connection.loading.lock().await;
            blocking(move || Ok(erase(source, &files, &erasures, now)?)).await?;
            connection.close_files();
            tracing::info!(customers, "pending erasures were carried out");
        }
        match (is_private, wanted) {
            (false, true) => erase_everybody(source, connection, files).await,
            (true, false) => {
                let note = Batch { meta: vec![(PRIVACY.to_owned(), String::new())], ..Batch::default() };
                blocking(move || Ok(files.objects_to_write()?.commit_blocking(note).map(|_| ())?)).await
            }
            (true, true) | (false, false) => Ok(()),
        }
    }
}

async fn erase_everybody(
    source: Source,
    connection: &Arc<Connection>,
    files: ConnectionFiles,
) -> Result<(), SyncError> {
    connection.reporter.begin(Phase::Erasing);
    let reporter = connection.reporter.clone();
    // Nothing that was computed before is shown meanwhile.
    let _loading = connection.loading.lock().await;
    connection.drop_snapshot();
    let erased = blocking(move || {
        // A new folder gets its tables first.
        drop(files.objects_to_write()?);
        let tell = |done| {
            if reporter.is_due() {
                reporter.message(Some(format!("{done} objects")));
            }
        };
        let objects = drop_personal(source, &files, (PRIVACY, PSEUDONYMOUS), |_| true, tell)?;
        Ok(objects.values().sum::<u64>())
    });
    let objects = erased.await?;
    connection.close_files();
    if objects > 0 {
        tracing::info!(objects, "personal data was erased");
    }
    Ok(())
}

//! Personal data that must not be kept: deleted from stored objects, and kept from coming back.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use connect::Privacy;
use model::{ConnectionId, CustomerId, ObjectKind, UnixSeconds, WorkspaceId};
use serde::Serialize;
use store::{Batch, Catalog, ConnectionFiles, ConnectionRecord, Objects, StoreError, Whose};

use super::connection::Connection;
use super::ledger::InStep;
use super::nameless::Forgetting;
use super::record::source_of;
use super::{Runner, RunnerConfig, Shared, Snapshot, blocking};
use crate::SyncError;
use crate::blocking::to_its_end;
use crate::progress::Phase;

/// What was done to what is kept: empty, or what [`note_of`] says.
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

/// What the objects note of what may be known of customers. A key is named by its fingerprint.
fn note_of(privacy: &Privacy) -> String {
    match privacy {
        Privacy::AsReceived => String::new(),
        Privacy::Pseudonymous => PSEUDONYMOUS.to_owned(),
        Privacy::Comparable(key) => format!("{PSEUDONYMOUS}, email hashes {}", key.fingerprint()),
    }
}

/// What the objects note of customers whose personal data is removed whenever it arrives again.
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
    forgetting: &Forgetting,
    (stored, shown): (Option<InStep>, Option<Snapshot>),
    customers: &[CustomerId],
    now: UnixSeconds,
) -> Result<BTreeMap<ObjectKind, u64>, SyncError> {
    let notes: Vec<_> =
        customers.iter().map(|customer| (format!("{ERASED}{customer}"), now.0.to_string())).collect();
    let Some((key, at)) = notes.first() else { return Ok(BTreeMap::new()) };
    let objects = forgetting.delete(stored, shown, Whose::Customers(customers), (key, at), |_| {})?;
    forgetting.files.objects_to_write()?.commit_blocking(Batch { meta: notes, ..Batch::default() })?;
    Ok(objects)
}

/// Privacy decisions that have not been applied to the stored objects yet.
struct Undone {
    /// What the objects note.
    noted: String,
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
            return Ok(Self { noted: String::new(), erasures });
        };
        let done = erased_for_good(&objects)?;
        // Of before the catalog kept them, or it is a backup's.
        let unknown: Vec<_> = done.iter().filter(|one| !erasures.contains(one)).cloned().collect();
        if !unknown.is_empty() {
            catalog.add_erasures(&record.workspace, &record.id, &unknown, now)?;
        }
        erasures.retain(|one| !done.contains(one));
        Ok(Self { noted: objects.meta(PRIVACY)?.unwrap_or_default(), erasures })
    }
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
        let wanted = of.clone();
        let is_there = blocking(move || Ok(!files.objects_to_read()?.ids_by_customer(&wanted)?.is_empty()));
        if !is_there.await? {
            return Err(StoreError::NotFound { what: format!("customer {of}") }.into());
        }
        let (all, workspace) = (Arc::clone(&self.shared), workspace.clone());
        to_its_end(async move {
            let shown = connection.peek();
            // Immediately; work in progress continues afterwards.
            let _alone = connection.take_over().await;
            let epoch = connection.epoch();
            // Settings may have changed while it waited.
            let record = shared.record(&record.workspace, &record.id).await?;
            let forgetting = shared.forgetting(&connection, &record, epoch)?;
            let now = shared.config.clock.now();
            let receipt = blocking(move || {
                let stored = forgetting.record_restated()?;
                // Then: what is cut off from here on is done by the next work.
                let one = std::slice::from_ref(&of);
                shared.config.catalog.add_erasures(&record.workspace, &record.id, one, now)?;
                let objects = erase(&forgetting, (stored, shown), one, now)?;
                Ok(ErasureReceipt { connection: record.id, customer: of, erased_at: now, objects })
            });
            let receipt = receipt.await;
            match &receipt {
                // What is shown holds.
                Ok(_) => connection.close_reader(),
                Err(_) => connection.close_files(),
            }
            all.together.forget(&workspace);
            connection.request();
            receipt
        })
        .await
    }
}

impl Shared {
    /// What personal data a connection's client may pass on.
    ///
    /// # Errors
    /// What the store says, also of the master key.
    pub(super) fn privacy_of(&self, record: &ConnectionRecord) -> Result<Privacy, StoreError> {
        if !record.settings.gdpr {
            return Ok(Privacy::AsReceived);
        }
        let RunnerConfig { catalog, data, .. } = &self.config;
        let joining = catalog.together_settings(&record.workspace)?.joining;
        if !joining.join_by_email {
            return Ok(Privacy::Pseudonymous);
        }
        data.email_key(catalog, &record.workspace).map(Privacy::Comparable)
    }

    pub(super) fn forgetting(
        &self,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
        epoch: u64,
    ) -> Result<Forgetting, SyncError> {
        Ok(Forgetting {
            source: source_of(record)?,
            files: self.config.data.connection_files(&connection.id),
            settings: record.settings.clone(),
            email_key: None,
            recording: self.recording(record),
            connection: Arc::clone(connection),
            epoch,
        })
    }

    /// Applies pending privacy decisions before any other work.
    pub(super) async fn ensure_private(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
        epoch: u64,
    ) -> Result<(), SyncError> {
        let files = self.config.data.connection_files(&connection.id);
        let (catalog, now) = (self.config.catalog.clone(), self.config.clock.now());
        let (of, looking) = (record.clone(), files.clone());
        let all = Arc::clone(self);
        let (Undone { noted, erasures }, wanted) =
            blocking(move || Ok((Undone::find(&catalog, &of, &looking, now)?, all.privacy_of(&of)?))).await?;
        if !erasures.is_empty() {
            let (customers, forgetting) = (erasures.len(), self.forgetting(connection, record, epoch)?);
            at_work(connection, move |shown| {
                let stored = forgetting.record_restated()?;
                erase(&forgetting, (stored, shown), &erasures, now)
            })
            .await?;
            tracing::info!(customers, "pending erasures were carried out");
        }
        let new = note_of(&wanted);
        // What is stored has no addresses any more to hash: hashes come with each customer that is read again.
        let is_enough = matches!(wanted, Privacy::AsReceived)
            || noted == PSEUDONYMOUS && matches!(wanted, Privacy::Comparable(_));
        if noted == new {
            Ok(())
        } else if is_enough {
            let note = Batch { meta: vec![(PRIVACY.to_owned(), new)], ..Batch::default() };
            blocking(move || Ok(files.objects_to_write()?.commit_blocking(note).map(|_| ())?)).await
        } else {
            let forgetting = self.forgetting(connection, record, epoch)?;
            let forgetting = Forgetting { email_key: wanted.email_key().cloned(), ..forgetting };
            erase_everybody(connection, forgetting, new).await
        }
    }
}

/// Deletes while nobody else loads the ledger. What is shown goes on being shown.
async fn at_work<T: Send + 'static>(
    connection: &Arc<Connection>,
    delete: impl FnOnce(Option<Snapshot>) -> Result<T, SyncError> + Send + 'static,
) -> Result<T, SyncError> {
    connection.reporter.begin(Phase::Erasing);
    let _loading = connection.loading.lock().await;
    let shown = connection.peek();
    let deleted = blocking(move || delete(shown)).await?;
    connection.close_reader();
    Ok(deleted)
}

async fn erase_everybody(
    connection: &Arc<Connection>,
    forgetting: Forgetting,
    note: String,
) -> Result<(), SyncError> {
    let reporter = connection.reporter.clone();
    let tell = move |done| {
        if reporter.is_due() {
            reporter.message(Some(format!("{done} objects")));
        }
    };
    let erased = at_work(connection, move |shown| {
        let stored = forgetting.record_restated()?;
        forgetting.delete(stored, shown, Whose::Everybody, (PRIVACY, &note), tell)
    });
    let objects: u64 = erased.await?.values().sum();
    if objects > 0 {
        tracing::info!(objects, "personal data was erased");
    }
    Ok(())
}

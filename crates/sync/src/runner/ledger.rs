//! From the file to a ledger that can be shown.

use std::path::Path;
use std::sync::Arc;

use metrics::columns::Ledger;
use model::Settings;
use store::{ConnectionRecord, Objects, StoreError};

use super::slot::Slot;
use super::{Shared, Snapshot, blocking};
use crate::SyncError;
use crate::projection::{self, Keeper, Kept, SEQUENCE};

impl Shared {
    /// What is in memory; else what is on disk; else what the objects give.
    pub(super) async fn snapshot(
        &self,
        slot: &Arc<Slot>,
        record: &ConnectionRecord,
    ) -> Result<Snapshot, SyncError> {
        if let Some(snapshot) = slot.snapshot() {
            return Ok(snapshot);
        }
        let _loading = slot.loading.lock().await;
        if let Some(snapshot) = slot.snapshot() {
            return Ok(snapshot);
        }
        let epoch = slot.epoch();
        let (dir, settings) = (self.config.data.connection_dir(&slot.id), record.settings.clone());
        let is_whole = record.loaded_at.is_some();
        let snapshot = blocking(move || open(&dir, &settings, is_whole)).await?;
        // Work may have shown a newer one meanwhile.
        if let Some(newer) = slot.snapshot().filter(|newer| newer.version >= snapshot.version) {
            return Ok(newer);
        }
        slot.publish(snapshot.clone(), epoch);
        Ok(snapshot)
    }

    /// Shows what another process has written, if that moved.
    pub(super) async fn reload_if_moved(
        &self,
        slot: &Arc<Slot>,
        record: &ConnectionRecord,
    ) -> Result<(), SyncError> {
        let Some(shown) = slot.snapshot() else { return Ok(()) };
        let epoch = slot.epoch();
        let (dir, settings) = (self.config.data.connection_dir(&slot.id), record.settings.clone());
        let moved = blocking(move || {
            let keeper = Keeper::open(&dir, settings.rules)?;
            let version = keeper.version()?;
            if version == shown.version {
                return Ok(None);
            }
            let ledger = keeper.load(settings.zone()?)?;
            Ok(ledger.map(|ledger| Snapshot { version, ledger: Arc::new(ledger) }))
        });
        if let Some(snapshot) = moved.await? {
            slot.publish(snapshot, epoch);
        }
        Ok(())
    }
}

/// For whoever only looks. An outdated file is made anew, unless somebody is just about to.
fn open(connection_dir: &Path, settings: &Settings, is_whole: bool) -> Result<Snapshot, SyncError> {
    let reader = match Objects::open_read_only(connection_dir) {
        Err(StoreError::Missing { .. }) => return Ok(empty(settings)?),
        opened => opened?,
    };
    if let Some(snapshot) = stored(connection_dir, settings, &reader, is_whole)? {
        return Ok(snapshot);
    }
    match Objects::open(connection_dir) {
        Ok(writer) => build(connection_dir, settings, &writer),
        Err(StoreError::AlreadyOpen { .. }) => {
            let keeper = Keeper::open(connection_dir, settings.rules)?;
            let version = keeper.version()?;
            let ledger = match keeper.load(settings.zone()?)? {
                Some(outdated) => outdated,
                None => projection::build_all(&reader, settings.rules, settings.zone()?, &|_, _| {})?.ledger,
            };
            Ok(Snapshot { version, ledger: Arc::new(ledger) })
        }
        Err(error) => Err(error.into()),
    }
}

/// For whoever works on the connection, and so may write.
pub(super) fn open_to_work(
    connection_dir: &Path,
    settings: &Settings,
    objects: &Objects,
    is_whole: bool,
) -> Result<Snapshot, SyncError> {
    match stored(connection_dir, settings, objects, is_whole)? {
        Some(snapshot) => Ok(snapshot),
        None if is_whole => build(connection_dir, settings, objects),
        None => begin(connection_dir, settings),
    }
}

/// The stored ledger, if it is of these rules and of all objects; while history is still loading it may lag behind.
fn stored(
    connection_dir: &Path,
    settings: &Settings,
    objects: &Objects,
    is_whole: bool,
) -> Result<Option<Snapshot>, SyncError> {
    let keeper = Keeper::open(connection_dir, settings.rules)?;
    if is_whole && keeper.sequence()? != objects.meta(SEQUENCE)? {
        return Ok(None);
    }
    let (version, ledger) = (keeper.version()?, keeper.load(settings.zone()?)?);
    Ok(ledger.map(|ledger| Snapshot { version, ledger: Arc::new(ledger) }))
}

/// Builds everything from the objects and stores it.
pub(super) fn build(
    connection_dir: &Path,
    settings: &Settings,
    objects: &Objects,
) -> Result<Snapshot, SyncError> {
    build_telling(connection_dir, settings, objects, &|_, _| {})
}

pub(super) fn build_telling(
    connection_dir: &Path,
    settings: &Settings,
    objects: &Objects,
    on_progress: projection::OnProgress<'_>,
) -> Result<Snapshot, SyncError> {
    let sequence = objects.meta(SEQUENCE)?;
    let built = projection::build_all(objects, settings.rules, settings.zone()?, on_progress)?;
    let mut keeper = Keeper::open(connection_dir, settings.rules)?;
    let version = keeper.version()? + 1;
    keeper.put_all(&built.ledger, &Kept { sequence, version, problems: built.problems() })?;
    Ok(Snapshot { version, ledger: Arc::new(built.ledger) })
}

/// An empty ledger in place of whatever is stored: what is put beside blobs of another ledger would not fit them.
fn begin(connection_dir: &Path, settings: &Settings) -> Result<Snapshot, SyncError> {
    let mut keeper = Keeper::open(connection_dir, settings.rules)?;
    let version = keeper.version()? + 1;
    let empty = empty(settings)?;
    keeper.put_all(&empty.ledger, &Kept { version, ..Kept::default() })?;
    Ok(Snapshot { version, ..empty })
}

fn empty(settings: &Settings) -> Result<Snapshot, model::SettingsError> {
    Ok(Snapshot { version: 0, ledger: Arc::new(Ledger::empty(settings.zone()?)) })
}

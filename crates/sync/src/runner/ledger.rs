//! From the file to a ledger that can be shown.

use std::sync::Arc;

use connect::Source;
use metrics::columns::Ledger;
use model::{RestatementReason, Settings};
use store::{ConnectionFiles, ConnectionRecord, LedgerStamp, Objects, StoreError};

use super::connection::Connection;
use super::record::source_of;
use super::{Shared, Snapshot, blocking};
use crate::SyncError;
use crate::projection::{self, Keeper, LedgerMeta, Recording, Restating};
use crate::writing::SEQUENCE;

/// What became of the ledger's file since it was looked at last.
enum Moved {
    /// Its version and its stamp.
    Nothing((u64, LedgerStamp)),
    To(Snapshot),
    Cleared,
}

impl Shared {
    /// Whether figures of past months are final by now. `None`: history is still loading.
    pub(super) fn recording(&self, record: &ConnectionRecord) -> Option<Recording> {
        let shown_through =
            record.data_through.or(record.loaded_at).filter(|_| record.loaded_at.is_some())?;
        Some(Recording { shown_through, now: self.config.clock.now() })
    }

    /// What is in memory; else what is on disk; else what the objects give.
    pub(super) async fn snapshot(
        &self,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
    ) -> Result<Snapshot, SyncError> {
        let _loading = match connection.shown_or_loading().await {
            Ok(snapshot) => return Ok(snapshot),
            Err(loading) => loading,
        };
        let epoch = connection.epoch();
        let (files, settings) = (self.config.data.connection_files(&connection.id), record.settings.clone());
        let (source, recording) = (source_of(record)?, self.recording(record));
        let snapshot = blocking(move || open(source, &files, &settings, recording)).await?;
        connection.publish(snapshot.clone(), epoch);
        // Work may have shown a newer one meanwhile.
        Ok(connection.peek().filter(|shown| shown.version > snapshot.version).unwrap_or(snapshot))
    }

    /// Shows what another process has written, if that moved.
    pub(super) async fn reload_if_moved(
        &self,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
    ) -> Result<(), SyncError> {
        let Some(shown) = connection.peek() else { return Ok(()) };
        let (epoch, shown_version) = (connection.epoch(), shown.version);
        let (files, settings) = (self.config.data.connection_files(&connection.id), record.settings.clone());
        let unmoved = connection.unmoved_ledger();
        let moved = blocking(move || {
            // First: what is written meanwhile is seen the next time.
            let found = (shown.version, files.ledger_stamp());
            if unmoved.as_ref() == Some(&found) {
                return Ok(Moved::Nothing(found));
            }
            let keeper = Keeper::open(&files, &settings)?;
            let version = keeper.version()?;
            if version == shown.version {
                return Ok(Moved::Nothing(found));
            }
            let ledger = keeper.load(settings.zone()?)?;
            Ok(ledger
                .map_or(Moved::Cleared, |ledger| Moved::To(Snapshot { version, ledger: Arc::new(ledger) })))
        });
        match moved.await? {
            Moved::To(snapshot) => {
                // Another file may count from the beginning.
                connection.drop_shown(shown_version);
                connection.publish(snapshot, epoch);
            }
            // It was cleared, and is rebuilt when somebody wants to see it.
            Moved::Cleared => connection.drop_snapshot(),
            Moved::Nothing(found) => connection.note_unmoved_ledger(found),
        }
        Ok(())
    }
}

/// For readers. An outdated file is rebuilt, unless a worker is about to do so.
fn open(
    source: Source,
    files: &ConnectionFiles,
    settings: &Settings,
    recording: Option<Recording>,
) -> Result<Snapshot, SyncError> {
    let Some(reader) = files.objects_if_any()? else { return Ok(empty(settings)?) };
    if let Some(snapshot) = stored(files, settings, &reader, recording.is_some())? {
        return Ok(snapshot);
    }
    match files.objects_to_write() {
        Ok(writer) => build(source, files, settings, &writer, recording),
        Err(StoreError::AlreadyOpen { .. }) => {
            let keeper = Keeper::open(files, settings)?;
            let version = keeper.version()?;
            let ledger = match keeper.load(settings.zone()?)? {
                Some(outdated) => outdated,
                None => {
                    projection::build_all(source, &reader, settings.rules, settings.zone()?, &|_, _| {})?
                        .ledger
                }
            };
            Ok(Snapshot { version, ledger: Arc::new(ledger) })
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether what is in memory is what is stored, of all objects and in the days of the settings' zone.
pub(super) fn is_current(
    files: &ConnectionFiles,
    settings: &Settings,
    objects: &Objects,
    shown: &Snapshot,
) -> Result<bool, SyncError> {
    let keeper = Keeper::open(files, settings)?;
    let is_same = keeper.version()? == shown.version && keeper.sequence()? == objects.meta(SEQUENCE)?;
    Ok(is_same && keeper.other_zone()?.is_none())
}

/// For workers on the connection, which may write.
pub(super) fn open_to_work(
    source: Source,
    files: &ConnectionFiles,
    settings: &Settings,
    objects: &Objects,
    recording: Option<Recording>,
) -> Result<Snapshot, SyncError> {
    let stored = stored(files, settings, objects, recording.is_some())?;
    match (stored, recording) {
        (Some(snapshot), Some(recording)) => {
            record_new_zone(files, settings, objects, &snapshot.ledger, recording)?;
            Ok(snapshot)
        }
        (Some(snapshot), None) => Ok(snapshot),
        (None, Some(_)) => build(source, files, settings, objects, recording),
        (None, None) => begin(files, settings, objects),
    }
}

/// A stored ledger that covers all objects.
pub(super) struct InStep {
    pub snapshot: Snapshot,
    /// Of the objects.
    pub sequence: Option<String>,
    /// Whether objects are left out of it. Why they are may quote them.
    pub has_problems: bool,
}

/// Records what changed settings restate, before the old ledger is replaced. `None` while history is still loading.
pub(super) fn record_restated(
    source: Source,
    files: &ConnectionFiles,
    settings: &Settings,
    recording: Option<Recording>,
) -> Result<Option<InStep>, SyncError> {
    if recording.is_none() || files.objects_if_any()?.is_none() {
        return Ok(None);
    }
    let objects = files.objects_to_write()?;
    let snapshot = open_to_work(source, files, settings, &objects, recording)?;
    let has_problems = Keeper::open(files, settings)?.has_problems()?;
    Ok(Some(InStep { snapshot, sequence: objects.meta(SEQUENCE)?, has_problems }))
}

/// Days of another zone move what happened around midnight, at times into another month.
fn record_new_zone(
    files: &ConnectionFiles,
    settings: &Settings,
    objects: &Objects,
    ledger: &Ledger,
    recording: Recording,
) -> Result<(), SyncError> {
    let mut keeper = Keeper::open(files, settings)?;
    let Some(zone) = keeper.other_zone()? else { return Ok(()) };
    let shown = ledger.with_zone(zone);
    let restating =
        Restating::new(objects, &shown, ledger.zone(), recording).because(RestatementReason::SettingsChanged);
    restating.everybody(ledger)?;
    restating.finish()?;
    Ok(keeper.put_zone()?)
}

/// The stored ledger, if it was computed by these rules and covers all objects; while history is still loading it may lag behind.
fn stored(
    files: &ConnectionFiles,
    settings: &Settings,
    objects: &Objects,
    is_whole: bool,
) -> Result<Option<Snapshot>, SyncError> {
    let keeper = Keeper::open(files, settings)?;
    if is_whole && keeper.sequence()? != objects.meta(SEQUENCE)? {
        return Ok(None);
    }
    let (version, ledger) = (keeper.version()?, keeper.load(settings.zone()?)?);
    Ok(ledger.map(|ledger| Snapshot { version, ledger: Arc::new(ledger) }))
}

/// Builds everything from the objects, records what that restates, and stores it.
pub(super) fn build(
    source: Source,
    files: &ConnectionFiles,
    settings: &Settings,
    objects: &Objects,
    recording: Option<Recording>,
) -> Result<Snapshot, SyncError> {
    build_telling(source, files, settings, objects, recording, &|_, _| {})
}

pub(super) fn build_telling(
    source: Source,
    files: &ConnectionFiles,
    settings: &Settings,
    objects: &Objects,
    recording: Option<Recording>,
    on_progress: projection::OnProgress<'_>,
) -> Result<Snapshot, SyncError> {
    let sequence = objects.meta(SEQUENCE)?;
    let mut keeper = Keeper::open(files, settings)?;
    let previous = keeper.previous()?;
    let built =
        projection::build_recording(source, objects, settings, previous.as_ref(), recording, on_progress)?;
    let version = keeper.next_version(objects)?;
    keeper.put_all(&built.ledger, &LedgerMeta { sequence, version, problems: built.problems() })?;
    Ok(Snapshot { version, ledger: Arc::new(built.ledger) })
}

/// An empty ledger in place of whatever is stored: what is put beside blobs of another ledger would not fit them.
fn begin(files: &ConnectionFiles, settings: &Settings, objects: &Objects) -> Result<Snapshot, SyncError> {
    let mut keeper = Keeper::open(files, settings)?;
    let version = keeper.next_version(objects)?;
    let empty = empty(settings)?;
    keeper.put_all(&empty.ledger, &LedgerMeta { version, ..LedgerMeta::default() })?;
    Ok(Snapshot { version, ..empty })
}

fn empty(settings: &Settings) -> Result<Snapshot, model::SettingsError> {
    Ok(Snapshot { version: 0, ledger: Arc::new(Ledger::empty(settings.zone()?)) })
}

//! The ledger as a projection of the objects: rebuilt, read from its file, or brought up to date. It can be deleted
//! at any time, and rebuilding it gives the same bytes.

mod build;
mod file;
mod restating;

use std::sync::Arc;

use connect::Source;
use metrics::columns::Ledger;
use model::Settings;
use store::{ConnectionFiles, Objects};

use crate::SyncError;
use crate::writing::SEQUENCE;

pub use build::{Built, Partial, build_all, build_some};
pub(crate) use build::{build_ownerless, insert_inline};
pub use file::{FIRST_VERSION, Keeper, LedgerMeta, Previous};
pub use restating::{Recording, Restating};
pub(crate) use restating::{build_recording, correct};

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RebuildReport {
    pub customers: u64,
    /// Objects that could not be read.
    pub objects_skipped: u64,
    /// Whether the stored ledger was different. `None`: nothing usable was stored.
    pub differed: Option<bool>,
}

/// How many of how many customers are done.
pub type OnProgress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Builds the ledger again from the objects and puts it in place of the stored one, whatever that is. With a
/// `recording` figures of past months that come out differently are recorded first.
///
/// # Errors
/// What the store says, and a time zone that is not known.
pub fn rebuild(
    source: Source,
    objects: &Objects,
    files: &ConnectionFiles,
    settings: &Settings,
    recording: Option<Recording>,
    on_progress: OnProgress<'_>,
) -> Result<(Arc<Ledger>, RebuildReport), SyncError> {
    let stored = files.ledger().and_then(|file| file.load()).ok();
    let stored = stored.filter(|blobs| !blobs.is_empty());
    let keeper = Keeper::open(files, settings)?;
    let (version, previous) = (keeper.next_version(objects)?, keeper.previous()?);
    drop(keeper);

    let sequence = objects.meta(SEQUENCE)?;
    let built = build_recording(source, objects, settings, previous.as_ref(), recording, on_progress)?;
    files.delete_ledger()?;
    let mut keeper = Keeper::open(files, settings)?;
    keeper.put_all(&built.ledger, &LedgerMeta { sequence, version, problems: built.problems() })?;

    let differs = |stored: Vec<(u32, Vec<u8>)>| {
        let ids: Vec<u32> = built.ledger.blob_ids().collect();
        ids.len() != stored.len()
            || stored.iter().any(|(id, bytes)| built.ledger.to_bytes(*id).as_ref() != Some(bytes))
    };
    let report = RebuildReport {
        customers: built.ledger.customer_count() as u64,
        objects_skipped: built.skipped.len() as u64,
        differed: stored.map(differs),
    };
    Ok((Arc::new(built.ledger), report))
}

#[cfg(test)]
mod tests;

//! Writes objects, numbered: a ledger says which number it was made of.

use model::ObjectKind;
use store::{Batch, Committed, KindFacts, Objects};

use crate::SyncError;
use crate::blocking::blocking;

/// The objects' count of commits, kept with them and with the ledger that was made of them.
pub(crate) const SEQUENCE: &str = "sequence";

/// That a batch was written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub sequence: u64,
    pub committed: Committed,
    /// Prices, products and balance transactions that were written.
    pub listed: Vec<(ObjectKind, String)>,
    /// What the file has of each kind since then, where that changed.
    pub kept: Option<Vec<KindFacts>>,
}

/// Writes a batch under the next number, so that a ledger can tell whether it was made of all of them. One at a time.
pub(crate) async fn write(objects: Objects, mut batch: Batch) -> Result<Written, SyncError> {
    blocking(move || {
        let last: u64 = objects.meta(SEQUENCE)?.and_then(|number| number.parse().ok()).unwrap_or(0);
        let sequence = last + 1;
        batch.meta.push((SEQUENCE.to_owned(), sequence.to_string()));
        let committed = objects.commit_blocking(batch)?;
        let has_changed = committed.inserted + committed.updated > 0;
        let kept = has_changed.then(|| objects.kinds()).transpose()?;
        Ok(Written { sequence, committed, listed: Vec::new(), kept })
    })
    .await
}

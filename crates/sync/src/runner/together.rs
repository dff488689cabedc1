//! The ledgers of a workspace's connections as one, kept while somebody looks at it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use metrics::columns::{Ledger, LedgerPart, LedgersTogether};
use model::WorkspaceId;
use store::ConnectionRecord;

use super::{Runner, blocking, lock};
use crate::SyncError;

/// Those that were made, by workspace.
#[derive(Default)]
pub(super) struct Together(Mutex<HashMap<WorkspaceId, Arc<Kept>>>);

#[derive(Default)]
struct Kept {
    /// Held while one is made: whoever else wants it waits for that one.
    made: Arc<tokio::sync::Mutex<Option<Arc<LedgersTogether>>>>,
    looked_at: AtomicI64,
}

impl Together {
    fn of(&self, workspace: &WorkspaceId, now: i64) -> Arc<Kept> {
        let kept = Arc::clone(lock(&self.0).entry(workspace.clone()).or_default());
        kept.looked_at.store(now, Ordering::Relaxed);
        kept
    }

    pub(super) fn drop_idle(&self, since: i64) {
        lock(&self.0).retain(|_, kept| kept.looked_at.load(Ordering::Relaxed) >= since);
    }

    /// What was erased or deleted is not kept either.
    pub(super) fn forget(&self, workspace: &WorkspaceId) {
        lock(&self.0).remove(workspace);
    }
}

impl Runner {
    /// The ledgers of a workspace's connections as one, with the days of a zone.
    pub(crate) async fn ledger_together(
        &self,
        workspace: &WorkspaceId,
        connections: &[ConnectionRecord],
        zone: &TimeZone,
    ) -> Result<Arc<Ledger>, SyncError> {
        // First: what is forgotten meanwhile is not kept again.
        let kept = self.shared.together.of(workspace, self.shared.config.clock.now().0);
        let mut parts = Vec::with_capacity(connections.len());
        for record in connections {
            let ledger = self.shared.snapshot(&self.shared.connection(&record.id), record).await?.ledger;
            parts.push(LedgerPart { connection: record.id.clone(), name: record.name.clone(), ledger });
        }
        let mut made = Arc::clone(&kept.made).lock_owned().await;
        if let Some(made) = made.as_ref().filter(|made| made.is_of(&parts, zone)) {
            return Ok(Arc::clone(&made.ledger));
        }
        // It is made to its end, also when nobody waits for it any more: whoever asks next finds it.
        let zone = zone.clone();
        let making = blocking(move || {
            let now = LedgersTogether::new(parts, &zone, made.as_deref());
            Ok::<_, SyncError>(Arc::clone(&made.insert(Arc::new(now)).ledger))
        });
        making.await
    }
}

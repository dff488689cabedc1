//! The ledgers of a workspace's connections as one, kept while somebody looks at it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use metrics::columns::{Joining, LedgerPart, LedgersTogether};
use model::{JoinRules, WorkspaceId};
use store::ConnectionRecord;

use super::{Runner, blocking, lock};
use crate::SyncError;

/// Those that were made, by workspace.
#[derive(Default)]
pub(super) struct Together(Mutex<HashMap<WorkspaceId, Arc<JoinedLedgers>>>);

#[derive(Default)]
struct JoinedLedgers {
    /// Held while one is made: whoever else wants it waits for that one.
    made: Arc<tokio::sync::Mutex<Option<Arc<LedgersTogether>>>>,
    looked_at: AtomicI64,
}

impl Together {
    fn of(&self, workspace: &WorkspaceId, now: i64) -> Arc<JoinedLedgers> {
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
    pub(crate) async fn ledgers_together(
        &self,
        workspace: &WorkspaceId,
        connections: &[ConnectionRecord],
        rules: JoinRules,
        zone: &TimeZone,
    ) -> Result<Arc<LedgersTogether>, SyncError> {
        // First: what is forgotten meanwhile is not kept again.
        let kept = self.shared.together.of(workspace, self.shared.config.clock.now().0);
        let parts = self.parts(connections).await?;
        let joining = self.joining(workspace, connections, rules).await?;
        let mut made = Arc::clone(&kept.made).lock_owned().await;
        if let Some(made) = made.as_ref().filter(|made| made.is_of(&parts, zone, &joining)) {
            return Ok(Arc::clone(made));
        }
        // It is made to its end, also when nobody waits for it any more: whoever asks next finds it.
        let zone = zone.clone();
        let making = blocking(move || {
            let now = LedgersTogether::new(parts, &zone, &joining, made.as_deref());
            Ok::<_, SyncError>(Arc::clone(made.insert(Arc::new(now))))
        });
        making.await
    }

    /// The same with other rules, which nothing is kept of.
    pub(crate) async fn ledgers_joined_by(
        &self,
        workspace: &WorkspaceId,
        connections: &[ConnectionRecord],
        rules: JoinRules,
        now: Arc<LedgersTogether>,
    ) -> Result<LedgersTogether, SyncError> {
        let joining = self.joining(workspace, connections, rules).await?;
        blocking(move || {
            let zone = now.ledger.zone().clone();
            Ok(LedgersTogether::new(now.parts().to_vec(), &zone, &joining, Some(&now)))
        })
        .await
    }

    async fn parts(&self, connections: &[ConnectionRecord]) -> Result<Vec<LedgerPart>, SyncError> {
        let mut parts = Vec::with_capacity(connections.len());
        for record in connections {
            let ledger = self.shared.snapshot(&self.shared.connection(&record.id), record).await?.ledger;
            parts.push(LedgerPart {
                connection: record.id.clone(),
                name: record.name.clone(),
                source: record.source.clone(),
                hides_emails: record.settings.gdpr,
                ledger,
            });
        }
        Ok(parts)
    }

    /// The rules, with the key that addresses were hashed with, if they were.
    async fn joining(
        &self,
        workspace: &WorkspaceId,
        connections: &[ConnectionRecord],
        rules: JoinRules,
    ) -> Result<Joining, SyncError> {
        let is_hashed = rules.join_by_email && connections.iter().any(|record| record.settings.gdpr);
        if !is_hashed {
            return Ok(Joining { rules, email_key: None });
        }
        let (catalog, data) = (self.shared.config.catalog.clone(), self.shared.config.data.clone());
        let workspace = workspace.clone();
        blocking(move || {
            // Where the rule is not in force, nothing was hashed.
            let is_in_force = catalog.together_settings(&workspace)?.joining.join_by_email;
            let key = is_in_force.then(|| data.email_key(&catalog, &workspace)).transpose()?;
            Ok(Joining { rules, email_key: key })
        })
        .await
    }
}

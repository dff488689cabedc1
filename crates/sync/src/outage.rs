//! Reports an outage of the provider on the pages: work that waits for the provider has not ended, and so has not
//! failed.

use std::sync::atomic::{AtomicBool, Ordering};

use model::{Clock, ConnectionId, WorkspaceId};
use store::{Catalog, ConnectionRecord, LastError};

use crate::SyncError;
use crate::blocking::blocking;

/// Records a long outage in the catalog once, and its end once.
pub(crate) struct Outage {
    entry: Option<CatalogEntry>,
    is_reported: AtomicBool,
}

struct CatalogEntry {
    catalog: Catalog,
    workspace: WorkspaceId,
    connection: ConnectionId,
    clock: Clock,
}

impl Outage {
    pub fn of(catalog: Catalog, record: &ConnectionRecord, clock: Clock) -> Self {
        let (workspace, connection) = (record.workspace.clone(), record.id.clone());
        let entry = CatalogEntry { catalog, workspace, connection, clock };
        Self { entry: Some(entry), is_reported: AtomicBool::new(false) }
    }

    /// Reported nowhere.
    #[cfg(test)]
    pub fn unreported() -> Self {
        Self { entry: None, is_reported: AtomicBool::new(false) }
    }

    pub async fn report(&self, error: SyncError) {
        let Some(entry) = &self.entry else { return };
        if !self.is_reported.swap(true, Ordering::SeqCst) {
            tracing::warn!(%error, "waiting for the provider");
            entry.note(Some(error.last_error(entry.clock.now()))).await;
        }
    }

    pub async fn is_over(&self) {
        let Some(entry) = &self.entry else { return };
        if self.is_reported.swap(false, Ordering::SeqCst) {
            tracing::info!("the provider responds again");
            entry.note(None).await;
        }
    }
}

impl CatalogEntry {
    async fn note(&self, last_error: Option<LastError>) {
        let (catalog, workspace, id) =
            (self.catalog.clone(), self.workspace.clone(), self.connection.clone());
        let noted = blocking(move || {
            catalog.update_connection(&workspace, &id, |record| record.last_error = last_error)?;
            Ok(())
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "could not record the outage");
        }
    }
}

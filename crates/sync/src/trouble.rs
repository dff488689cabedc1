//! Reports an outage of the provider on the pages: work that waits for the provider has not ended, and so has not
//! failed.

use std::sync::atomic::{AtomicBool, Ordering};

use model::{Clock, ConnectionId, WorkspaceId};
use store::{Catalog, ConnectionRecord, LastError};

use crate::SyncError;
use crate::blocking::blocking;

/// Records a long outage in the catalog once, and its end once.
pub(crate) struct Trouble {
    place: Option<Place>,
    is_told: AtomicBool,
}

struct Place {
    catalog: Catalog,
    workspace: WorkspaceId,
    connection: ConnectionId,
    clock: Clock,
}

impl Trouble {
    pub fn of(catalog: Catalog, record: &ConnectionRecord, clock: Clock) -> Self {
        let (workspace, connection) = (record.workspace.clone(), record.id.clone());
        let place = Place { catalog, workspace, connection, clock };
        Self { place: Some(place), is_told: AtomicBool::new(false) }
    }

    /// Reported to nobody.
    #[cfg(test)]
    pub fn unheard() -> Self {
        Self { place: None, is_told: AtomicBool::new(false) }
    }

    pub async fn tell(&self, error: SyncError) {
        let Some(place) = &self.place else { return };
        if !self.is_told.swap(true, Ordering::SeqCst) {
            tracing::warn!(connection = %place.connection, %error, "waiting for the provider");
            place.note(Some(error.last_error(place.clock.now()))).await;
        }
    }

    pub async fn is_over(&self) {
        let Some(place) = &self.place else { return };
        if self.is_told.swap(false, Ordering::SeqCst) {
            tracing::info!(connection = %place.connection, "the provider responds again");
            place.note(None).await;
        }
    }
}

impl Place {
    async fn note(&self, last_error: Option<LastError>) {
        let (catalog, workspace, id) =
            (self.catalog.clone(), self.workspace.clone(), self.connection.clone());
        let noted = blocking(move || {
            catalog.update_connection(&workspace, &id, |record| record.last_error = last_error)?;
            Ok(())
        });
        if let Err(error) = noted.await {
            tracing::warn!(connection = %self.connection, %error, "could not record the outage");
        }
    }
}

//! Begins a connection's load anew: for data that is damaged, or that its owner trusts no more.

use std::sync::Arc;

use model::{ConnectionId, CustomerId, WorkspaceId};
use store::{ConnectionState, LedgerFile, Objects};

use super::{Runner, blocking, privacy};
use crate::SyncError;

impl Runner {
    /// Lets go of everything that was fetched, readable or not; the next work loads it again. Key, settings, webhook, what
    /// was delivered, whom was erased and the list of restatements stay. Whether that list could be read to its end.
    ///
    /// # Errors
    /// `NoConnection`; `AlreadyOpen` from the store while another process works on it; what else the store says.
    pub async fn discard(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<bool, SyncError> {
        let record = self.shared.record(workspace, id).await?;
        let slot = self.shared.slot(id);
        // What is under way ends at its next page.
        slot.begin_anew();
        let _working = slot.working.lock().await;
        slot.close_files();
        let shared = Arc::clone(&self.shared);
        let is_whole = blocking(move || {
            let (catalog, dir) = (&shared.config.catalog, shared.config.data.connection_dir(&record.id));
            // Where they were noted before the catalog knew of them.
            let erased = Objects::open_if_any(&dir).and_then(|objects| match objects {
                Some(objects) => privacy::erased_here(&objects),
                None => Ok(Vec::new()),
            });
            let erased: Vec<CustomerId> = erased.unwrap_or_default();
            let now = shared.config.clock.now();
            catalog.add_erasures(&record.workspace, &record.id, &erased, now)?;
            let is_whole = Objects::start_over(&dir)?;
            LedgerFile::delete(&dir)?;
            catalog.update_connection(&record.workspace, &record.id, |record| {
                (record.loaded_at, record.data_through, record.last_error) = (None, None, None);
                record.state = ConnectionState::Loading;
            })?;
            Ok(is_whole)
        });
        let is_whole = is_whole.await?;
        slot.close_files();
        tracing::info!(connection = %id, is_whole, "what was fetched is let go of, to be loaded again");
        Ok(is_whole)
    }
}

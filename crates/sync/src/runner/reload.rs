//! Starts a connection's import over: for data that is corrupted, or that its owner no longer trusts.

use std::sync::Arc;

use model::{ConnectionId, WorkspaceId};
use store::ConnectionState;

use super::privacy::ERASED;
use super::retention::PAST_RETENTION;
use super::{Runner, Shared, blocking};
use crate::SyncError;
use crate::blocking::to_its_end;
use crate::projection::FIRST_VERSION;

impl Runner {
    /// Discards everything that was fetched, readable or not, and starts to load it again. Returns once the data is
    /// discarded, which completes even if the caller stops waiting.
    ///
    /// # Errors
    /// As [`Runner::discard`].
    pub async fn reload(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<(), SyncError> {
        let (runner, workspace, id) = (self.clone(), workspace.clone(), id.clone());
        to_its_end(async move {
            runner.discard(&workspace, &id).await?;
            runner.start_sync(&id);
            Ok(())
        })
        .await
    }

    /// Discards everything that was fetched, readable or not; the next work loads it again. Key, settings and webhook
    /// are kept, and so are erasures and the list of restatements as far as they can be read. Returns whether all of
    /// them could be.
    ///
    /// # Errors
    /// `NoConnection`; `AlreadyOpen` from the store while another process works on it; what else the store says.
    pub async fn discard(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<bool, SyncError> {
        self.shared.record(workspace, id).await?;
        let (shared, connection) = (Arc::clone(&self.shared), self.shared.connection(id));
        let (workspace, id) = (workspace.clone(), id.clone());
        to_its_end(async move {
            let _alone = connection.take_over().await;
            let is_whole = blocking({
                let id = id.clone();
                move || shared.start_over(&workspace, &id)
            });
            let is_whole = is_whole.await?;
            // Also for readers that still have the old files open.
            connection.begin_anew();
            connection.close_files();
            tracing::info!(connection = %id, is_whole, "the local copy was discarded and will be imported again");
            Ok(is_whole)
        })
        .await
    }
}

impl Shared {
    fn start_over(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<bool, SyncError> {
        // First: while nothing is loaded no figure is final, so figures that are missing for now are not recorded as
        // restated.
        self.config.catalog.update_connection(workspace, id, |record| {
            (record.loaded_at, record.data_through, record.last_error) = (None, None, None);
            record.state = ConnectionState::Loading;
        })?;
        let files = self.config.data.connection_files(id);
        let first_version = self.config.clock.now_ms().to_string();
        Ok(files.start_over(&[ERASED, PAST_RETENTION], &[(FIRST_VERSION, first_version)])?)
    }
}

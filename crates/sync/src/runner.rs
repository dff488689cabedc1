//! Keeps every connection of a process going: loads, updates, and hands out ledgers.

use std::sync::Arc;

use metrics::columns::Ledger;
use model::{Clock, ConnectionId, WorkspaceId};
use store::{Catalog, ConnectionRecord, DataDir, Keyring, Objects};
use tokio::sync::watch;
use url::Url;

use crate::{Patience, Progress, RebuildReport, SyncError};

/// Where a connection's API listens now. `None`: where its record says. Sample merchants live in this process and
/// listen elsewhere each time.
pub type BaseOf = Arc<dyn Fn(&ConnectionRecord) -> Option<Url> + Send + Sync>;

#[derive(Clone)]
pub struct RunnerConfig {
    pub data: DataDir,
    pub catalog: Catalog,
    pub keyring: Arc<Keyring>,
    pub clock: Clock,
    /// Of the provider's limits, 1 to 100.
    pub share_percent: u8,
    pub patience: Patience,
    /// How often a live connection looks for changes. `None`: only when asked.
    pub update_every_seconds: Option<u64>,
    pub base_of: BaseOf,
}

/// One for each process. Clones are the same runner.
#[derive(Clone)]
pub struct Runner {}

/// A ledger as it is now, and which one it is.
#[derive(Clone)]
pub struct Snapshot {
    /// Moves whenever the ledger did.
    pub version: u64,
    pub ledger: Arc<Ledger>,
}

#[expect(unused_variables, clippy::unimplemented, clippy::unused_async, reason = "signatures first")]
impl Runner {
    pub fn new(config: RunnerConfig) -> Self {
        unimplemented!()
    }
    /// Begins to work on every connection of the catalog, and on those that appear in it later. Returns at once.
    pub fn start(&self) {
        unimplemented!()
    }
    /// The connection's ledger, loaded or rebuilt when it is not in memory.
    ///
    /// # Errors
    /// `NoConnection` when the workspace has none of this id; what the store says.
    pub async fn ledger(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<Snapshot, SyncError> {
        unimplemented!()
    }
    /// The connection's objects, to read from.
    ///
    /// # Errors
    /// As [`Runner::ledger`].
    pub async fn objects(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<Objects, SyncError> {
        unimplemented!()
    }
    /// How its work stands, now and from now on.
    pub fn progress(&self, id: &ConnectionId) -> watch::Receiver<Progress> {
        unimplemented!()
    }
    /// Asks for work now: the load where it is not done, else an update. Returns at once.
    pub fn start_sync(&self, id: &ConnectionId) {
        unimplemented!()
    }
    /// Loads or updates once and returns when that is done: for the command line.
    ///
    /// # Errors
    /// What stopped it; it is in the connection's record too.
    pub async fn sync_once(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<(), SyncError> {
        unimplemented!()
    }
    /// Deletes the connection's projections and builds them again from its objects.
    ///
    /// # Errors
    /// What the store says.
    pub async fn rebuild(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<RebuildReport, SyncError> {
        unimplemented!()
    }
    /// Takes the connection's settings from the catalog again: another zone, other rules, another key.
    pub fn settings_changed(&self, id: &ConnectionId) {
        unimplemented!()
    }
    /// Stops work on a connection and closes its files, so that they can be deleted.
    pub async fn forget(&self, id: &ConnectionId) {
        unimplemented!()
    }
    /// Stops at the next page boundary and returns when everything has stopped.
    pub async fn stop(&self) {
        unimplemented!()
    }
}

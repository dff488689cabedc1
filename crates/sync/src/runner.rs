//! Runs every connection of a process: loads it, brings it up to date, and hands out its ledger.
//!
//! A connection's work never touches another's: each has its own task, memory and files. Files are held for
//! writing only while there is work, so that a command line and a server can share a folder: the second one waits,
//! and shows what the first has written.

mod connection;
mod ledger;
mod nameless;
mod ownerless;
mod prices;
mod privacy;
mod projector;
mod record;
mod reload;
mod removal;
mod retention;
mod together;
mod webhook;
mod work;
mod worker;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connect::{Limits, Network};
use metrics::columns::Ledger;
use model::{Clock, ConnectionId, ObjectKind, UnixSeconds, WorkspaceId};
pub use store::key_context;
use store::{Catalog, ConnectionRecord, DataDir, Objects};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::blocking::blocking;
use crate::update::Thoroughness;
use crate::{Progress, RebuildReport, RetryPolicy, SyncError, projection};
use connection::Connection;
use work::Task;

pub use privacy::ErasureReceipt;
pub use record::source_of;
pub use removal::{RemovalReceipt, WebhookRemoval};
pub use webhook::{Callbacks, Receipt, WebhookRefusal, WebhookState};

/// How often the catalog is looked through for connections that another process has added.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// Files that nobody has needed for this long are closed.
const FILES_IDLE_SECONDS: i64 = 60;
/// Connections that are brought up to date at the same time without anybody waiting for it.
const UPDATES_AT_ONCE: usize = 32;
/// A ledger that has not been used for this long is dropped from memory.
const IDLE_SECONDS: i64 = 30 * 60;

#[derive(Clone)]
pub struct RunnerConfig {
    pub data: DataDir,
    pub catalog: Catalog,
    pub clock: Clock,
    /// Of the provider's limits, 1 to 100.
    pub share_percent: u8,
    /// Of the provider. Sample merchants have none.
    pub limits: Limits,
    pub network: Network,
    pub retry_policy: RetryPolicy,
    /// How often a live connection is polled for changes. `None`: only on request.
    pub update_every_seconds: Option<u64>,
    /// How often it is polled when webhooks deliver, for anything that they miss.
    pub update_every_seconds_with_webhooks: u64,
    pub callbacks: Callbacks,
}

impl RunnerConfig {
    /// How much of a provider's limits is used by default: the rest is for the account's other tools.
    pub const SHARE_PERCENT: u8 = 80;
    /// How often a server looks for changes by default.
    pub const UPDATE_EVERY_SECONDS: u64 = 60;
    /// The same when webhooks deliver.
    pub const UPDATE_EVERY_SECONDS_WITH_WEBHOOKS: u64 = 600;

    /// A server's: patient, and polling for changes on its own.
    pub fn server(data: DataDir, catalog: Catalog, clock: Clock) -> Self {
        Self {
            data,
            catalog,
            clock,
            share_percent: Self::SHARE_PERCENT,
            limits: Limits::Published,
            network: Network::Real,
            retry_policy: RetryPolicy::ENDLESS,
            update_every_seconds: Some(Self::UPDATE_EVERY_SECONDS),
            update_every_seconds_with_webhooks: Self::UPDATE_EVERY_SECONDS_WITH_WEBHOOKS,
            callbacks: Callbacks::default(),
        }
    }

    /// A command's, with somebody waiting for the result.
    pub fn command(data: DataDir, catalog: Catalog, clock: Clock) -> Self {
        let server = Self::server(data, catalog, clock);
        Self { retry_policy: RetryPolicy::MINUTES, update_every_seconds: None, ..server }
    }
}

/// A ledger as it is now, and which one it is.
#[derive(Clone)]
pub struct Snapshot {
    /// Moves whenever the ledger did.
    pub version: u64,
    pub ledger: Arc<Ledger>,
}

/// One for each process. Clones are the same runner. Needs a tokio runtime.
#[derive(Clone)]
pub struct Runner {
    shared: Arc<Shared>,
}

struct Shared {
    config: RunnerConfig,
    connections: Mutex<HashMap<ConnectionId, Arc<Connection>>>,
    /// Not to be worked on though the catalog may still name them: somebody is deleting them.
    forgotten: Mutex<HashSet<ConnectionId>>,
    supervisor: Mutex<Option<JoinHandle<()>>>,
    /// All connections, and the revision of the catalog that they are from.
    catalogued: Mutex<Option<(i64, Arc<[ConnectionRecord]>)>>,
    /// Permits for regular updates.
    updates: Semaphore,
    together: together::Together,
    cancel: CancellationToken,
    started_at: UnixSeconds,
}

impl Runner {
    pub fn new(config: RunnerConfig) -> Self {
        let cancel = CancellationToken::new();
        let shared = Shared {
            started_at: config.clock.now(),
            config,
            connections: Mutex::default(),
            forgotten: Mutex::default(),
            supervisor: Mutex::default(),
            catalogued: Mutex::default(),
            updates: Semaphore::new(UPDATES_AT_ONCE),
            together: together::Together::default(),
            cancel,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Begins to work on every connection of the catalog, and on those that appear in it later. Returns at once.
    pub fn start(&self) {
        let mut supervisor = lock(&self.shared.supervisor);
        if supervisor.is_none() {
            *supervisor = Some(tokio::spawn(Arc::clone(&self.shared).supervise()));
        }
    }

    /// The connection's ledger, loaded or built when it is not in memory.
    ///
    /// # Errors
    /// `NoConnection` when the workspace has none of this id; what the store says.
    pub async fn ledger(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<Snapshot, SyncError> {
        let record = self.shared.record(workspace, id).await?;
        self.shared.snapshot(&self.shared.connection(id), &record).await
    }

    /// The connection's objects, to read from.
    ///
    /// # Errors
    /// `NoConnection`; `Missing` from the store while nothing was ever fetched.
    pub async fn objects(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<Objects, SyncError> {
        self.shared.record(workspace, id).await?;
        let (connection, files) = (self.shared.connection(id), self.shared.config.data.connection_files(id));
        blocking(move || Ok(connection.reading(&files)?)).await
    }

    /// How its work stands, now and from now on.
    pub fn progress(&self, id: &ConnectionId) -> watch::Receiver<Progress> {
        self.shared.connection(id).reporter.subscribe()
    }

    /// When the oldest stored object of a kind was created, as far as this process knows.
    pub(crate) fn oldest(&self, id: &ConnectionId, kind: ObjectKind) -> Option<UnixSeconds> {
        self.shared.connection(id).reporter.oldest(kind)
    }

    /// Requests work now: the load if it is not complete, otherwise an update. Returns at once.
    pub fn start_sync(&self, id: &ConnectionId) {
        let connection = self.shared.connection(id);
        lock(&self.shared.forgotten).remove(id);
        connection.request();
        self.shared.ensure_worker(&connection);
    }

    /// Loads or updates once and returns when that is done: for the command line. The work goes on by itself, so
    /// that `stop` can wait for it whoever else does.
    ///
    /// # Errors
    /// What stopped it; it is in the connection's record too.
    pub async fn sync_once(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<(), SyncError> {
        let record = self.shared.record(workspace, id).await?;
        let (shared, connection) = (Arc::clone(&self.shared), self.shared.connection(id));
        let work =
            async move { shared.work_once(&connection, record, Task::Update(Thoroughness::Requested)).await };
        tokio::spawn(work).await.map_err(|error| SyncError::Worker(error.to_string()))?
    }

    /// Deletes the connection's projections and builds them again from its objects. `on_progress` hears how many of
    /// how many customers are done.
    ///
    /// # Errors
    /// `AlreadyOpen` from the store while another process works on it; what else the store says.
    pub async fn rebuild(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        on_progress: impl Fn(u64, u64) + Send + Sync + 'static,
    ) -> Result<RebuildReport, SyncError> {
        let record = self.shared.record(workspace, id).await?;
        let connection = self.shared.connection(id);
        let _working = connection.working.lock().await;
        // Nobody shows what was made before.
        let _loading = connection.loading.lock().await;
        let files = self.shared.config.data.connection_files(id);
        let (source, recording) = (source_of(&record)?, self.shared.recording(&record));
        let settings = record.settings;
        let report = blocking(move || {
            let objects = files.objects_to_write()?;
            Ok(projection::rebuild(source, &objects, &files, &settings, recording, &on_progress)?.1)
        });
        let report = report.await?;
        connection.drop_snapshot();
        Ok(report)
    }

    /// Takes the connection's settings from the catalog again: another zone, other rules, another key. Work that is
    /// under way stops at its next page and goes on with them.
    pub fn settings_changed(&self, id: &ConnectionId) {
        let connection = self.shared.connection(id);
        connection.begin_anew();
        connection.request();
    }

    /// A setting of the workspace changed that says what is stored of a connection's customers.
    pub fn privacy_changed(&self, id: &ConnectionId) {
        self.shared.connection(id).request();
    }

    /// Stops work on a connection and closes its files, so that they can be deleted. Only `start_sync` begins again.
    pub async fn forget(&self, id: &ConnectionId) {
        lock(&self.shared.forgotten).insert(id.clone());
        let connection = lock(&self.shared.connections).remove(id);
        if let Some(connection) = connection {
            connection.forget().await;
        }
    }

    /// Stops at the next page boundary and returns when everything has stopped.
    pub async fn stop(&self) {
        self.shared.cancel.cancel();
        let supervisor = lock(&self.shared.supervisor).take();
        if let Some(supervisor) = supervisor
            && let Err(error) = supervisor.await
        {
            tracing::error!(%error, "the supervisor ended unexpectedly");
        }
        let connections: Vec<Arc<Connection>> = lock(&self.shared.connections).values().cloned().collect();
        for connection in connections {
            connection.forget().await;
        }
    }
}

impl Shared {
    fn connection(&self, id: &ConnectionId) -> Arc<Connection> {
        let make = || Arc::new(Connection::new(id.clone(), self.config.clock.clone(), &self.cancel));
        Arc::clone(lock(&self.connections).entry(id.clone()).or_insert_with(make))
    }

    async fn record(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<ConnectionRecord, SyncError> {
        let (catalog, workspace, wanted) = (self.config.catalog.clone(), workspace.clone(), id.clone());
        let found = blocking(move || Ok(catalog.connection(&workspace, &wanted)?)).await?;
        found.ok_or_else(|| SyncError::NoConnection(id.clone()))
    }

    /// All connections of the catalog, which is read where somebody wrote to it.
    async fn all_connections(self: &Arc<Self>) -> Result<Arc<[ConnectionRecord]>, SyncError> {
        let shared = Arc::clone(self);
        blocking(move || {
            let catalog = &shared.config.catalog;
            // First: what is written meanwhile is read again the next time.
            let revision = catalog.revision()?;
            if let Some((of, known)) = &*lock(&shared.catalogued)
                && *of == revision
            {
                return Ok(Arc::clone(known));
            }
            let read: Arc<[ConnectionRecord]> = catalog.all_connections()?.into();
            *lock(&shared.catalogued) = Some((revision, Arc::clone(&read)));
            Ok(read)
        })
        .await
    }

    /// Gives every connection its worker, also those that another process has added, forgets idle ledgers, and deletes what the command
    /// line wants deleted.
    async fn supervise(self: Arc<Self>) {
        let mut deleting: Option<JoinHandle<()>> = None;
        while !self.cancel.is_cancelled() {
            match self.all_connections().await {
                Ok(records) => {
                    for record in records.iter() {
                        let connection = self.connection(&record.id);
                        self.ensure_worker(&connection);
                    }
                    self.look_after_others(&records).await;
                }
                Err(error) => tracing::error!(%error, "the catalog can't be read"),
            }
            // In a task of its own: a provider that does not respond holds nobody else up.
            if deleting.as_ref().is_none_or(JoinHandle::is_finished) {
                let wanted = self.wanted_deletions().await;
                deleting =
                    (!wanted.is_empty()).then(|| tokio::spawn(Arc::clone(&self).delete_wanted(wanted)));
            }
            self.forget_idle().await;
            self.together.drop_idle(self.config.clock.now().0 - IDLE_SECONDS);
            tokio::select! {
                () = self.cancel.cancelled() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Drops what was read, and closes what was opened, for whoever has not come back.
    async fn forget_idle(&self) {
        let now = self.config.clock.now().0;
        let connections: Vec<Arc<Connection>> = lock(&self.connections).values().cloned().collect();
        for connection in &connections {
            connection.drop_snapshot_when_idle(now - IDLE_SECONDS);
        }
        let open: Vec<_> = connections.into_iter().filter(|connection| connection.has_open_files()).collect();
        if open.is_empty() {
            return;
        }
        let closed = blocking(move || {
            open.iter().for_each(|connection| connection.close_files_when_idle(now - FILES_IDLE_SECONDS));
            Ok(())
        });
        if let Err(error) = closed.await {
            tracing::error!(%error, "files that are not needed were not closed");
        }
    }

    /// Shows what another process did, such as an erasure, also where there is nothing to do here for a while.
    async fn look_after_others(&self, records: &[ConnectionRecord]) {
        let shown = records.iter().filter_map(|record| {
            let connection = self.connection(&record.id);
            let shown = connection.peek()?;
            let files = self.config.data.connection_files(&record.id);
            Some((connection, record, shown.version, files))
        });
        let shown: Vec<_> = shown.collect();
        if shown.is_empty() {
            return;
        }
        let looked_at = shown
            .iter()
            .map(|(connection, _, version, files)| (connection.unmoved_ledger(), *version, files.clone()));
        let looked_at: Vec<_> = looked_at.collect();
        // In one go for all of them: most of the time nothing has moved.
        let moved = blocking(move || {
            let moved = looked_at.into_iter();
            Ok(moved
                .map(|(unmoved, version, files)| unmoved != Some((version, files.ledger_stamp())))
                .collect())
        });
        let moved: Vec<bool> = moved.await.unwrap_or_default();
        for ((connection, record, ..), _) in shown.iter().zip(moved).filter(|(_, has_moved)| *has_moved) {
            let Ok(_idle) = connection.working.try_lock() else { continue };
            if let Err(error) = self.reload_if_moved(connection, record).await {
                tracing::warn!(connection = %connection.id, %error, "another process's progress can't be read");
            }
        }
    }

    fn ensure_worker(self: &Arc<Self>, connection: &Arc<Connection>) {
        if lock(&self.forgotten).contains(&connection.id) {
            return;
        }
        connection.ensure_task(|| tokio::spawn(worker::run(Arc::clone(self), Arc::clone(connection))));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

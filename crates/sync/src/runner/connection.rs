//! What a process keeps in memory for one connection.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use connect::Client;
use model::{Clock, ConnectionId};
use store::{ConnectionFiles, Inbox, InboxFacts, LedgerStamp, Objects, StoreError};
use tokio::sync::{MutexGuard, Notify};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::ownerless::KnownOwnerless;
use super::prices::KnownPrices;
use super::privacy::Noted;
use super::record::MadeOf;
use super::{Snapshot, blocking, lock};
use crate::SyncError;
use crate::created::Created;
use crate::reporter::Reporter;

pub(super) struct Connection {
    pub id: ConnectionId,
    pub reporter: Reporter,
    /// One piece of work at a time.
    pub working: tokio::sync::Mutex<()>,
    /// One load of the ledger at a time.
    pub loading: tokio::sync::Mutex<()>,
    clock: Clock,
    snapshot: Mutex<Option<Snapshot>>,
    /// Wakes those who wait for anything to be shown.
    published: Notify,
    looked_at: AtomicI64,
    /// Which settings a ledger was made by: one that was made by earlier ones is not shown any more.
    epoch: AtomicU64,
    /// When its files were needed last.
    used_at: AtomicI64,
    reader: Mutex<Option<Objects>>,
    inbox: Mutex<Option<Inbox>>,
    pub created: Created,
    client: Mutex<Option<(MadeOf, Client)>>,
    /// The version that the ledger's file had when it was looked at, and by what to tell that nobody wrote since.
    unmoved: Mutex<Option<(u64, LedgerStamp)>>,
    forgetting: Mutex<Option<(Noted, Arc<HashSet<String>>)>>,
    /// While nobody works with them.
    prices: Mutex<Option<KnownPrices>>,
    ownerless: Mutex<Option<KnownOwnerless>>,
    /// Ends its task for good.
    forgotten: CancellationToken,
    /// Ends the work in progress; the next work starts with what the catalog says then.
    interrupt: Mutex<CancellationToken>,
    is_requested: AtomicBool,
    has_deliveries: AtomicBool,
    wake: Notify,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Connection {
    pub fn new(id: ConnectionId, clock: Clock, process: &CancellationToken) -> Self {
        let forgotten = process.child_token();
        Self {
            id,
            reporter: Reporter::new(clock.clone()),
            working: tokio::sync::Mutex::default(),
            loading: tokio::sync::Mutex::default(),
            published: Notify::new(),
            looked_at: AtomicI64::new(clock.now().0),
            used_at: AtomicI64::new(clock.now().0),
            clock,
            snapshot: Mutex::default(),
            epoch: AtomicU64::new(0),
            reader: Mutex::default(),
            inbox: Mutex::default(),
            created: Created::default(),
            client: Mutex::default(),
            unmoved: Mutex::default(),
            forgetting: Mutex::default(),
            prices: Mutex::default(),
            ownerless: Mutex::default(),
            interrupt: Mutex::new(forgotten.child_token()),
            forgotten,
            is_requested: AtomicBool::new(false),
            // What came before this process did.
            has_deliveries: AtomicBool::new(true),
            wake: Notify::new(),
            task: Mutex::default(),
        }
    }

    pub fn snapshot(&self) -> Option<Snapshot> {
        self.looked_at.store(self.clock.now().0, Ordering::Relaxed);
        lock(&self.snapshot).clone()
    }

    /// The same for housekeeping, which does not count as use.
    pub fn peek(&self) -> Option<Snapshot> {
        lock(&self.snapshot).clone()
    }

    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Shows a ledger from now on, unless it was made by settings that no longer hold, or a newer one is shown.
    pub fn publish(&self, snapshot: Snapshot, epoch: u64) {
        let mut shown = lock(&self.snapshot);
        let version = snapshot.version;
        if epoch != self.epoch() || shown.as_ref().is_some_and(|shown| shown.version > version) {
            return;
        }
        *shown = Some(snapshot);
        drop(shown);
        self.published.notify_waiters();
        self.reporter.change(|progress| progress.ledger_version = version);
    }

    /// What is shown, as soon as anything is; or else the right to load it. Whoever has that right can keep it long after
    /// something is shown, as an erasure does.
    pub async fn shown_or_loading(&self) -> Result<Snapshot, MutexGuard<'_, ()>> {
        loop {
            let published = self.published.notified();
            if let Some(snapshot) = self.snapshot() {
                return Ok(snapshot);
            }
            tokio::select! {
                () = published => {}
                loading = self.loading.lock() => return self.snapshot().ok_or(loading),
            }
        }
    }

    /// Drops a ledger that is not the file's, unless another is shown by now.
    pub fn drop_shown(&self, version: u64) {
        lock(&self.snapshot).take_if(|shown| shown.version == version);
    }

    pub fn drop_snapshot(&self) {
        *lock(&self.snapshot) = None;
        self.drop_known();
    }

    fn drop_known(&self) {
        *lock(&self.prices) = None;
        *lock(&self.ownerless) = None;
    }

    pub fn take_prices(&self) -> Option<KnownPrices> {
        lock(&self.prices).take()
    }

    /// For the next work, unless other settings hold by then.
    pub fn keep_prices(&self, prices: KnownPrices, epoch: u64) {
        let mut kept = lock(&self.prices);
        if epoch == self.epoch() {
            *kept = Some(prices);
        }
    }

    /// What belongs to no customer, if it is of all that the objects have.
    pub fn take_ownerless(&self, objects: &Objects) -> Result<Option<KnownOwnerless>, StoreError> {
        let Some(known) = lock(&self.ownerless).take() else { return Ok(None) };
        Ok(known.is_current(objects)?.then_some(known))
    }

    /// For the next work, as [`Connection::keep_prices`].
    pub fn keep_ownerless(&self, ownerless: Option<KnownOwnerless>, epoch: u64) {
        let mut kept = lock(&self.ownerless);
        if epoch == self.epoch() {
            *kept = ownerless;
        }
    }

    pub fn drop_snapshot_when_idle(&self, since: i64) {
        if self.looked_at.load(Ordering::Relaxed) < since && self.working.try_lock().is_ok() {
            self.drop_snapshot();
        }
    }

    /// Forgets what was read from the files: they were rewritten.
    pub fn close_files(&self) {
        self.drop_snapshot();
        self.close_reader();
    }

    /// The same where what is shown still holds.
    pub fn close_reader(&self) {
        *lock(&self.reader) = None;
    }

    /// The connection's objects, for reading.
    pub fn reading(&self, files: &ConnectionFiles) -> Result<Objects, StoreError> {
        self.use_files();
        let is_replaced = lock(&self.reader).as_ref().is_some_and(Objects::is_replaced);
        if is_replaced {
            *lock(&self.reader) = None;
        }
        opened_once(&self.reader, || files.objects_to_read())
    }

    pub fn is_forgotten(&self) -> bool {
        self.forgotten.is_cancelled()
    }

    /// Canceled when the work in progress should end.
    pub fn interruption(&self) -> CancellationToken {
        lock(&self.interrupt).clone()
    }

    pub fn begin_anew(&self) {
        let mut interrupt = lock(&self.interrupt);
        interrupt.cancel();
        *interrupt = self.forgotten.child_token();
        drop(interrupt);
        let mut shown = lock(&self.snapshot);
        self.epoch.fetch_add(1, Ordering::SeqCst);
        *shown = None;
        drop(shown);
        self.drop_known();
    }

    /// Ends work in progress at its next page, and waiting work before its first page. Blocks everything else,
    /// including readers of older results, and forgets what was read.
    pub async fn take_over(&self) -> (MutexGuard<'_, ()>, MutexGuard<'_, ()>) {
        self.begin_anew();
        let alone = (self.working.lock().await, self.loading.lock().await);
        self.close_files();
        alone
    }

    /// Requests an update soon.
    pub fn request(&self) {
        self.is_requested.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    /// Something was delivered.
    pub fn was_delivered(&self) {
        self.has_deliveries.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    /// An earlier delivery is still waiting; nothing has to be woken for it.
    pub fn was_delivered_before(&self) {
        self.has_deliveries.store(true, Ordering::SeqCst);
    }

    /// Whether anything was delivered that nobody has taken.
    pub fn has_deliveries(&self) -> bool {
        self.has_deliveries.load(Ordering::SeqCst)
    }

    /// Whether something was delivered since the last time.
    pub fn take_deliveries(&self) -> bool {
        self.has_deliveries.swap(false, Ordering::SeqCst)
    }

    /// Whether something is delivered within a while.
    pub async fn delivered_within(&self, longest: std::time::Duration) -> bool {
        self.rest(Some(longest)).await;
        self.has_deliveries.load(Ordering::SeqCst) && !self.is_forgotten()
    }

    pub fn unmoved_ledger(&self) -> Option<(u64, LedgerStamp)> {
        lock(&self.unmoved).clone()
    }

    pub fn note_unmoved_ledger(&self, found: (u64, LedgerStamp)) {
        *lock(&self.unmoved) = Some(found);
    }

    /// Customers whose personal data is dropped, as a set that is made where the notes are others.
    pub fn erased(&self, noted: Noted) -> Arc<HashSet<String>> {
        let mut known = lock(&self.forgetting);
        if let Some((_, erased)) = known.as_ref().filter(|(of, _)| *of == noted) {
            return Arc::clone(erased);
        }
        let erased = Arc::new(noted.customers());
        *known = Some((noted, Arc::clone(&erased)));
        erased
    }

    /// The client that is there, where it was made of the same; else another.
    pub fn client(
        &self,
        made_of: MadeOf,
        make: impl FnOnce() -> Result<Client, SyncError>,
    ) -> Result<Client, SyncError> {
        let mut kept = lock(&self.client);
        if let Some((_, client)) = kept.as_ref().filter(|(kept, _)| *kept == made_of) {
            return Ok(client.clone());
        }
        let client = make()?;
        *kept = Some((made_of, client.clone()));
        Ok(client)
    }

    /// The connection's inbox, opened when it is first needed.
    pub fn inbox(&self, files: &ConnectionFiles) -> Result<Inbox, StoreError> {
        self.use_files();
        opened_once(&self.inbox, || files.inbox())
    }

    /// What is in the inbox, which is not opened for that.
    pub fn inbox_facts(&self, files: &ConnectionFiles) -> Result<InboxFacts, StoreError> {
        let opened = lock(&self.inbox).clone();
        opened.map_or_else(|| files.inbox_facts(), |inbox| inbox.facts())
    }

    fn use_files(&self) {
        self.used_at.store(self.clock.now().0, Ordering::Relaxed);
    }

    pub fn has_open_files(&self) -> bool {
        lock(&self.reader).is_some() || lock(&self.inbox).is_some()
    }

    /// Closes files that nobody has needed after `since`, unless they are worked with. Whoever has a handle keeps it. This waits for
    /// the disk.
    pub fn close_files_when_idle(&self, since: i64) {
        if self.used_at.load(Ordering::Relaxed) > since {
            return;
        }
        if let Ok(_idle) = self.working.try_lock() {
            let files = (lock(&self.reader).take(), lock(&self.inbox).take());
            drop(files);
        }
    }

    pub fn is_requested(&self) -> bool {
        self.is_requested.load(Ordering::SeqCst)
    }

    /// Whether an update was requested since the last time.
    pub fn take_request(&self) -> bool {
        self.is_requested.swap(false, Ordering::SeqCst)
    }

    /// Until an update is requested, something is delivered, the time is up, or the connection is forgotten.
    pub async fn rest(&self, longest: Option<std::time::Duration>) {
        let longest = longest.unwrap_or(std::time::Duration::from_secs(86_400));
        tokio::select! {
            () = self.forgotten.cancelled() => {}
            () = self.wake.notified() => {}
            () = tokio::time::sleep(longest) => {}
        }
    }

    pub fn ensure_task(&self, spawn: impl FnOnce() -> JoinHandle<()>) {
        let mut task = lock(&self.task);
        let is_running = task.as_ref().is_some_and(|task| !task.is_finished());
        if !is_running && !self.is_forgotten() {
            *task = Some(spawn());
        }
    }

    /// Whether its task runs.
    #[cfg(test)]
    pub fn is_working(&self) -> bool {
        lock(&self.task).as_ref().is_some_and(|task| !task.is_finished())
    }

    /// Ends the work at its next page, and closes the files.
    pub async fn forget(&self) {
        self.forgotten.cancel();
        let task = lock(&self.task).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(connection = %self.id, %error, "the connection's task ended unexpectedly");
        }
        // Also work that a command does without a task.
        let _working = self.working.lock().await;
        let files = (lock(&self.reader).take(), lock(&self.inbox).take());
        // Closing waits for the disk and for the inbox' writer.
        let closing = blocking(move || {
            drop(files);
            Ok(())
        });
        if let Err(error) = closing.await {
            tracing::error!(connection = %self.id, %error, "its files were not closed");
        }
        self.drop_snapshot();
        *lock(&self.client) = None;
    }
}

/// What is open already, or is opened now and stays so.
fn opened_once<T: Clone>(
    place: &Mutex<Option<T>>,
    open: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut place = lock(place);
    if let Some(opened) = &*place {
        return Ok(opened.clone());
    }
    Ok(place.insert(open()?).clone())
}

#[cfg(test)]
mod tests {
    use metrics::columns::Ledger;

    use super::*;

    fn snapshot(version: u64) -> Snapshot {
        Snapshot { version, ledger: Ledger::empty(jiff::tz::TimeZone::UTC).into() }
    }

    fn connection() -> Connection {
        Connection::new(ConnectionId::from("con_1"), crate::testing::clock(), &CancellationToken::new())
    }

    #[test]
    fn an_older_ledger_never_takes_the_place_of_a_newer_one() {
        let connection = connection();
        let version = || connection.peek().map(|shown| shown.version);
        connection.publish(snapshot(7), connection.epoch());
        connection.publish(snapshot(6), connection.epoch());
        assert_eq!((version(), connection.reporter.subscribe().borrow().ledger_version), (Some(7), 7));
        connection.publish(snapshot(8), connection.epoch());
        assert_eq!(version(), Some(8));

        // What other settings gave is not compared with.
        let earlier = connection.epoch();
        connection.begin_anew();
        connection.publish(snapshot(9), earlier);
        assert_eq!(version(), None);
        connection.publish(snapshot(1), connection.epoch());
        assert_eq!(version(), Some(1));
    }

    #[tokio::test]
    async fn who_waits_to_load_sees_what_is_shown_meanwhile() {
        let connection = connection();
        let (_working, _loading) = connection.take_over().await;
        let publish = async { connection.publish(snapshot(3), connection.epoch()) };
        let (shown, ()) = tokio::join!(connection.shown_or_loading(), publish);
        assert_eq!(shown.map(|shown| shown.version).ok(), Some(3));
    }
}

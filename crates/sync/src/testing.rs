//! A small billing provider on a port of this machine, and folders to load it into.

pub(crate) mod kind;
mod merchant;
mod server;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use connect::{Backoff, Client, ClientConfig, Limits, Source};
use model::{AccountId, Clock, ManualClock, Secret, Settings, UnixSeconds};
use store::{ConnectionFiles, ConnectionRecord, DataDir, NewConnection, Objects};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::context::{Context, RequestClock, RetryPolicy};
use crate::reporter::Reporter;
use crate::runner::{Runner, RunnerConfig, key_context};
use crate::writing::Written;

pub(crate) use merchant::{Merchant, NOW};
pub(crate) use server::Provider;

/// Whose API the provider of these tests speaks.
pub(crate) const SOURCE: Source = Source::ALL[0];
const KEY: &str = "rk_test_000000000000000000000000";
/// Somebody who gives up at once.
pub(crate) const NONE: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(1),
    longest: Duration::from_millis(1),
    give_up_after: Some(Duration::ZERO),
};

/// A clock that stands at the provider's own time.
pub(crate) fn clock() -> Clock {
    Clock::Manual(ManualClock::at(UnixSeconds(NOW)))
}

pub(crate) fn client(provider: &Provider) -> Client {
    let defaults = ClientConfig::new(SOURCE.parse_key(KEY).unwrap(), clock());
    let backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
    let base = provider.base.parse().unwrap();
    Client::new(ClientConfig { base, limits: Limits::None, backoff, ..defaults }).unwrap()
}

thread_local! {
    /// Deleted when the test's thread ends.
    static INBOXES: RefCell<Vec<tempfile::TempDir>> = const { RefCell::new(Vec::new()) };
}

fn inbox() -> store::Inbox {
    let dir = tempfile::tempdir().unwrap();
    let inbox = ConnectionFiles::in_folder(dir.path()).inbox().unwrap();
    INBOXES.with_borrow_mut(|inboxes| inboxes.push(dir));
    inbox
}

/// What a piece of work needs, and who hears of its commits.
pub(crate) fn context(provider: &Provider, objects: Objects) -> (Context, mpsc::UnboundedReceiver<Written>) {
    let (written, heard) = mpsc::unbounded_channel();
    let request_clock = RequestClock::until_now(&objects).unwrap();
    let context = Context {
        request_clock,
        inbox: inbox(),
        created: Default::default(),
        outage: crate::outage::Outage::unreported(),
        erased: Default::default(),
        namings: Default::default(),
        client: client(provider),
        objects,
        clock: clock(),
        retry_policy: NONE,
        cancel: CancellationToken::new(),
        reporter: Reporter::new(clock()),
        written,
        account_created_at: None,
    };
    (context, heard)
}

/// A data folder with one connection to a provider.
pub(crate) struct Folder {
    pub data: DataDir,
    pub record: ConnectionRecord,
    _dir: tempfile::TempDir,
}

impl Folder {
    pub fn connected_to(provider: &Provider) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let record = Self::connect(&data, &provider.base, "acct_1");
        Self { data, record, _dir: dir }
    }

    /// One more connection.
    pub fn connect(data: &DataDir, base: &str, account: &str) -> ConnectionRecord {
        let catalog = data.catalog().unwrap();
        let workspace = catalog.default_workspace().unwrap().id;
        let connection = NewConnection {
            workspace: workspace.clone(),
            source: SOURCE.id().to_owned(),
            name: "Shop".to_owned(),
            account_id: AccountId::from(account),
            account_name: None,
            api_base: base.to_owned(),
            is_test_mode: true,
            is_sample: false,
            settings: Settings::default(),
            default_currency: None,
            absent: Vec::new(),
        };
        let record = catalog.create_connection(&connection, UnixSeconds(NOW)).unwrap();
        let sealed =
            data.keyring(&catalog).unwrap().seal(&key_context(&record.id), &Secret::new(KEY)).unwrap();
        catalog.set_sealed_key(&workspace, &record.id, &sealed, "rk_test_…0000").unwrap();
        record
    }

    pub fn runner(&self) -> Runner {
        self.runner_at(clock())
    }

    pub fn runner_at(&self, clock: Clock) -> Runner {
        let config = RunnerConfig {
            limits: Limits::None,
            retry_policy: NONE,
            ..RunnerConfig::command(self.data.clone(), self.data.catalog().unwrap(), clock)
        };
        Runner::new(config)
    }

    /// The connection as the catalog has it now.
    pub fn now(&self) -> ConnectionRecord {
        let catalog = self.data.catalog().unwrap();
        catalog.connection(&self.record.workspace, &self.record.id).unwrap().unwrap()
    }

    pub fn objects(&self) -> Objects {
        self.files().objects_to_read().unwrap()
    }

    pub fn files(&self) -> ConnectionFiles {
        self.data.connection_files(&self.record.id)
    }

    /// Where the files lie today, for tests that damage them.
    pub fn on_disk(&self) -> std::path::PathBuf {
        self.data.path().join("connections").join(self.record.id.as_str())
    }

    /// Loads or updates once.
    pub async fn sync(&self, runner: &Runner) -> Result<(), crate::SyncError> {
        runner.sync_once(&self.record.workspace, &self.record.id).await
    }

    pub async fn ledger(&self, runner: &Runner) -> Arc<metrics::columns::Ledger> {
        runner.ledger(&self.record.workspace, &self.record.id).await.unwrap().ledger
    }

    /// Every customer's steps, in words: a difference shows.
    pub fn steps(&self) -> String {
        let objects = self.objects();
        let book = crate::history::price_book(SOURCE, &objects).unwrap().book;
        let ids = objects.all_customer_ids().unwrap();
        let settings = self.now().settings;
        let some =
            crate::projection::build_some(SOURCE, &objects, &ids, &book, settings.rules, None).unwrap();
        let lines = some.changes.iter().map(|(entry, ledger)| format!("{entry:?} {ledger:?}\n"));
        lines.collect()
    }
}

/// The same bytes, whichever way the ledgers came about.
pub(crate) fn bytes(ledger: &metrics::columns::Ledger) -> Vec<Option<Vec<u8>>> {
    ledger.blob_ids().map(|id| ledger.to_bytes(id)).collect()
}

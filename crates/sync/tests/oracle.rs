//! The whole way from Stripe's API to the ledger, judged by what the sandbox's merchant meant each customer to be worth.

#![expect(clippy::unwrap_used, reason = "a test's helpers stop at what must not happen")]

use std::fmt::Write;
use std::time::Duration;

use metrics::query::steps;
use model::{AccountId, Clock, ManualClock, Secret, Settings, UnixSeconds};
use sandbox::{MerchantName, Options};
use store::{ConnectionRecord, DataDir, NewConnection};
use sync::{Patience, Runner, RunnerConfig};

const NOW: UnixSeconds = UnixSeconds(1_795_000_000);
const SEEDS: u64 = 50;
/// Enough that every situation occurs over the seeds.
const CUSTOMERS: u64 = 150;
const FAULTS: &str = "500=0.02,reset=0.02,truncate=0.02,429=0.02";
const PATIENCE: Patience = Patience {
    first: Duration::from_millis(10),
    longest: Duration::from_millis(50),
    give_up_after: Some(Duration::from_secs(60)),
};

fn options(seed: u64, is_legacy: bool, is_faulty: bool) -> Options {
    Options {
        merchant: MerchantName::Mid,
        seed,
        customers: Some(CUSTOMERS),
        now: Some(NOW),
        api_version: is_legacy.then(|| "2024-06-20".to_owned()),
        faults: if is_faulty { FAULTS.parse().unwrap() } else { sandbox::Faults::NONE },
        ..Options::default()
    }
}

struct Folder {
    data: DataDir,
    record: ConnectionRecord,
    _dir: tempfile::TempDir,
}

impl Folder {
    fn connected_to(sandbox: &sandbox::Running) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let catalog = data.catalog().unwrap();
        let workspace = catalog.default_workspace().unwrap().id;
        let connection = NewConnection {
            workspace: workspace.clone(),
            source: "stripe".to_owned(),
            name: "Sandbox".to_owned(),
            account_id: AccountId::from("acct_1"),
            account_name: None,
            api_base: sandbox.api_base.clone(),
            is_test_mode: true,
            is_sample: true,
            settings: Settings::default(),
            default_currency: None,
            absent: Vec::new(),
        };
        let record = catalog.create_connection(&connection, NOW).unwrap();
        let sealed =
            data.keyring().unwrap().seal(&sync::runner::key_context(&record.id), &Secret::new(&*sandbox.key));
        catalog.set_sealed_key(&workspace, &record.id, &sealed.unwrap(), "sk_test_…").unwrap();
        Self { data, record, _dir: dir }
    }

    fn runner(&self) -> Runner {
        let catalog = self.data.catalog().unwrap();
        let clock = Clock::Manual(ManualClock::at(NOW));
        let config = RunnerConfig::command(self.data.clone(), catalog, clock);
        Runner::new(RunnerConfig { patience: PATIENCE, ..config })
    }

    /// The ledger as `chartsy ledger` prints it.
    async fn ledger(&self, runner: &Runner) -> String {
        let snapshot = runner.ledger(&self.record.workspace, &self.record.id).await.unwrap();
        lines(steps(&snapshot.ledger, NOW))
    }
}

fn lines(steps: impl IntoIterator<Item = impl serde::Serialize>) -> String {
    let mut text = String::new();
    for step in steps {
        writeln!(text, "{}", serde_json::to_string(&step).unwrap()).unwrap();
    }
    text
}

/// The first customer on whom the two disagree, to be looked at.
fn difference(meant: &str, found: &str) -> String {
    let only = |a: &str, b: &str| {
        let lines: std::collections::HashSet<&str> = b.lines().collect();
        a.lines().filter(|line| !lines.contains(line)).take(5).collect::<Vec<_>>().join("\n")
    };
    format!("meant only:\n{}\nfound only:\n{}", only(meant, found), only(found, meant))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_customer_is_worth_what_the_merchant_meant_to_the_cent() {
    // Every seed in both shapes, one of them with faults.
    let runs = (1..=SEEDS).flat_map(|seed| [(seed, false, seed % 2 == 0), (seed, true, seed % 2 == 1)]);
    for (seed, is_legacy, is_faulty) in runs {
        let sandbox = sandbox::start(options(seed, is_legacy, is_faulty)).await.unwrap();
        let folder = Folder::connected_to(&sandbox);
        let runner = folder.runner();
        let context = format!("seed {seed}, legacy shape: {is_legacy}, faults: {is_faulty}");
        let loaded = runner.sync_once(&folder.record.workspace, &folder.record.id).await;
        assert!(loaded.is_ok(), "{context}: {loaded:?}");
        let (meant, found) = (lines(sandbox.intention()), folder.ledger(&runner).await);
        assert!(!meant.is_empty());
        assert!(meant == found, "{context}\n{}", difference(&meant, &found));
        runner.stop().await;
        sandbox.stop().await;
    }
}

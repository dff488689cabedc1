//! The whole way from a provider's API to the ledger, judged by what the sandbox's merchant meant each customer to be worth.

use std::time::Duration;

use metrics::query::steps;
use model::{Clock, ManualClock};
use sandbox::{MerchantName, Options};
use store::{ConnectionRecord, DataDir};
use sync::{RetryPolicy, Runner, RunnerConfig};

use crate::default::connected;
use crate::support::{NOW, difference, lines};

const SEEDS: u64 = 50;
/// Enough that every situation occurs over the seeds.
const CUSTOMERS: u64 = 150;
const FAULTS: &str = "500=0.02,reset=0.02,truncate=0.02,429=0.02";
const RETRY_POLICY: RetryPolicy = RetryPolicy {
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
        let record = connected(&data, &sandbox.api_base, &sandbox.key);
        Self { data, record, _dir: dir }
    }

    fn runner(&self) -> Runner {
        let catalog = self.data.catalog().unwrap();
        let clock = Clock::Manual(ManualClock::at(NOW));
        let config = RunnerConfig::command(self.data.clone(), catalog, clock);
        Runner::new(RunnerConfig { retry_policy: RETRY_POLICY, ..config })
    }

    /// The ledger as `chartsy ledger` prints it.
    async fn ledger(&self, runner: &Runner) -> String {
        let snapshot = runner.ledger(&self.record.workspace, &self.record.id).await.unwrap();
        lines(steps(&snapshot.ledger, NOW))
    }
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
        let (meant, found) = (lines(sandbox.expected_mrr()), folder.ledger(&runner).await);
        assert!(!meant.is_empty());
        assert!(meant == found, "{context}\n{}", difference(&meant, &found));
        runner.stop().await;
        sandbox.stop().await;
    }
}

//! Whom the work on a connection may reach.

use std::time::Duration;

use connect::Network;
use model::Clock;
use sandbox::{MerchantName, Options};
use store::DataDir;
use sync::{RetryPolicy, Runner, RunnerConfig};

use crate::default::connected_as;

/// Works once on a connection to a sandbox on this machine, where only the public internet may be reached.
async fn work(is_sample: bool) -> Result<(), String> {
    let options = Options { merchant: MerchantName::Empty, ..Options::default() };
    let sandbox = sandbox::start(options).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    let record = connected_as(&data, &sandbox.api_base, &sandbox.key, is_sample);
    let config = RunnerConfig::command(data.clone(), data.catalog().unwrap(), Clock::System);
    let retry_policy = RetryPolicy { give_up_after: Some(Duration::ZERO), ..RetryPolicy::MINUTES };
    let runner = Runner::new(RunnerConfig { network: Network::Public, retry_policy, ..config });
    runner.sync_once(&record.workspace, &record.id).await.map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_not_public_any_more_is_not_requested() {
    let refused = work(false).await.unwrap_err();
    assert!(refused.contains("not on the public internet"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sample_merchants_inside_the_process_are_reached_all_the_same() {
    assert_eq!(work(true).await, Ok(()));
}

//! Small accounts with what each customer is worth in them, worked out by hand: every file in `tests/accounts`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use metrics::query::steps;
use model::{Clock, Day, ManualClock, UnixSeconds};
use sandbox::{AccountFile, Options};
use store::DataDir;
use sync::{Problem, Runner, RunnerConfig};

use crate::default::connected;

/// 2026-11-28: after everything that was billed in the files.
const NOW: UnixSeconds = UnixSeconds(1_795_824_000);

/// What comes out wrong in the current shape of the provider's objects. An entry that comes out right fails: take it out.
const KNOWN_WRONG: &[&str] = &[];

/// The value of each customer and currency at the end of each day on which it changed.
type Values = BTreeMap<(String, String), BTreeMap<Day, i64>>;

fn values(steps: impl Iterator<Item = (String, String, UnixSeconds, i64)>) -> Values {
    let mut values = Values::new();
    for (customer, currency, at, mrr_minor) in steps {
        let day = at.day(&jiff::tz::TimeZone::UTC);
        values.entry((customer, currency)).or_default().insert(day, mrr_minor);
    }
    for days in values.values_mut() {
        let mut before = 0;
        days.retain(|_, mrr_minor| std::mem::replace(&mut before, *mrr_minor) != *mrr_minor);
    }
    values.retain(|_, days| !days.is_empty());
    values
}

fn files() -> Vec<PathBuf> {
    // Relative to the package, where tests are run: a built test may have been built in another checkout.
    let mut files: Vec<PathBuf> =
        std::fs::read_dir("tests/accounts").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Everything that is wrong with what came out, a line each.
async fn faults(file: Arc<AccountFile>) -> Vec<String> {
    let options = Options { objects: Some(Arc::clone(&file)), now: Some(NOW), ..Options::default() };
    let sandbox = sandbox::start(options).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    let record = connected(&data, &sandbox.api_base, &sandbox.key);
    let clock = Clock::Manual(ManualClock::at(NOW));
    let runner = Runner::new(RunnerConfig::command(data.clone(), data.catalog().unwrap(), clock));
    runner.sync_once(&record.workspace, &record.id).await.unwrap();
    let snapshot = runner.ledger(&record.workspace, &record.id).await.unwrap();
    let found =
        values(steps(&snapshot.ledger, NOW).map(|step| {
            (step.customer.to_string(), step.currency.as_str().to_owned(), step.at, step.mrr_minor)
        }));
    let expected =
        values(file.expected_mrr().unwrap().into_iter().map(|step| {
            (step.customer.to_string(), step.currency.as_str().to_owned(), step.at, step.mrr_minor)
        }));
    let keys: std::collections::BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    let differing = keys.into_iter().filter(|key| found.get(*key) != expected.get(*key));
    let mut faults: Vec<String> = differing
        .map(|key| format!("{key:?}: expected {:?}, found {:?}", expected.get(key), found.get(key)))
        .collect();
    let objects = runner.objects(&record.workspace, &record.id).await.unwrap();
    let files = data.connection_files(&record.id);
    let problems: Vec<Problem> = sync::view::problems(&objects, &files).unwrap();
    let is_listed = |id: &String| {
        let mut examples = problems.iter().flat_map(|problem| &problem.examples);
        examples.any(|example| example.points_to.as_ref() == Some(id))
    };
    faults.extend(file.named().iter().filter(|id| !is_listed(id)).map(|id| format!("{id} is not listed")));
    runner.stop().await;
    sandbox.stop().await;
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_customer_of_an_account_is_worth_what_its_file_says() {
    let mut wrong = Vec::new();
    let mut report = String::new();
    for path in files() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let file = AccountFile::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(!file.expected_mrr().unwrap().is_empty(), "{name} expects nothing");
        let faults = faults(Arc::new(file)).await;
        if !faults.is_empty() {
            report.push_str(&format!("{name}:\n  {}\n", faults.join("\n  ")));
            wrong.push(name);
        }
    }
    assert!(wrong == KNOWN_WRONG, "wrong are {wrong:?}, known are {KNOWN_WRONG:?}\n{report}");
}

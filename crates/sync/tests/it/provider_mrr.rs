//! A provider's own figures are read beside the objects, once a day, and compared with ours.

use std::sync::Arc;

use connect::Source;
use metrics::fx::Rates;
use metrics::statement::provider_mrr::{ProviderMrrReason, ProviderMrrReport, ProviderMrrState};
use metrics::view::View;
use model::{Clock, ManualClock, UnixSeconds};
use sandbox::{MerchantName, Options, Provider, Running};
use store::{ConnectionRecord, DataDir};
use sync::{Business, Runner, RunnerConfig, provider_mrr};

use crate::support::{NOW, connected_to};

const DAY: i64 = 86_400;

struct Account {
    sandbox: Running,
    runner: Runner,
    record: ConnectionRecord,
    clock: ManualClock,
    _dir: tempfile::TempDir,
}

/// A provider whose API has figures of its own.
fn offering() -> (Provider, Source) {
    let source =
        |provider: &Provider| Source::ALL.iter().find(|source| source.command() == provider.as_str());
    let mut offering = Provider::ALL.into_iter().filter_map(|provider| Some((provider, *source(&provider)?)));
    offering.find(|(_, source)| source.provider_mrr().is_some()).unwrap()
}

impl Account {
    async fn with(permissions: &str) -> Self {
        let (provider, source) = offering();
        let mut options = Options {
            merchant: MerchantName::Mid,
            customers: Some(60),
            now: Some(NOW),
            ..Options::of(provider)
        };
        options.permit(permissions).unwrap();
        let sandbox = sandbox::start(options).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let record = connected_to(source.id(), &data, &sandbox.api_base, &sandbox.key, false);
        let clock = ManualClock::at(NOW);
        let catalog = data.catalog().unwrap();
        let runner = Runner::new(RunnerConfig::command(data, catalog, Clock::Manual(clock.clone())));
        Self { sandbox, runner, record, clock, _dir: dir }
    }

    async fn sync(&self) {
        self.runner.sync_once(&self.record.workspace, &self.record.id).await.unwrap();
    }

    async fn report(&self, rates: Rates) -> ProviderMrrReport {
        let business = Business::One(Box::new(self.record.clone()));
        let view: View = self
            .runner
            .view(&business, Arc::new(rates), Clock::Manual(self.clock.clone()).now())
            .await
            .unwrap();
        let objects = self.runner.objects(&self.record.workspace, &self.record.id).await.unwrap();
        ProviderMrrReport::of(&view, true, provider_mrr::last(&objects).unwrap())
    }
}

/// Those of the sandbox, for every day there is.
fn rates_of_the_sandbox() -> Rates {
    let first = NOW.0 / DAY - 120;
    let lines = (first..first + 160).map(|day| {
        let on = model::Day(i32::try_from(day).unwrap());
        format!("{on},1,0.8,150,1300\n")
    });
    Rates::from_csv(&format!("Date,USD,GBP,JPY,KRW\n{}", lines.collect::<String>())).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_providers_own_rates_mrr_is_what_the_provider_says_on_every_day() {
    let account = Account::with("all").await;
    account.sync().await;
    let report = account.report(rates_of_the_sandbox()).await;
    assert_eq!((report.state, report.days.len()), (ProviderMrrState::Read, 92));
    assert!(report.days.iter().all(|day| day.mrr_minor > 0 && day.other_currencies_minor > 0));
    // Each customer's value is rounded to a cent there.
    let far = report.days.iter().filter(|day| day.difference_minor.abs() > 60);
    assert_eq!(far.collect::<Vec<_>>(), Vec::<&metrics::statement::provider_mrr::ComparedDay>::new());

    // At other rates the difference is explained by them.
    let report = account.report(Rates::clone(&Rates::embedded())).await;
    let reasons: Vec<_> = report.days.iter().map(|day| day.reason).collect();
    assert!(reasons.contains(&ProviderMrrReason::Rates));
    assert!(!reasons.contains(&ProviderMrrReason::Unexplained), "{:?}", report.days);

    // Read again a day later, with the days since.
    let read_at = report.read_at;
    account.clock.set(UnixSeconds(NOW.0 + DAY / 2));
    account.sync().await;
    let to = UnixSeconds(NOW.0 + 3 * DAY);
    account.sandbox.advance(to).await;
    account.clock.set(to);
    account.sync().await;
    let later = account.report(rates_of_the_sandbox()).await;
    assert!(later.read_at > read_at);
    assert_eq!(later.days.last().unwrap().on.0, report.days.last().unwrap().on.0 + 3);
    account.runner.stop().await;
    account.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_without_the_permission_loads_all_else_and_says_which_it_lacks() {
    let scope = offering().1.provider_mrr().unwrap().scope;
    let account = Account::with(&format!("-{scope}")).await;
    account.sync().await;
    let report = account.report(rates_of_the_sandbox()).await;
    assert_eq!(report.state, ProviderMrrState::PermissionMissing);
    assert_eq!(report.permission.as_deref(), Some(scope));
    assert_eq!(report.days, []);
    account.runner.stop().await;
    account.sandbox.stop().await;
}

//! What holds for every provider that there is a sandbox of.

use std::time::Duration;

use connect::{Client, ClientConfig, Limits, ListRequest, Source};
use metrics::query::steps;
use model::{Clock, ManualClock, RawObject, Settings, UnixSeconds};
use sandbox::{MerchantName, Options, Provider, Running};
use store::{ConnectionRecord, DataDir, Objects};
use sync::{RetryPolicy, Runner, RunnerConfig};

use crate::exactly;
use crate::support::{NOW, connected_to, difference, lines};

const DAY: i64 = 86_400;
const RETRY_POLICY: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(10),
    longest: Duration::from_millis(50),
    give_up_after: Some(Duration::from_secs(60)),
};

struct Account {
    source: Source,
    sandbox: Running,
    runner: Runner,
    record: ConnectionRecord,
    clock: ManualClock,
    _dir: tempfile::TempDir,
}

impl Account {
    async fn of(provider: Provider, faults: &str) -> Self {
        Self::with(provider, faults, Settings::default()).await
    }

    async fn with(provider: Provider, faults: &str, settings: Settings) -> Self {
        let sandbox = sandbox::start(Options {
            merchant: MerchantName::Mid,
            customers: Some(60),
            now: Some(NOW),
            faults: faults.parse().unwrap(),
            ..Options::of(provider)
        });
        let sandbox = sandbox.await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let source =
            Source::ALL.iter().copied().find(|source| source.command() == provider.as_str()).unwrap();
        let record = connected_to(source.id(), &data, &sandbox.api_base, &sandbox.key, false);
        data.catalog()
            .unwrap()
            .update_connection(&record.workspace, &record.id, |own| own.settings = settings.clone())
            .unwrap();
        let clock = ManualClock::at(NOW);
        let config =
            RunnerConfig::command(data.clone(), data.catalog().unwrap(), Clock::Manual(clock.clone()));
        let runner = Runner::new(RunnerConfig { retry_policy: RETRY_POLICY, ..config });
        Self { source, sandbox, runner, record, clock, _dir: dir }
    }

    async fn sync(&self) {
        self.runner.sync_once(&self.record.workspace, &self.record.id).await.unwrap();
    }

    async fn live(&self, days: i64) {
        let to = UnixSeconds(self.sandbox.now().0 + days * DAY);
        assert!(self.sandbox.advance(to).await > 0, "something happens");
        self.clock.set(to);
    }

    async fn objects(&self) -> Objects {
        self.runner.objects(&self.record.workspace, &self.record.id).await.unwrap()
    }

    /// Everything that the provider lists, as its own client reads it, with what comes inside.
    async fn listed(&self) -> Vec<RawObject> {
        let key = self.source.parse_key(&self.sandbox.key).unwrap();
        let config = ClientConfig::new(key, Clock::Manual(self.clock.clone()));
        let base = self.sandbox.api_base.parse().unwrap();
        let client = Client::new(ClientConfig { base, limits: Limits::None, ..config }).unwrap();
        let mut listed = Vec::new();
        for kind in self.source.load_order() {
            let mut request = ListRequest::new(*kind);
            loop {
                let page = client.list(&request).await.unwrap();
                assert_eq!(page.unreadable, Vec::<String>::new());
                let last = page.objects.last().map(|last| last.id.clone());
                listed.extend(page.objects);
                listed.extend(page.embedded);
                if !page.has_more {
                    break;
                }
                request.starting_after = page.next.or(last);
            }
        }
        listed
    }

    /// Whether every customer is worth what the merchant meant.
    async fn require_worth(&self, when: &str) {
        if self.source.lately().is_some() {
            return self.require_worth_lately(when).await;
        }
        let snapshot = self.runner.ledger(&self.record.workspace, &self.record.id).await.unwrap();
        let meant = lines(self.sandbox.expected_mrr());
        let found = lines(steps(&snapshot.ledger, self.sandbox.now()));
        assert!(!meant.is_empty());
        assert!(meant == found, "{when}\n{}", difference(&meant, &found));
    }

    /// The same where a provider reports exactly only lately: of customers whose subscriptions have all been paid since
    /// it does, from the last of these first payments on.
    async fn require_worth_lately(&self, when: &str) {
        let borders = exactly::borders(self.source, &self.objects().await, self.sandbox.now());
        let exact = borders.values().filter(|border| border.exact_since.is_some()).count();
        assert!(exact > 10, "{when}: {exact}");
        let snapshot = self.runner.ledger(&self.record.workspace, &self.record.id).await.unwrap();
        let meant = lines(self.sandbox.expected_mrr());
        let found = lines(steps(&snapshot.ledger, self.sandbox.now()));
        let wrong = exactly::differing(&meant, &found, &borders);
        assert!(wrong.is_empty(), "{when}: {} of {exact}\n{}", wrong.len(), wrong.join("\n"));
    }

    /// Whether what is stored is what the provider has, and whether all that objects name is there.
    async fn require_same(&self, when: &str) {
        let (objects, listed) = (self.objects().await, self.listed().await);
        assert!(listed.len() > 200, "{when}: {}", listed.len());
        for there in listed {
            let stored = objects.get(there.kind, &there.id).unwrap();
            assert!(stored.is_some(), "{when}: {} {} is missing", there.kind, there.id);
            let stored = stored.unwrap().object;
            // In other objects a provider may count on without reporting that as a change.
            let is_compared = self.source.sampled().any(|kind| kind == there.kind);
            let is_same = !is_compared || self.source.says_the_same(&stored, &there);
            assert!(is_same, "{when}: stored {stored:?} for {there:?}");
            for named in self.source.references().iter().filter(|named| named.from == there.kind) {
                let Some(id) = there.counterparts.get(named.column) else { continue };
                // A column may name objects of several kinds.
                let has = |kind| objects.get(kind, id).unwrap().is_some();
                let kinds = self.source.references().iter().filter(|other| other.column == named.column);
                assert!(kinds.map(|one| one.to).any(has), "{when}: {} {} names {id}", there.kind, there.id);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_stored_as_it_is_listed_and_worth_what_the_merchant_meant() {
    for provider in Provider::ALL {
        for faults in ["none", "500=0.03,reset=0.03,truncate=0.03"] {
            let account = Account::of(provider, faults).await;
            account.sync().await;
            account.require_same(&format!("{provider}, {faults}: loaded")).await;
            account.require_worth(&format!("{provider}, {faults}: loaded")).await;
            account.live(20).await;
            account.sync().await;
            account.require_same(&format!("{provider}, {faults}: by its events")).await;
            account.require_worth(&format!("{provider}, {faults}: by its events")).await;
            // Longer than any list of events reaches back.
            account.live(200).await;
            account.sync().await;
            account.require_same(&format!("{provider}, {faults}: listed again")).await;
            account.runner.stop().await;
            account.sandbox.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_followed_without_anybodys_name_too() {
    for provider in Provider::ALL {
        let settings = Settings { gdpr: true, ..Settings::default() };
        let account = Account::with(provider, "none", settings).await;
        account.sync().await;
        account.live(20).await;
        account.sync().await;
        let objects = account.objects().await;
        for there in account.listed().await {
            let stored = objects.get(there.kind, &there.id).unwrap();
            assert!(stored.is_some(), "{provider}: {} {} is missing", there.kind, there.id);
        }
        account.runner.stop().await;
        account.sandbox.stop().await;
    }
}

//! A merchant's life seen through bad luck: faults of every kind, deliveries lost, late, twice and out of order, loads
//! and updates that are cut off, rebuilds in between. However it went, in the end every customer is worth what the
//! merchant meant.
//!
//! `CHARTSY_SIMULATION_SEEDS=1000` runs more of them, `CHARTSY_SIMULATION_SEED=7` a single one.

use std::fmt::Write;
use std::time::Duration;

use connect::stripe::{Client, ClientConfig, Key, Limits, ListRequest};
use metrics::query::steps;
use model::{Clock, ManualClock, ObjectKind, Secret, UnixSeconds};
use sandbox::{MerchantName, Options};
use store::{ConnectionRecord, DataDir};
use sync::{Patience, Runner, RunnerConfig};

use crate::support::{NOW, connected, difference, lines};

const DAY: i64 = 86_400;
const SEEDS: u64 = 12;
const CUSTOMERS: u64 = 25;
const ACTS: usize = 8;
const SECRET: &str = "whsec_simulation";
const PATIENCE: Patience = Patience {
    first: Duration::from_millis(5),
    longest: Duration::from_millis(20),
    give_up_after: Some(Duration::from_secs(60)),
};

/// A sequence that a seed names.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn is(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

struct Simulation {
    chance: Chance,
    merchant: sandbox::Running,
    data: DataDir,
    record: ConnectionRecord,
    clock: ManualClock,
    /// Of its events, up to when they were delivered or lost.
    told_to: UnixSeconds,
    log: String,
    _dir: tempfile::TempDir,
}

impl Simulation {
    async fn begin(seed: u64) -> Self {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let faults = match chance.below(4) {
            0 => sandbox::Faults::NONE,
            1 => "500=0.05,reset=0.05".parse().unwrap(),
            2 => "truncate=0.08,429=0.05".parse().unwrap(),
            _ => "500=0.03,reset=0.03,truncate=0.03,429=0.03,slow=0.01".parse().unwrap(),
        };
        let options = Options {
            merchant: MerchantName::Mid,
            seed,
            customers: Some(CUSTOMERS),
            now: Some(NOW),
            api_version: chance.is(50).then(|| "2024-06-20".to_owned()),
            faults,
            ..Options::default()
        };
        let merchant = sandbox::start(options).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let record = connected(&data, &merchant);
        let clock = ManualClock::at(NOW);
        Self { chance, merchant, data, record, clock, told_to: NOW, log: String::new(), _dir: dir }
    }

    fn runner(&self) -> Runner {
        let catalog = self.data.catalog().unwrap();
        let clock = Clock::Manual(self.clock.clone());
        let config = RunnerConfig::command(self.data.clone(), catalog, clock);
        Runner::new(RunnerConfig { patience: PATIENCE, update_every_seconds: None, ..config })
    }

    async fn act(&mut self) {
        match self.chance.below(7) {
            0 | 1 => self.live().await,
            2 => self.deliver().await,
            3 => self.work_until_it_is_cut_off().await,
            4 => self.rebuild().await,
            5 => self.speak_otherwise(),
            _ => self.update().await,
        }
    }

    /// The account is switched to another version, or back.
    fn speak_otherwise(&mut self) {
        let version = self.chance.is(50).then_some("2024-06-20");
        self.merchant.answer_in(version).unwrap();
        writeln!(self.log, "answers in {version:?}").unwrap();
    }

    async fn live(&mut self) {
        let days = 1 + self.chance.below(12) as i64;
        // Sometimes longer than events are kept.
        let days = if self.chance.is(8) { days + 35 } else { days };
        let to = UnixSeconds(self.merchant.now().0 + days * DAY + self.chance.below(DAY as u64) as i64);
        self.merchant.advance(to).await;
        self.clock.set(to);
        writeln!(self.log, "lives {days} days").unwrap();
    }

    /// Everything that happened since the last time, in some order: most of it, some of it twice.
    async fn deliver(&mut self) {
        let mut events = self.events().await;
        self.told_to = self.merchant.now();
        let runner = self.runner();
        runner.start();
        let path = {
            let catalog = self.data.catalog().unwrap();
            catalog.webhook(&self.record.workspace, &self.record.id).unwrap().path
        };
        runner
            .add_webhook_secret(&self.record.workspace, &self.record.id, Secret::new(SECRET))
            .await
            .unwrap();
        for place in (1..events.len()).rev() {
            events.swap(place, self.chance.below(place as u64 + 1) as usize);
        }
        let total = events.len();
        for body in events {
            let times = if self.chance.is(15) { 0 } else { 1 + u64::from(self.chance.is(10)) };
            for _ in 0..times {
                let now = Clock::Manual(self.clock.clone()).now();
                let signed = sandbox::signature(SECRET, now, &body);
                runner.receive(&path, Some(&signed), body.as_bytes()).await.unwrap();
            }
        }
        // Mostly it has the time to fetch what it was told of. A failure between may make it rest for longer than that.
        let mut waiting = None;
        if self.chance.is(70) && self.now().loaded_at.is_some() {
            let inbox = runner.inbox(&self.record.workspace, &self.record.id).await.unwrap();
            let emptied = async {
                while inbox.facts().unwrap().waiting > 0 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            drop(tokio::time::timeout(Duration::from_secs(20), emptied).await);
            waiting = Some(inbox.facts().unwrap().waiting);
        }
        runner.stop().await;
        writeln!(self.log, "tells of {total} events, of which {waiting:?} wait").unwrap();
    }

    async fn events(&self) -> Vec<String> {
        let key = Key::parse(&self.merchant.key).unwrap();
        let clock = Clock::Manual(self.clock.clone());
        let config = ClientConfig::new(key, clock);
        let base = self.merchant.api_base.parse().unwrap();
        let client = Client::new(ClientConfig { base, limits: Limits::None, ..config }).unwrap();
        let mut request = ListRequest::new(ObjectKind::Event);
        request.created_gte = Some(self.told_to.0);
        let mut events = Vec::new();
        loop {
            let Ok(page) = client.list(&request).await else { continue };
            request.starting_after = page.objects.last().map(|event| event.id.clone());
            events.extend(page.objects.into_iter().map(|event| event.body.into_string()));
            if !page.has_more {
                return events;
            }
        }
    }

    /// The tasks end wherever they are, as when the process does.
    async fn work_until_it_is_cut_off(&mut self) {
        let life = Duration::from_millis(self.chance.below(400));
        let runner = self.runner();
        let (workspace, id) = (self.record.workspace.clone(), self.record.id.clone());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(async move { runner.sync_once(&workspace, &id).await });
        tokio::time::sleep(life).await;
        runtime.shutdown_background();
        writeln!(self.log, "works for {life:?} and is cut off").unwrap();
    }

    async fn rebuild(&mut self) {
        if self.now().loaded_at.is_none() {
            return;
        }
        let runner = self.runner();
        let rebuilt = runner.rebuild(&self.record.workspace, &self.record.id, |_, _| {}).await;
        // The files may still be held by work that was cut off a moment ago.
        let outcome = rebuilt.map_or_else(|error| error.to_string(), |report| format!("{report:?}"));
        runner.stop().await;
        writeln!(self.log, "is rebuilt: {outcome}").unwrap();
    }

    async fn update(&mut self) {
        let runner = self.runner();
        let outcome = runner.sync_once(&self.record.workspace, &self.record.id).await;
        runner.stop().await;
        writeln!(self.log, "is brought up to date: {outcome:?}").unwrap();
    }

    fn now(&self) -> ConnectionRecord {
        let catalog = self.data.catalog().unwrap();
        catalog.connection(&self.record.workspace, &self.record.id).unwrap().unwrap()
    }

    /// Until an update goes through; then what was found and what was meant.
    async fn end(&mut self) -> (String, String) {
        let runner = self.runner();
        let updating = async {
            while runner.sync_once(&self.record.workspace, &self.record.id).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(120), updating).await.expect("an update goes through");
        let snapshot = runner.ledger(&self.record.workspace, &self.record.id).await.unwrap();
        let found = lines(steps(&snapshot.ledger, self.merchant.now()));
        runner.stop().await;
        (lines(self.merchant.intention()), found)
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_it_went_every_customer_is_worth_what_was_meant() {
    let seeds = match number("CHARTSY_SIMULATION_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("CHARTSY_SIMULATION_SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        let mut simulation = Simulation::begin(seed).await;
        for _ in 0..ACTS {
            simulation.act().await;
        }
        let (meant, found) = simulation.end().await;
        let log = &simulation.log;
        assert!(meant == found, "seed {seed}:\n{log}\n{}", difference(&meant, &found));
        simulation.merchant.stop().await;
    }
}

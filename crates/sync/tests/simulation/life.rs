//! What happens to a merchant, to the processes that watch it and to the machine that they run on: one act after another, as
//! a seed has it.

mod end;

use std::fmt::{Arguments, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use connect::{Network, Source};
use model::{Clock, CustomerId, ManualClock, Secret, UnixSeconds};
use sandbox::{MerchantName, Options, Provider, Sandbox};
use store::{ConnectionFiles, ConnectionRecord, DataDir, StoreError};
use sync::{RetryPolicy, Runner, RunnerConfig, SyncError};
use tokio::runtime::{Builder, Handle};
use tokio::time::sleep;

use crate::chance::Chance;
use crate::disk::{self, SmallDisk};
use crate::support::{NOW, connected_to};
use crate::world::{Trouble, World};

const DAY: i64 = 86_400;
const CUSTOMERS: u64 = 25;
/// Of the others' merchants, each customer lives through what only one or two others do.
const FURTHER_CUSTOMERS: u64 = 56;
/// Of each provider, one that may lose permissions if it has such.
const KEYS: [&str; 3] = [
    "rk_test_simulation00000000000000",
    "pdl_sdbx_apikey_0000000000000000simulation_0000000000000000000000_000",
    "12345:0123456789abcdef0123456789abcdef0123456789abcdef01",
];
/// What a provider reports only lately is read before it is lost.
const READ_EVERY_DAYS: i64 = 60;
const SECRET: &str = "secret_simulation";
const ZONES: [&str; 5] = ["UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Europe/London"];
const RETRY_POLICY: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(20),
    give_up_after: Some(Duration::from_secs(180)),
};

/// `None`: its merchants can't be lived through here.
fn key_of(provider: Provider) -> Option<&'static str> {
    let source = Source::of(provider.as_str())?;
    KEYS.into_iter().find(|key| source.parse_key(key).is_ok())
}

/// Those whose merchants are lived through, after the one that most tests are about.
pub fn further_providers() -> impl Iterator<Item = Provider> {
    let others = Provider::ALL.into_iter().filter(|provider| *provider != Provider::default());
    others.filter(|provider| key_of(*provider).is_some())
}

pub struct Simulation {
    chance: Chance,
    pub world: Arc<World>,
    provider: Provider,
    data: DataDir,
    record: ConnectionRecord,
    clock: ManualClock,
    /// How far the machine's clock is ahead of the provider's, in seconds.
    skew: i64,
    /// Of its events, up to when they were delivered or lost.
    told_to: UnixSeconds,
    /// Up to when everything was read.
    read_to: UnixSeconds,
    /// Whose personal data was erased, and the address that must not come back.
    erased: Vec<(CustomerId, String)>,
    pub log: String,
    _dir: tempfile::TempDir,
}

impl Simulation {
    pub fn begin(provider: Provider, seed: u64) -> Self {
        let mut chance = Chance::of(seed);
        let source = Source::of(provider.as_str()).unwrap();
        let key = key_of(provider).unwrap();
        let faults = match chance.below(4) {
            0 => sandbox::Faults::NONE,
            1 => "500=0.05,reset=0.05,storm".parse().unwrap(),
            2 => "truncate=0.08,429=0.05".parse().unwrap(),
            _ => "500=0.03,reset=0.03,truncate=0.03,429=0.03,slow=0.05".parse().unwrap(),
        };
        let customers = if provider == Provider::default() { CUSTOMERS } else { FURTHER_CUSTOMERS };
        let options = Options {
            merchant: MerchantName::Mid,
            seed,
            customers: Some(customers),
            key: key.to_string(),
            now: Some(NOW),
            api_version: (chance.is(50) && provider == Provider::default()).then(|| "2024-06-20".to_owned()),
            faults,
            // Most lists are short: with less inside, more of them are read apart.
            embedded_max: chance.is(60).then(|| 1 + usize::try_from(chance.below(3)).unwrap()),
            ..Options::of(provider)
        };
        let world = World::new(Sandbox::new(&options).unwrap(), seed, chance.is(25));
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let record = connected_to(source.id(), &data, "http://provider.simulated", key, true);
        let clock = ManualClock::at(NOW);
        let (log, skew, erased) = (format!("{provider}, seed {seed}:\n"), 0, Vec::new());
        Self {
            chance,
            world: Arc::new(world),
            provider,
            data,
            record,
            clock,
            skew,
            told_to: NOW,
            read_to: NOW,
            erased,
            log,
            _dir: dir,
        }
    }

    /// A process from its start to its end: time passes in it only when all its threads wait, and whatever still runs
    /// when `work` is over ends there.
    fn process<T>(&self, work: impl Future<Output = T>) -> T {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let clock = self.clock.clone();
        let time = async move {
            loop {
                sleep(Duration::from_secs(1)).await;
                clock.advance_ms(1_000);
            }
        };
        runtime.block_on(async {
            tokio::select! {
                done = work => done,
                () = time => unreachable!("time does not end"),
            }
        })
    }

    /// One for the process that it is made in.
    fn runner(&self) -> Runner {
        self.runner_if_possible().unwrap()
    }

    fn runner_if_possible(&self) -> Result<Runner, StoreError> {
        let catalog = self.data.catalog()?;
        let clock = Clock::Manual(self.clock.clone());
        let config = RunnerConfig::command(self.data.clone(), catalog, clock);
        let network = Network::Simulated(Arc::clone(&self.world) as Arc<_>);
        let update_every_seconds = None;
        Ok(Runner::new(RunnerConfig { network, retry_policy: RETRY_POLICY, update_every_seconds, ..config }))
    }

    pub fn act(&mut self) {
        match self.chance.below(24) {
            0..=3 => self.live(),
            4..=6 => self.deliver(),
            7 | 8 => self.work_until_it_is_cut_off(),
            9 => self.rebuild(),
            10 => self.speak_otherwise(),
            11 => self.update(),
            12 | 13 => self.run_into_trouble(),
            14 => self.fill_the_disk(),
            15 => self.damage_the_ledger(),
            16 => self.damage_the_objects(),
            17 => self.work_twice_at_once(),
            18 => self.choose_another_zone(),
            19 | 20 => self.erase_somebody(),
            21 | 22 => self.cut_the_power(),
            _ => self.lose_the_time(),
        }
    }

    fn note(&mut self, what: Arguments<'_>) {
        // The same in every run: neither the folder's name nor the connection's.
        let what = what.to_string().replace(&*self.dir().to_string_lossy(), "…");
        writeln!(self.log, "{}", what.replace(&*self.data.path().to_string_lossy(), "…")).unwrap();
    }

    /// The account is switched to another version, or back.
    fn speak_otherwise(&mut self) {
        let version = self.chance.is(50).then_some("2024-06-20");
        // Some have only one.
        let is_said = self.world.sandbox.answer_in(version).is_ok();
        self.note(format_args!("answers in {version:?}: {is_said}"));
    }

    fn live(&mut self) {
        let days = 1 + self.chance.below(12) as i64;
        // Sometimes longer than events are kept.
        let days = if self.chance.is(8) { days + 35 } else { days };
        let to = UnixSeconds(self.world.sandbox.now().0 + days * DAY + self.chance.below(DAY as u64) as i64);
        if self.source().lately().is_some() && to.0 - self.read_to.0 > READ_EVERY_DAYS * DAY {
            self.read();
        }
        self.process(self.world.sandbox.advance(to));
        self.set_clock();
        self.note(format_args!("lives {days} days"));
    }

    fn set_clock(&self) {
        self.clock.set(UnixSeconds(self.world.sandbox.now().0 + self.skew));
    }

    /// The machine's clock is set wrong, or right again.
    fn lose_the_time(&mut self) {
        self.skew = if self.chance.is(40) { 0 } else { self.chance.below(6 * DAY as u64) as i64 - 3 * DAY };
        self.set_clock();
        let skew = self.skew;
        self.note(format_args!("is {skew} s ahead"));
    }

    /// Everything that happened since the last time, in some order: most of it, some of it twice.
    fn deliver(&mut self) {
        let mut events = self.process(self.world.sandbox.deliveries(self.told_to));
        self.told_to = self.world.sandbox.now();
        for place in (1..events.len()).rev() {
            events.swap(place, self.chance.below(place as u64 + 1) as usize);
        }
        let total = events.len();
        let mut deliveries = Vec::new();
        for body in events {
            let times = if self.chance.is(15) { 0 } else { 1 + usize::from(self.chance.is(10)) };
            deliveries.extend(std::iter::repeat_n(body, times));
        }
        let pause = Duration::from_millis(self.chance.below(200));
        let works_it_off = self.chance.is(70) && self.now().loaded_at.is_some();
        let waiting = self.process(async {
            let runner = self.runner();
            runner.start();
            let (workspace, id) = (&self.record.workspace, &self.record.id);
            let path = self.data.catalog().unwrap().webhook(workspace, id).unwrap().path;
            let secret = self.world.sandbox.public_key().unwrap_or_else(|| SECRET.to_owned());
            runner.add_webhook_secret(workspace, id, Secret::new(secret)).await.unwrap();
            for body in deliveries {
                sleep(pause).await;
                let now = Clock::Manual(self.clock.clone()).now();
                let signed = self.provider.signed(SECRET, now, &body);
                let (receiving, path, here) = (runner.clone(), path.clone(), Handle::current());
                let source = self.source();
                // On a thread that counts as busy, so that no time passes until it is on the disk.
                let received = tokio::task::spawn_blocking(move || {
                    here.block_on(receiving.receive(source, &path, &signed, body.as_bytes()))
                });
                received.await.unwrap().unwrap();
            }
            // Mostly it has the time to fetch what it was told of. A failure between may make it rest for longer than that.
            let inbox = runner.inbox(workspace, id).await.unwrap();
            if works_it_off {
                let emptied = async {
                    while inbox.facts().unwrap().waiting > 0 {
                        sleep(Duration::from_millis(100)).await;
                    }
                };
                drop(tokio::time::timeout(Duration::from_secs(60), emptied).await);
            }
            let waiting = inbox.facts().unwrap().waiting;
            runner.stop().await;
            waiting
        });
        self.note(format_args!("tells of {total} events, of which {waiting} wait"));
    }

    /// Works until an instant, and ends there wherever it is.
    fn work_for(&mut self, life: Duration) -> Option<Result<(), SyncError>> {
        self.process(async {
            let work = async {
                let runner = self.runner_if_possible()?;
                runner.sync_once(&self.record.workspace, &self.record.id).await
            };
            tokio::time::timeout(life, work).await.ok()
        })
    }

    /// What was written and not synced is lost from some point on; the catalog and the inbox sync whatever they write.
    fn cut_the_power(&mut self) {
        let life = Duration::from_millis(self.chance.below(6_000));
        let rest = self.data.path().with_file_name("rest");
        let outcome = self.process(async {
            let runner = self.runner();
            let work = runner.sync_once(&self.record.workspace, &self.record.id);
            let outcome = tokio::time::timeout(life, work).await.ok();
            disk::copy(self.data.path(), &rest);
            outcome
        });
        std::fs::remove_dir_all(self.data.path()).unwrap();
        std::fs::rename(&rest, self.data.path()).unwrap();
        let mut lost = Vec::new();
        for log in ["objects.db-wal", "ledger.db-wal"] {
            lost.push(disk::cut(&self.dir().join(log), &mut self.chance));
        }
        self.note(format_args!(
            "works for {life:?} until the power is cut: {outcome:?}, {lost:?} bytes are lost"
        ));
    }

    fn work_until_it_is_cut_off(&mut self) {
        let life = Duration::from_millis(self.chance.below(3_000));
        let outcome = self.work_for(life);
        self.note(format_args!("works for {life:?} and is cut off: {outcome:?}"));
    }

    /// Until it is done, or nearly so.
    fn work(&mut self) -> Result<(), SyncError> {
        let outcome = self.process(async {
            let runner = self.runner();
            let outcome = runner.sync_once(&self.record.workspace, &self.record.id).await;
            runner.stop().await;
            outcome
        });
        if outcome.is_ok() {
            self.read_to = self.world.sandbox.now();
        }
        self.set_clock();
        outcome
    }

    /// Until an update goes through.
    fn read(&mut self) {
        self.skew = 0;
        self.set_clock();
        let mut errors = Vec::new();
        while let Err(error) = self.work() {
            errors.push(error.to_string());
            assert!(errors.len() < 20, "an update goes through: {errors:?}\n{}", self.log);
        }
    }

    fn update(&mut self) {
        let outcome = self.work();
        self.note(format_args!("is brought up to date: {outcome:?}"));
    }

    fn rebuild(&mut self) {
        let rebuilt = self.process(async {
            let rebuilt = self.runner().rebuild(&self.record.workspace, &self.record.id, |_, _| {}).await;
            rebuilt.map_err(|error| error.to_string())
        });
        self.note(format_args!("is rebuilt: {rebuilt:?}"));
    }

    /// The provider or the way to it fails in the middle, for some requests or until somebody does something.
    fn run_into_trouble(&mut self) {
        let trouble = match self.chance.below(7) {
            0 => Trouble::NoName,
            1 => Trouble::Refused,
            2 => Trouble::Silence,
            3 => Trouble::Nonsense,
            4 => Trouble::KeyWithdrawn,
            _ => {
                // Where there are none, none is lost.
                let permissions = self.provider.permissions().max(1) as u64;
                Trouble::PermissionWithdrawn(self.chance.below(permissions) as usize)
            }
        };
        let from = self.chance.below(60);
        let lasts = if self.chance.is(30) { u64::MAX } else { 1 + self.chance.below(40) };
        self.world.trouble(trouble, from, lasts);
        let life = Duration::from_millis(self.chance.below(20_000));
        let outcome = if self.chance.is(30) { self.work_for(life) } else { Some(self.work()) };
        self.world.clear();
        self.set_clock();
        self.note(format_args!("runs into {trouble:?} from request {from} for {lasts}: {outcome:?}"));
    }

    fn source(&self) -> Source {
        Source::of(self.provider.as_str()).unwrap()
    }

    fn dir(&self) -> PathBuf {
        self.data.path().join("connections").join(self.record.id.as_str())
    }

    fn files(&self) -> ConnectionFiles {
        self.data.connection_files(&self.record.id)
    }

    fn fill_the_disk(&mut self) {
        let most = 2 * disk::largest(&self.dir()).max(100_000);
        let bytes = if self.chance.is(20) { 0 } else { self.chance.below(most) };
        let life = Duration::from_millis(self.chance.below(10_000));
        self.work_on_a_small_disk(bytes, life);
    }

    /// As if the disk were full once a file has that size.
    pub fn work_on_a_small_disk(&mut self, bytes: u64, life: Duration) {
        let disk = SmallDisk::of(bytes);
        let outcome = self.work_for(life);
        drop(disk);
        self.note(format_args!("works for {life:?} with files of at most {bytes} bytes: {outcome:?}"));
    }

    /// Nobody has to do anything about it: it is made again.
    fn damage_the_ledger(&mut self) {
        let damage = disk::damage(&self.dir().join("ledger.db"), &mut self.chance);
        self.note(format_args!("of its ledger, {damage:?}"));
    }

    /// A check finds it, and loading again mends it.
    fn damage_the_objects(&mut self) {
        let damage = disk::damage(&self.dir().join("objects.db"), &mut self.chance);
        let found = self
            .files()
            .objects_if_any()
            .and_then(|objects| objects.map(|objects| objects.integrity_check()).transpose());
        self.note(format_args!("of its objects, {damage:?}: {found:?}"));
        if !matches!(&found, Ok(wrong) if wrong.as_ref().is_none_or(Vec::is_empty)) {
            self.process(async {
                self.runner().discard(&self.record.workspace, &self.record.id).await.unwrap();
            });
        }
    }

    /// Of two servers the second refuses; of two commands the second waits or refuses. Nothing is done twice.
    fn work_twice_at_once(&mut self) {
        let _server = self.data.lock_server().unwrap();
        let second = self.data.lock_server().err();
        assert!(matches!(second, Some(StoreError::AlreadyOpen { .. })), "{second:?}");
        let between = Duration::from_millis(self.chance.below(1_500));
        let outcomes = self.process(async {
            let (first, second) = (self.runner(), self.runner());
            let (workspace, id) = (&self.record.workspace, &self.record.id);
            let later = async {
                sleep(between).await;
                second.sync_once(workspace, id).await
            };
            let outcomes = tokio::join!(first.sync_once(workspace, id), later);
            first.stop().await;
            second.stop().await;
            outcomes
        });
        self.set_clock();
        self.note(format_args!("works twice at once, {between:?} apart: {outcomes:?}"));
    }

    fn choose_another_zone(&mut self) {
        let zone = *self.chance.one_of(&ZONES);
        let change = |record: &mut ConnectionRecord| record.settings.time_zone = Some(zone.to_owned());
        let catalog = self.data.catalog().unwrap();
        catalog.update_connection(&self.record.workspace, &self.record.id, change).unwrap();
        self.note(format_args!("has its days in {zone}"));
    }

    /// A customer's names and addresses go for good, and no number with them.
    fn erase_somebody(&mut self) {
        let meant = self.world.sandbox.expected_mrr();
        let customer = self.chance.one_of(&meant).customer.clone();
        let said = self.process(self.world.sandbox.customer(customer.as_str()));
        let erased = self.process(async {
            self.runner().erase_customer(&self.record.workspace, &self.record.id, &customer).await
        });
        if let (Ok(_), Some(email)) = (&erased, said["email"].as_str()) {
            self.erased.push((customer.clone(), email.to_owned()));
        }
        let erased = erased.map(|receipt| receipt.objects);
        self.note(format_args!("{customer} is erased: {erased:?}"));
    }

    fn now(&self) -> ConnectionRecord {
        let catalog = self.data.catalog().unwrap();
        catalog.connection(&self.record.workspace, &self.record.id).unwrap().unwrap()
    }
}

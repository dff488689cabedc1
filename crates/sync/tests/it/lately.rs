//! Providers that list one amount for each payment, and report only lately what it was for: for somebody who has had all
//! reports every figure is what the merchant meant; for somebody who has the lists alone it is what lists can tell; and for
//! somebody who connects today it is the one since the first reports, and the other before.
//!
//! `CHARTSY_LATELY_SEEDS=50` tries more merchants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::Body;
use connect::{Carrier, Carrying, Client, ClientConfig, Limits, ListRequest, Network, NoAnswer, Source};
use http::Request;
use metrics::fx::Rates;
use metrics::query::steps;
use metrics::question::Question;
use model::{Clock, Day, ManualClock, RawObject, UnixSeconds};
use sandbox::{MerchantName, Options, Provider, Sandbox};
use store::{Batch, DataDir, Objects};
use sync::{Business, Runner, RunnerConfig};

use crate::exactly::{borders, by_customer, differing};
use crate::money;
use crate::support::{NOW, connected_to, difference, lines};

const DAY: i64 = 86_400;
const SEEDS: u64 = 4;
const FAULTS: &str = "500=0.03,reset=0.03,truncate=0.03,429=0.03";

/// The network: a sandbox in this process.
struct Near(Sandbox);

impl Carrier for Near {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        Box::pin(async move {
            let answer = self.0.answer(request.map(Body::from)).await;
            let answer = answer.map_err(|error| NoAnswer::Connection(error.to_string()))?;
            Ok(answer.map(Into::into))
        })
    }
}

struct Merchant {
    near: Arc<Near>,
    source: Source,
    now: UnixSeconds,
    /// All that lists have, with what comes inside.
    listed: Vec<RawObject>,
    context: String,
}

/// Objects in a folder, and the ledger of them.
struct Kept {
    objects: Objects,
    ledger: String,
    /// From which day on everything is exact, and the months of the statement of cash.
    border_on: Option<Day>,
    cash_months: Vec<Day>,
    _dir: tempfile::TempDir,
}

impl Merchant {
    async fn of(provider: Provider, seed: u64) -> Self {
        // Other days of the month, and another time of the day.
        let now = UnixSeconds(NOW.0 + i64::try_from(seed).unwrap() * (11 * DAY + 3_571));
        let faults = if seed.is_multiple_of(2) { FAULTS.parse().unwrap() } else { sandbox::Faults::NONE };
        let options =
            Options { merchant: MerchantName::Mid, seed, now: Some(now), faults, ..Options::of(provider) };
        let near = Arc::new(Near(Sandbox::new(&options).unwrap()));
        let source = Source::ALL.iter().copied().find(|source| source.command() == provider.as_str());
        let source = source.unwrap();
        let context = format!("{provider}, seed {seed}");
        let (client, mut listed) = (client(&near, source, now), Vec::new());
        for kind in source.load_order() {
            listed.extend(read(&client, ListRequest::new(*kind)).await);
        }
        assert!(listed.len() > 1_000, "{context}: {}", listed.len());
        Self { near, source, now, listed, context }
    }

    /// In an order that says nothing.
    async fn keep(&self, mut objects: Vec<RawObject>) -> Kept {
        let place = |object: &RawObject| {
            object
                .id
                .bytes()
                .rev()
                .fold(7_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0193))
        };
        objects.sort_by_key(|object| (place(object), object.kind));
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let record = connected_to(self.source.id(), &data, "http://near.simulated", &self.near.0.key, true);
        let clock = Clock::Manual(ManualClock::at(self.now));
        let runner = Runner::new(RunnerConfig::command(data.clone(), data.catalog().unwrap(), clock));
        let (workspace, id) = (&record.workspace, &record.id);
        let (files, source) = (data.connection_files(id), self.source);
        let kept = files
            .objects_to_write_of(self.source.shapes(), Arc::new(move |kind, body| source.outline(kind, body)))
            .unwrap();
        for some in objects.chunks(500) {
            let batch = Batch { objects: some.to_vec(), seen_at: self.now, ..Batch::default() };
            kept.commit(batch).await.unwrap();
        }
        drop(kept);
        runner.rebuild(workspace, id, |_, _| {}).await.unwrap();
        let snapshot = runner.ledger(workspace, id).await.unwrap();
        let ledger = lines(steps(&snapshot.ledger, self.now));
        let business = Business::One(Box::new(record.clone()));
        let view = runner.view(&business, Arc::new(Rates::default()), self.now).await.unwrap();
        let cash = metrics::envelope::cash(&view, Question::default()).unwrap();
        let cash_months = cash.answer.months.iter().map(|month| month.month_on).collect();
        let objects = data.connection_files(id).objects_to_read().unwrap();
        Kept { objects, ledger, border_on: cash.exact_from_on, cash_months, _dir: dir }
    }

    fn reports_listed(&self) -> impl Iterator<Item = &RawObject> {
        let kind = self.source.lately().unwrap().kind;
        self.listed.iter().filter(move |object| object.kind == kind)
    }

    /// Somebody who was connected when the account was opened.
    async fn wrong_with_all_reports(&self, wrong: &mut Vec<String>) {
        self.near.0.keep_history();
        let reports =
            ListRequest { created_gte: Some(0), ..ListRequest::new(self.source.lately().unwrap().kind) };
        let mut objects = self.listed.clone();
        objects.extend(read(&client(&self.near, self.source, self.now), reports).await);
        let kept = self.keep(objects).await;
        let context = &self.context;
        let meant = lines(self.near.0.expected_mrr());
        assert!(meant.len() > 10_000);
        if meant != kept.ledger {
            wrong.push(format!("{context}, exactly\n{}", difference(&meant, &kept.ledger)));
        }
        let ever = UnixSeconds(i64::MIN);
        let meant = money::meant(&self.near.0, ever);
        let found = money::found(self.source, &kept.objects, ever);
        assert!(meant.len() > 10_000);
        if meant != found {
            wrong.push(format!("{context}, money\n{}", difference(&meant, &found)));
        }
    }

    /// Somebody to whom nothing was ever reported.
    async fn wrong_with_lists_alone(&self, wrong: &mut Vec<String>) {
        let kind = self.source.lately().unwrap().kind;
        let objects = self.listed.iter().filter(|object| object.kind != kind).cloned();
        let kept = self.keep(objects.collect()).await;
        let meant = by_customer(&lines(self.near.0.expected_mrr_coarse().unwrap()));
        let found = by_customer(&kept.ledger);
        assert!(meant.len() > 100);
        let differing = meant.keys().chain(found.keys()).filter_map(|customer| {
            let [meant, found] = [&meant, &found].map(|all| days_until(all.get(customer), i64::MAX));
            (meant != found).then(|| format!("{customer}:\n meant {meant:?}\n found {found:?}"))
        });
        let differing: BTreeSet<String> = differing.collect();
        wrong.extend(differing.into_iter().map(|one| format!("{}, coarsely: {one}", self.context)));
    }

    /// Somebody who connects now.
    async fn wrong_lately_or_before(&self, wrong: &mut Vec<String>) {
        let kept = self.keep(self.listed.clone()).await;
        let borders = borders(self.source, &kept.objects, self.now);
        let exact = borders.values().filter(|border| border.exact_since.is_some()).count();
        assert!(exact > 50, "{}: {exact}", self.context);
        let context = &self.context;
        let later = differing(&lines(self.near.0.expected_mrr()), &kept.ledger, &borders);
        wrong.extend(later.into_iter().map(|one| format!("{context}, lately: {one}")));
        let meant = by_customer(&lines(self.near.0.expected_mrr_coarse().unwrap()));
        let found = by_customer(&kept.ledger);
        let before = borders.iter().filter_map(|(customer, border)| {
            let [meant, found] =
                [&meant, &found].map(|all| days_until(all.get(customer), border.coarse_until));
            (meant != found).then(|| format!("{customer} {border:?}:\n meant {meant:?}\n found {found:?}"))
        });
        wrong.extend(before.map(|one| format!("{context}, before: {one}")));
        // What came to the balance is not known before, and not said to be nothing.
        let first_month = kept.border_on.unwrap().date().first_of_month();
        assert!(kept.cash_months.iter().all(|month| month.date() >= first_month), "{:?}", kept.cash_months);
        assert!(kept.cash_months.contains(&first_month.into()), "{:?}", kept.cash_months);
        // From the first whole day on, all money is exact.
        let first = self.reports_listed().filter_map(|report| report.created_at).min().unwrap();
        let since = UnixSeconds((first.0.div_euclid(DAY) + 1) * DAY);
        let (meant, found) =
            (money::meant(&self.near.0, since), money::found(self.source, &kept.objects, since));
        if meant != found {
            wrong.push(format!("{context}, money lately\n{}", difference(&meant, &found)));
        }
    }
}

/// What a customer is worth at the end of each day on which that changed, before the day of an instant.
fn days_until(steps: Option<&Vec<(String, i64, i64)>>, until: i64) -> Vec<(String, i64, i64)> {
    let mut days: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for (currency, at, minor) in steps.into_iter().flatten() {
        let day = at.div_euclid(DAY);
        if day < until.div_euclid(DAY) {
            days.insert((currency.clone(), day), *minor);
        }
    }
    let mut before: BTreeMap<String, i64> = BTreeMap::new();
    let changed = days
        .into_iter()
        .filter(|((currency, _), minor)| before.insert(currency.clone(), *minor).unwrap_or(0) != *minor);
    changed.map(|((currency, day), minor)| (currency, day, minor)).collect()
}

fn client(near: &Arc<Near>, source: Source, now: UnixSeconds) -> Client {
    let key = source.parse_key(&near.0.key).unwrap();
    let config = ClientConfig::new(key, Clock::Manual(ManualClock::at(now)));
    let base = "http://near.simulated".parse().unwrap();
    let network = Network::Simulated(Arc::clone(near) as _);
    Client::new(ClientConfig { base, limits: Limits::None, network, ..config }).unwrap()
}

/// A list to its end, with what comes inside.
async fn read(client: &Client, mut request: ListRequest) -> Vec<RawObject> {
    let mut read = Vec::new();
    loop {
        let page = client.list(&request).await.unwrap();
        assert_eq!(page.unreadable, Vec::<String>::new());
        let last = page.objects.last().map(|last| last.id.clone());
        read.extend(page.objects);
        read.extend(page.embedded);
        if !page.has_more {
            return read;
        }
        request.starting_after = page.next.or(last);
    }
}

#[tokio::test(start_paused = true)]
async fn figures_are_exact_as_far_as_they_are_reported_and_else_what_lists_can_tell() {
    let number = |variable: &str| std::env::var(variable).ok()?.parse::<u64>().ok();
    let seeds = match number("CHARTSY_LATELY_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("CHARTSY_LATELY_SEEDS").unwrap_or(SEEDS),
    };
    let has_border = |provider: &Provider| {
        Source::ALL.iter().any(|source| source.command() == provider.as_str() && source.lately().is_some())
    };
    let providers: Vec<Provider> = Provider::ALL.into_iter().filter(has_border).collect();
    assert!(!providers.is_empty());
    let mut wrong = Vec::new();
    for (provider, seed) in providers.into_iter().flat_map(|one| seeds.clone().map(move |seed| (one, seed))) {
        let merchant = Merchant::of(provider, seed).await;
        merchant.wrong_with_all_reports(&mut wrong).await;
        merchant.wrong_with_lists_alone(&mut wrong).await;
        merchant.wrong_lately_or_before(&mut wrong).await;
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

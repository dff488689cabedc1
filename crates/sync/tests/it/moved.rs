//! A business that moved from one billing system to another of the same provider: both accounts are connected, and what the
//! new one imported keeps the ids that it had in the old one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use connect::{Carrier, Carrying, Network, NoAnswer, Source};
use http::Request;
use metrics::fx::Rates;
use metrics::query::{self, Filter, MrrPoint, Query, Reporting, steps};
use model::{Clock, Currency, Day, Interval, JoinRules, ManualClock, UnixSeconds, WeekStart};
use sandbox::{MerchantName, Options, Provider, Sandbox};
use store::{ConnectionRecord, DataDir, Objects};
use sync::{Business, Runner, RunnerConfig};

use crate::exactly::{Steps, by_customer};
use crate::support::{NOW, connected_to, lines};

const DAY: i64 = 86_400;
const APART: JoinRules = JoinRules { join_imported: false, join_by_email: false };

/// A customer and a subscription, as each account calls them.
#[derive(Debug, Clone)]
struct Moved {
    old: [String; 2],
    new: [String; 2],
}

/// The network: both sandboxes.
struct Both {
    old: Sandbox,
    new: Sandbox,
}

impl Carrier for Both {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        Box::pin(async move {
            let is_old = request.uri().host() == Some("old.simulated");
            let sandbox = if is_old { &self.old } else { &self.new };
            let answer = sandbox.answer(request.map(Body::from)).await;
            let answer = answer.map_err(|error| NoAnswer::Connection(error.to_string()))?;
            Ok(answer.map(Into::into))
        })
    }
}

fn source_of(provider: Provider) -> Source {
    Source::ALL.iter().copied().find(|source| source.command() == provider.as_str()).unwrap()
}

/// The one whose objects say what they were imported from, and the one that they name.
fn providers() -> (Provider, Provider) {
    let old = Provider::ALL.into_iter().find(|provider| source_of(*provider).lately().is_some());
    (old.unwrap(), sandbox::SECOND_PROVIDER)
}

/// Customers with a single subscription, and its id.
fn single(source: Source, objects: &Objects, steps: &Steps) -> BTreeMap<String, String> {
    let of = |customer: &String| {
        let theirs = objects.by_customer(&customer.as_str().into(), source.agreements()).unwrap();
        let [only] = &theirs[..] else { return None };
        Some((customer.clone(), only.object.id.clone()))
    };
    steps.keys().filter_map(of).collect()
}

fn currency_of(steps: &[(String, i64, i64)]) -> &str {
    &steps[0].0
}

#[tokio::test(start_paused = true)]
async fn who_moved_from_one_account_to_another_is_neither_churn_nor_new() {
    let (old, new) = providers();
    let sandbox = |provider| {
        let options = Options { merchant: MerchantName::Mid, now: Some(NOW), ..Options::of(provider) };
        Sandbox::new(&options).unwrap()
    };
    let both = Arc::new(Both { old: sandbox(old), new: sandbox(new) });
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    let connected = |provider, host: &str, key: &str| -> ConnectionRecord {
        connected_to(source_of(provider).id(), &data, &format!("http://{host}.simulated"), key, true)
    };
    let records = [connected(old, "old", &both.old.key), connected(new, "new", &both.new.key)];
    let catalog = data.catalog().unwrap();
    let config = RunnerConfig::command(data.clone(), catalog, Clock::Manual(ManualClock::at(NOW)));
    let network = Network::Simulated(Arc::clone(&both) as _);
    let runner = Runner::new(RunnerConfig { network, ..config });
    let mut all = Vec::new();
    let mut only = Vec::new();
    for (record, provider) in records.iter().zip([old, new]) {
        runner.sync_once(&record.workspace, &record.id).await.unwrap();
        let snapshot = runner.ledger(&record.workspace, &record.id).await.unwrap();
        let own = by_customer(&lines(steps(&snapshot.ledger, NOW)));
        let objects = runner.objects(&record.workspace, &record.id).await.unwrap();
        only.push(single(source_of(provider), &objects, &own));
        all.push(own);
    }
    let moved = chosen(&all, &only);
    let imported: Vec<_> = moved.new.iter().cloned().zip(moved.old.iter().cloned()).collect();
    both.new.import(&imported);
    let [_, imported] = &records;
    runner.discard(&imported.workspace, &imported.id).await.unwrap();
    runner.sync_once(&imported.workspace, &imported.id).await.unwrap();

    let business = Business::of_workspace(&data.catalog().unwrap(), &imported.workspace).unwrap().unwrap();
    let (joined, apart) =
        (runner.together(&business).await.unwrap(), runner.joined_by(&business, APART).await.unwrap());
    assert_eq!(joined.joins.customers.len(), 1, "{moved:?}");
    assert!(joined.joins.customers[0].is_imported);

    // Worth what the old account says until the new one begins, and what that says from then on.
    let (was, is) = (&all[0][&moved.old[0]], &all[1][&moved.new[0]]);
    let began_at = is[0].1;
    let until = was.iter().filter(|(_, at, _)| *at < began_at);
    let meant: Vec<(String, i64, i64)> = until.chain(is).cloned().collect();
    let together = by_customer(&lines(steps(&joined.ledger, NOW)));
    let id = format!("{}:{}", records[0].id.as_str(), moved.old[0]);
    let mut last = 0;
    let changes = meant.into_iter().filter(|(.., minor)| std::mem::replace(&mut last, *minor) != *minor);
    assert_eq!(together[&id], changes.collect::<Vec<_>>(), "{moved:?}");
    assert!(!together.contains_key(&format!("{}:{}", imported.id.as_str(), moved.new[0])));

    let currency: Currency = currency_of(is).parse().unwrap();
    let [joined, apart] = [&joined.ledger, &apart.ledger].map(|ledger| movements(ledger, currency));
    let first_minor = is[0].2;
    let lost_minor = was[was.len() - 2].2;
    assert_eq!(joined.new_customers, apart.new_customers - 1);
    assert_eq!(joined.new_minor, apart.new_minor - first_minor);
    assert_eq!(joined.churn_customers, apart.churn_customers - 1);
    assert_eq!(joined.churn_minor, apart.churn_minor + lost_minor);
}

/// Somebody who left the old account, and somebody who came to the new one not long before.
fn chosen(all: &[Steps], only: &[BTreeMap<String, String>]) -> Moved {
    let single = |place: usize| {
        let own = all[place].iter();
        own.filter_map(move |(customer, steps)| Some((customer, steps, only[place].get(customer)?)))
    };
    for (old, was, old_subscription) in single(0) {
        let [.., (_, _, worth), (_, ended_at, 0)] = &was[..] else { continue };
        let began_once = was.iter().filter(|(.., minor)| *minor == 0).count() == 1;
        let last_change = was[was.len() - 2].1;
        if !began_once || *worth == 0 || *ended_at > NOW.0 - DAY {
            continue;
        }
        for (new, is, new_subscription) in single(1) {
            let begins_meanwhile = last_change + DAY < is[0].1 && is[0].1 + DAY < *ended_at;
            let stays = is.iter().all(|(.., minor)| *minor > 0);
            if begins_meanwhile && stays && currency_of(was) == currency_of(is) {
                return Moved {
                    old: [old.clone(), old_subscription.clone()],
                    new: [new.clone(), new_subscription.clone()],
                };
            }
        }
    }
    unreachable!("somebody leaves while somebody comes")
}

/// All that happened in a currency.
fn movements(ledger: &metrics::columns::Ledger, currency: Currency) -> MrrPoint {
    let query = Query {
        from: Day(UnixSeconds(NOW.0 - 2_000 * DAY).day(&jiff::tz::TimeZone::UTC).0),
        to: NOW.day(&jiff::tz::TimeZone::UTC).next(),
        interval: Interval::Year,
        week_start: WeekStart::default(),
        currency: Reporting::Native,
        filter: Filter::default(),
        within_days: None,
        by: None,
        now: NOW,
    };
    let answer = query::mrr(ledger, &Rates::embedded(), &query).unwrap();
    let series = answer.series.into_iter().find(|series| series.currency == currency).unwrap();
    let add = |sum: MrrPoint, point: MrrPoint| MrrPoint {
        new_minor: sum.new_minor + point.new_minor,
        churn_minor: sum.churn_minor + point.churn_minor,
        new_customers: sum.new_customers + point.new_customers,
        churn_customers: sum.churn_customers + point.churn_customers,
        ..point
    };
    series.points.into_iter().reduce(add).unwrap()
}

//! What moved the balance: kept, changed and asked.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use metrics::columns::{BalanceChanges, CATALOG_BLOB, Damaged, Ledger};
use metrics::fx::Rates;
use metrics::query::{
    self, BalanceTransactionsQuery, BookedTransaction, Dimension, Filter, QueryError, Reporting, Value,
};
use model::{BalanceCategory, BalanceTransaction, Currency};
use proptest::prelude::*;

use super::generated::world;
use super::world::{World, at, currency, metric, query, steady_dollar, transaction};

type Blobs = BTreeMap<u32, Vec<u8>>;

fn blobs(ledger: &Ledger) -> Blobs {
    ledger.blob_ids().map(|id| (id, ledger.to_bytes(id).unwrap())).collect()
}

fn read(blobs: &Blobs) -> Result<Ledger, Damaged> {
    Ledger::from_bytes(blobs.clone().into_iter().collect(), TimeZone::UTC)
}

fn charge(id: &str, when: &str) -> BalanceTransaction {
    transaction(id, at(when), BalanceCategory::Charge, Currency::USD, 1_000)
}

/// Three months, in the last of which there are two transactions.
fn four() -> World {
    let balance = ["2024-01-05", "2024-02-05", "2024-03-05", "2024-03-06"].iter().zip(["a", "b", "c", "d"]);
    World { balance: balance.map(|(when, id)| charge(id, when)).collect(), ..World::default() }
}

fn changed(changes: Vec<(&str, Option<BalanceTransaction>)>) -> BalanceChanges {
    let transactions = changes.into_iter().map(|(id, after)| (id.to_owned(), after)).collect();
    BalanceChanges { transactions, payments: Vec::new() }
}

fn values(ledger: &Ledger, id: &str) -> Vec<Option<Value>> {
    let asked = query("2024-01-01", "2024-04-30");
    let answer = query::value(ledger, &Rates::default(), metric(id), &asked).unwrap();
    answer.series[0].points.iter().map(|point| point.value).collect()
}

#[test]
fn payouts_and_transfers_are_no_cash_but_their_fees_are_fees() {
    let world = four()
        .with_transaction("payout", "2024-02-20", BalanceCategory::Payout, "usd", -900)
        .with_transaction("transfer", "2024-02-20", BalanceCategory::Transfer, "usd", -50)
        .with_transaction("top_up", "2024-04-30", BalanceCategory::TopUp, "usd", 300);
    let ledger = world.ledger("UTC");
    let minor = |values: [i64; 4]| values.map(|value| Some(Value::Minor(value))).to_vec();
    assert_eq!(values(&ledger, "net_cash"), minor([900, 900, 1_800, 270]));
    assert_eq!(values(&ledger, "fees"), minor([100, 100 - 90 - 5, 200, 30]));
}

#[test]
fn only_the_currency_can_be_asked_for() {
    let ledger =
        four().with_transaction("e", "2024-01-09", BalanceCategory::Refund, "eur", -500).ledger("UTC");
    let ask = |query: &query::Query| query::value(&ledger, &steady_dollar(), metric("net_cash"), query);
    let by_country = query::Query { by: Some(Dimension::Country), ..query("2024-01-01", "2024-01-31") };
    let refused = ask(&by_country).unwrap_err();
    assert!(matches!(refused, QueryError::UnknownDimension { dimension: Dimension::Country, .. }));
    assert!(refused.to_string().ends_with("only by currency"), "{refused}");

    let filter = Filter { currencies: vec![Currency::EUR], ..Filter::default() };
    let in_dollars = Reporting::In(Currency::USD);
    let of_euros = query::Query { filter, currency: in_dollars, ..query("2024-01-01", "2024-01-31") };
    assert_eq!(ask(&of_euros).unwrap().series[0].points[0].value, Some(Value::Minor(-450 * 5 / 4 - 1)));
}

#[test]
fn the_day_is_that_of_the_zone_and_now_is_the_end() {
    let world = World { balance: vec![charge("a", "2024-01-31T23:30:00Z")], ..World::default() };
    let ledger = world.ledger("UTC").with_zone(TimeZone::get("Europe/Berlin").unwrap());
    let minor = |values: [i64; 4]| values.map(|value| Some(Value::Minor(value))).to_vec();
    assert_eq!(values(&ledger, "fees"), minor([0, 100, 0, 0]));
    let before = query::Query { now: at("2024-01-31T23:00:00Z"), ..query("2024-01-01", "2024-12-31") };
    assert!(query::value(&ledger, &Rates::default(), metric("fees"), &before).unwrap().series.is_empty());
}

#[test]
fn what_has_no_rate_is_shown_apart() {
    let ledger =
        four().with_transaction("k", "2024-01-09", BalanceCategory::Charge, "kwd", 5_000).ledger("UTC");
    let asked = query::Query { currency: Reporting::In(Currency::EUR), ..query("2024-01-01", "2024-01-31") };
    let answer = query::value(&ledger, &steady_dollar(), metric("fees"), &asked).unwrap();
    assert_eq!(answer.series[0].points[0].value, Some(Value::Minor(80)));
    let [left] = answer.unconverted[..] else { panic!("{:?}", answer.unconverted) };
    assert_eq!((left.currency, left.mrr_minor), (currency("kwd"), 500));
}

/// What each page of a list has, one after the other.
fn listed(ledger: &Ledger, id: &str, asked: &query::Query, limit: usize) -> Vec<BookedTransaction> {
    let mut asked = BalanceTransactionsQuery { query: asked.clone(), cursor: None, limit };
    let mut all = Vec::new();
    loop {
        let page = query::balance_transactions(ledger, &steady_dollar(), metric(id), &asked).unwrap();
        all.extend(page.data);
        let Some(next) = page.next_cursor else {
            assert_eq!(all.len(), page.total);
            return all;
        };
        asked.cursor = Some(next);
    }
}

#[test]
fn a_value_opens_the_transactions_that_it_is_the_sum_of() {
    let ledger = four()
        .with_transaction("payout", "2024-03-20", BalanceCategory::Payout, "usd", -900)
        .with_transaction("e", "2024-03-09", BalanceCategory::Refund, "eur", -500)
        .ledger("UTC");
    let march = query("2024-03-01", "2024-03-31");
    let ids = |id: &str, asked: &query::Query| -> Vec<(String, i64, Option<i64>)> {
        let rows = listed(&ledger, id, asked, 1);
        rows.into_iter().map(|row| (row.id, row.counted_minor, row.converted_minor)).collect()
    };
    let row = |id: &str, minor: i64| (id.to_owned(), minor, None);
    assert_eq!(ids("net_cash", &march), [row("e", -450), row("d", 900), row("c", 900)], "no payout");
    assert_eq!(ids("fees", &march), [row("payout", -90), row("e", -50), row("d", 100), row("c", 100)]);
    let filter = Filter { currencies: vec![Currency::EUR], ..Filter::default() };
    let of_euros = query::Query { filter, currency: Reporting::In(Currency::USD), ..march.clone() };
    assert_eq!(ids("net_cash", &of_euros), [("e".to_owned(), -450, Some(-563))]);

    let asked = BalanceTransactionsQuery { query: march, cursor: None, limit: 10 };
    let refused = query::balance_transactions(&ledger, &Rates::default(), metric("mrr"), &asked).unwrap_err();
    assert!(matches!(refused, QueryError::NotOfBalance("mrr")), "{refused}");
    let asked = BalanceTransactionsQuery { cursor: Some("odd".to_owned()), ..asked };
    let refused = query::balance_transactions(&ledger, &Rates::default(), metric("fees"), &asked);
    assert!(matches!(refused.unwrap_err(), QueryError::BadCursor(_)));
}

#[test]
fn a_new_transaction_changes_the_blob_of_its_month_alone() {
    let ledger = four().ledger("UTC");
    let changes = changed(vec![("e", Some(charge("e", "2024-03-01")))]);
    let updated = ledger.with_balance_changes(&changes).unwrap();
    let (before, after) = (blobs(&ledger), blobs(&updated.ledger));
    let differing: Vec<u32> = after.keys().copied().filter(|id| before.get(id) != after.get(id)).collect();
    assert_eq!(updated.dirty, differing);
    assert_eq!(differing.len(), 1);

    let changes = changed(vec![("f", Some(charge("f", "2023-07-01")))]);
    let updated = ledger.with_balance_changes(&changes).unwrap();
    assert_eq!(updated.dirty.len(), 2);
    assert!(updated.dirty.contains(&CATALOG_BLOB), "which lists the months");

    let same = changed(vec![("a", Some(charge("a", "2024-01-05"))), ("none", None)]);
    assert!(ledger.with_balance_changes(&same).unwrap().dirty.is_empty());
}

#[test]
fn a_transaction_with_another_time_leaves_its_month_and_a_deleted_one_is_gone() {
    let ledger = four().ledger("UTC");
    let changes = changed(vec![("c", Some(charge("c", "2024-02-01"))), ("b", None)]);
    let updated = ledger.with_balance_changes(&changes).unwrap().ledger;
    let balance = [("a", "2024-01-05"), ("c", "2024-02-01"), ("d", "2024-03-06")];
    let balance = balance.map(|(id, when)| charge(id, when)).to_vec();
    let built = World { balance, ..World::default() }.ledger("UTC");
    assert_eq!(blobs(&updated), blobs(&built));
    assert!(ledger.with_balance_changes(&changed(vec![("a", None)])).is_none(), "a month would be left over");
}

#[test]
fn a_missing_month_is_noticed_and_one_too_many_too() {
    let whole = blobs(&four().ledger("UTC"));
    assert_eq!(blobs(&read(&whole).unwrap()), whole);
    for id in whole.keys() {
        let mut rest = whole.clone();
        rest.remove(id);
        assert!(matches!(read(&rest), Err(Damaged::Missing { .. })), "blob {id}");
    }
    let last = *whole.keys().last().unwrap();
    let mut more = whole.clone();
    more.insert(last + 1, whole[&last].clone());
    assert!(matches!(read(&more), Err(Damaged::Blob { .. })));
    let mut moved = whole.clone();
    moved.insert(last, whole[&(last - 1)].clone());
    assert!(matches!(read(&moved), Err(Damaged::Blob { .. })), "another month's");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_same_balance_gives_the_same_bytes_in_any_steps(
        world in world(), steps in prop::collection::vec(any::<prop::sample::Index>(), 1..4), is_moved in any::<bool>(),
    ) {
        let whole = blobs(&world.ledger("UTC"));
        let mut grown = World { balance: Vec::new(), ..world.clone() }.ledger("UTC");
        let mut left = world.balance.clone();
        let changes = |transactions| BalanceChanges { transactions, payments: Vec::new() };
        for step in steps {
            let taken = left.split_off(step.index(left.len() + 1).min(left.len()));
            // Some come with an old version first.
            let old = |one: &BalanceTransaction| {
                let created_at = model::UnixSeconds(one.created_at.0 + 40 * 86_400);
                (one.id.to_string(), Some(BalanceTransaction { created_at, ..one.clone() }))
            };
            let new = |one: &BalanceTransaction| (one.id.to_string(), Some(one.clone()));
            let first = if is_moved { taken.iter().map(old).collect() } else { BTreeMap::new() };
            grown = grown.with_balance_changes(&changes(first)).unwrap().ledger;
            let then = changes(taken.iter().map(new).collect());
            let Some(updated) = grown.with_balance_changes(&then) else { return Ok(()) };
            grown = updated.ledger;
        }
        let rest = left.iter().map(|one| (one.id.to_string(), Some(one.clone()))).collect();
        grown = grown.with_balance_changes(&changes(rest)).unwrap().ledger;
        prop_assert_eq!(blobs(&read(&blobs(&grown)).unwrap()), whole);
    }

    #[test]
    fn a_damaged_month_is_an_error(place in any::<prop::sample::Index>(), flip in 1..=255_u8, is_cut in any::<bool>()) {
        let mut whole = blobs(&four().ledger("UTC"));
        let (_, bytes) = whole.iter_mut().next_back().unwrap();
        let place = place.index(bytes.len());
        if is_cut { bytes.truncate(place) } else { bytes[place] ^= flip }
        prop_assert!(read(&whole).is_err());
    }
}

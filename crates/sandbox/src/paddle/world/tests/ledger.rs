//! What the ledger reads of a merchant's entities, held against what the merchant meant. Nothing is requested: the
//! entities are read as they are kept.

use std::collections::BTreeMap;

use connect::{Listing, Source};
use metrics::ledger::{PriceBook, build};
use model::{Column, Counterparts, Currency, LedgerRules, ObjectKind, RawObject};

use super::*;

const SEEDS: u64 = 4;

/// What a customer is worth at the end of each day on which that changed.
type Worth = BTreeMap<(String, Currency), BTreeMap<i64, i64>>;

fn on_days(steps: impl Iterator<Item = (String, Currency, UnixSeconds, i64)>, now: UnixSeconds) -> Worth {
    let mut worth = Worth::new();
    for (customer, currency, at, mrr_minor) in steps.filter(|(_, _, at, _)| *at <= now) {
        worth.entry((customer, currency)).or_default().insert(at.0.div_euclid(DAY_S), mrr_minor);
    }
    for days in worth.values_mut() {
        let mut before = 0;
        days.retain(|_, mrr_minor| std::mem::replace(&mut before, *mrr_minor) != *mrr_minor);
    }
    worth.retain(|_, days| !days.is_empty());
    worth
}

fn objects(account: &Account) -> Vec<RawObject> {
    let all = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Event);
    let entities = all.flat_map(|kind| account.all(kind).map(move |(id, entity)| (kind, id, entity)));
    entities
        .map(|(kind, id, entity)| {
            let field = if kind == Kind::Customer { "id" } else { "customer_id" };
            let mut counterparts = Counterparts::default();
            *counterparts.get_mut(Column::Customer) = entity[field].as_str().map(str::to_owned);
            RawObject {
                kind: ObjectKind::new(kind.as_str()),
                id: id.to_owned(),
                created_at: None,
                counterparts,
                is_deleted: false,
                body: entity.to_string().into(),
            }
        })
        .collect()
}

fn prices(objects: &[RawObject]) -> PriceBook {
    let mut book = PriceBook::default();
    for object in objects.iter().filter(|object| ["price", "product"].contains(&object.kind.as_str())) {
        match Source::Paddle.listing(object).unwrap() {
            Listing::Price(price) => book.insert(price),
            Listing::Product(product) => book.insert_product(product),
            Listing::Nothing => {}
        }
    }
    book
}

/// By customer.
fn histories(objects: &[RawObject]) -> BTreeMap<&str, connect::Billed> {
    let mut owned: BTreeMap<&str, Vec<&RawObject>> = BTreeMap::new();
    for object in objects {
        if let Some(customer) = object.counterparts.get(Column::Customer) {
            owned.entry(customer).or_default().push(object);
        }
    }
    owned.into_iter().map(|(customer, own)| (customer, Source::Paddle.billed(own))).collect()
}

#[test]
fn every_customer_is_worth_what_the_merchant_meant_to_the_cent_on_every_day() {
    for (seed, merchant) in
        (1..=SEEDS).flat_map(|seed| [(seed, MerchantName::Mid), (seed, MerchantName::Small)])
    {
        let world = World::new(Start { merchant, seed, customers: None, now: UnixSeconds(NOW) });
        let account = world.account();
        let objects = objects(account);
        let mut book = prices(&objects);
        let backwards: Vec<RawObject> = objects.iter().rev().cloned().collect();
        let backwards = histories(&backwards);
        let mut found = Vec::new();
        let mut lives: BTreeMap<&str, String> = BTreeMap::new();
        for (customer, billed) in histories(&objects) {
            assert_eq!(billed.skipped, [], "seed {seed}, {customer}");
            for price in billed.inline_prices {
                if book.get(&price.id).is_none() {
                    book.insert(price);
                }
            }
            let ledger = build(&billed.history, &book, LedgerRules::default());
            assert_eq!(ledger.unexplained, [], "seed {seed}, {customer}");
            let other_way = build(&backwards[customer].history, &book, LedgerRules::default());
            assert_eq!(ledger, other_way, "seed {seed}, {customer}: the order of arrival is irrelevant");
            let totals = ledger.totals().into_iter();
            found
                .extend(totals.map(|total| (customer.to_owned(), total.currency, total.at, total.mrr_minor)));
            lives.insert(customer, format!("{:#?}", ledger.steps));
        }
        let meant = account.expected.iter();
        let meant = meant.map(|step| (step.customer.to_string(), step.currency, step.at, step.mrr_minor));
        let (meant, found) = (on_days(meant, account.now), on_days(found.into_iter(), account.now));
        assert!(meant.len() > 20, "{merchant:?} has customers");
        let differing: Vec<_> =
            meant.keys().chain(found.keys()).filter(|key| meant.get(*key) != found.get(*key)).collect();
        if let Some(key) = differing.first() {
            panic!(
                "seed {seed}, {merchant:?}: {} differ; {key:?}\nmeant {:?}\nfound {:?}\n{}",
                differing.len(),
                meant.get(*key),
                found.get(*key),
                lives.get(key.0.as_str()).map_or("", String::as_str),
            );
        }
    }
}

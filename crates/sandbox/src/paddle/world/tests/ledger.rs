//! What the ledger reads of a merchant's entities, held against what the merchant meant. Nothing is requested: the
//! entities are read as they are kept.

use std::collections::BTreeMap;

use connect::{Listing, Source};
use metrics::ledger::{MoneyKind, PriceBook, build};
use model::{Column, Counterparts, Currency, LedgerRules, ObjectKind, RawObject};

use super::super::money::Measure;
use super::*;

const SEEDS: u64 = 50;

/// Each script once with each seed, and at times the simple lives of a small merchant.
fn worlds() -> impl Iterator<Item = (u64, World)> {
    (1..=SEEDS).map(|seed| {
        let merchant = if seed % 5 == 0 { MerchantName::Small } else { MerchantName::Mid };
        let customers = Some(SCRIPTS.len() as u64);
        (seed, World::new(Start { merchant, seed, customers, now: UnixSeconds(NOW) }))
    })
}

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
        .chain(histories_of_subscriptions(account))
        .collect()
}

/// What happened with subscriptions, by their history, and what events of the last 90 days tell of before it.
fn histories_of_subscriptions(account: &Account) -> impl Iterator<Item = RawObject> {
    let recorded = account.history.values().flatten().cloned();
    let told = account.all(Kind::Event).filter_map(|(id, event)| {
        let action = event["event_type"].as_str()?.strip_prefix("subscription.")?;
        ["paused", "resumed"].contains(&action).then(|| {
            serde_json::json!({
                "id": id,
                "subscription_id": event["data"]["id"],
                "occurred_at": event["occurred_at"],
                "detail": {"action": format!("subscription_{action}")},
            })
        })
    });
    let entries: Vec<Value> = recorded.chain(told).collect();
    let customers: BTreeMap<String, String> = account
        .all(Kind::Subscription)
        .filter_map(|(id, one)| Some((id.to_owned(), one["customer_id"].as_str()?.to_owned())))
        .collect();
    entries.into_iter().map(move |entry| {
        let mut counterparts = Counterparts::default();
        let subscription = entry["subscription_id"].as_str().unwrap();
        *counterparts.get_mut(Column::Customer) = customers.get(subscription).cloned();
        RawObject {
            kind: ObjectKind::new("subscription_history"),
            id: entry["id"].as_str().unwrap().to_owned(),
            created_at: None,
            counterparts,
            is_deleted: false,
            body: entry.to_string().into(),
        }
    })
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
    for (seed, world) in worlds() {
        let account = world.account();
        let objects = objects(account);
        let mut book = prices(&objects);
        let backwards: Vec<RawObject> = objects.iter().rev().cloned().collect();
        let backwards = histories(&backwards);
        let mut found = Vec::new();
        let mut lives = BTreeMap::new();
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
            lives.insert(customer, ledger.steps);
        }
        let meant = account.expected.iter();
        let meant = meant.map(|step| (step.customer.to_string(), step.currency, step.at, step.mrr_minor));
        let (meant, found) = (on_days(meant, account.now), on_days(found.into_iter(), account.now));
        assert!(meant.len() > 20, "seed {seed} has customers");
        let differing: Vec<_> =
            meant.keys().chain(found.keys()).filter(|key| meant.get(*key) != found.get(*key)).collect();
        let told: Vec<String> = differing
            .iter()
            .map(|key| {
                let steps = lives.get(key.0.as_str());
                format!("{key:?}\nmeant {:?}\nfound {:?}\n{steps:#?}", meant.get(*key), found.get(*key))
            })
            .collect();
        assert!(told.is_empty(), "seed {seed}: {} differ\n{}", told.len(), told.join("\n"));
    }
}

/// Sums by customer, currency, measure and day. Fees and what is left of them are booked when a transaction is completed, and
/// counted when it is paid, which may be the day before: their days are not compared.
type Moved = BTreeMap<(String, Currency, Measure, i64), i64>;

fn add(moved: &mut Moved, customer: &str, currency: Currency, measure: Measure, at: UnixSeconds, minor: i64) {
    let is_booked = matches!(measure, Measure::Fees | Measure::NetCash);
    let day = if is_booked { 0 } else { at.0.div_euclid(DAY_S) };
    *moved.entry((customer.to_owned(), currency, measure, day)).or_default() += minor;
}

#[test]
fn money_moves_as_the_merchant_meant_it_to() {
    for (seed, world) in worlds() {
        let objects = objects(world.account());
        let book = prices(&objects);
        let (mut meant, mut found) = (Moved::new(), Moved::new());
        for money in &world.account().expected_money {
            let customer = money.customer.as_str();
            add(&mut meant, customer, money.currency, money.measure, money.at, money.amount_minor);
        }
        for (customer, billed) in histories(&objects) {
            for fact in build(&billed.history, &book, LedgerRules::default()).money {
                let measure = match fact.kind {
                    MoneyKind::InvoiceRevenue | MoneyKind::ChargeRevenue => Measure::GrossRevenue,
                    MoneyKind::Refund => Measure::Refunds,
                    MoneyKind::CreditNote => Measure::CreditNotes,
                    MoneyKind::DisputeLost => Measure::Disputes,
                    MoneyKind::Payment => Measure::PaymentsCollected,
                    _ => continue,
                };
                add(&mut found, customer, fact.currency, measure, fact.at, fact.amount_minor);
            }
        }
        let kinds = Source::Paddle.balance_kinds();
        for object in objects.iter().filter(|object| kinds.contains(&object.kind)) {
            let customer = object.counterparts.get(Column::Customer).unwrap_or_default();
            for one in Source::Paddle.balance_transactions(object).unwrap() {
                add(&mut found, customer, one.currency, Measure::Fees, one.created_at, one.fee_minor);
                add(&mut found, customer, one.currency, Measure::NetCash, one.created_at, one.net_minor);
            }
        }
        meant.retain(|_, minor| *minor != 0);
        found.retain(|_, minor| *minor != 0);
        let keys = meant.keys().chain(found.keys());
        let differing: Vec<_> = keys
            .filter(|key| meant.get(*key) != found.get(*key))
            .map(|key| (key, meant.get(key), found.get(key)))
            .collect();
        assert!(!meant.is_empty());
        assert!(
            differing.is_empty(),
            "seed {seed}: {} differ, as {:#?}",
            differing.len(),
            &differing[..differing.len().min(6)]
        );
    }
}

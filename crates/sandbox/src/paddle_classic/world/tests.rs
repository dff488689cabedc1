//! What plain readers find in an account, held against what the merchant meant.

mod coarse;
mod exact;
mod happenings;

use std::collections::BTreeMap;

use model::{Currency, UnixSeconds};
use serde_json::Value;

use super::super::account::Kind;
use super::*;
use crate::world::ExpectedStep;

const NOW: i64 = 1_790_000_000;
const SEEDS: u64 = 4;

/// What a customer is worth at the end of each day on which that changed.
type Worth = BTreeMap<(String, Currency), BTreeMap<i64, i64>>;

fn world(merchant: MerchantName, seed: u64) -> World {
    World::new(Start { merchant, seed, customers: None, now: UnixSeconds(NOW) })
}

fn meant(steps: &[ExpectedStep]) -> Worth {
    let mut worth = Worth::new();
    for step in steps {
        let days = worth.entry((step.customer.to_string(), step.currency)).or_default();
        days.insert(step.at.0.div_euclid(DAY_S), step.mrr_minor);
    }
    without_repetition(worth)
}

fn without_repetition(mut worth: Worth) -> Worth {
    for days in worth.values_mut() {
        let mut before = 0;
        days.retain(|_, mrr_minor| std::mem::replace(&mut before, *mrr_minor) != *mrr_minor);
    }
    worth.retain(|_, days| !days.is_empty());
    worth
}

/// Values of subscriptions by instant, added up for their customers.
fn by_customer(subscriptions: Vec<(String, Currency, BTreeMap<i64, i64>)>) -> Worth {
    let mut worth = Worth::new();
    for (customer, currency, _) in &subscriptions {
        let own = subscriptions.iter().filter(|(owner, of, _)| owner == customer && of == currency);
        let own: Vec<_> = own.map(|(_, _, steps)| steps).collect();
        let days = worth.entry((customer.clone(), *currency)).or_default();
        for at in own.iter().flat_map(|steps| steps.keys()).filter(|at| **at <= NOW) {
            let end = (at.div_euclid(DAY_S) + 1) * DAY_S - 1;
            let value = |steps: &&BTreeMap<i64, i64>| {
                steps.range(..=end.min(NOW)).next_back().map_or(0, |(_, minor)| *minor)
            };
            days.insert(at.div_euclid(DAY_S), own.iter().map(value).sum());
        }
    }
    without_repetition(worth)
}

fn differences(meant: &Worth, found: &Worth) -> Vec<String> {
    let mut keys: Vec<_> = meant.keys().chain(found.keys()).collect();
    keys.dedup();
    keys.sort();
    keys.dedup();
    let name = |customer: &str| {
        let number = customer.parse::<u64>().unwrap() / 10_000 - 1;
        scripts::SCRIPTS[(number % scripts::count()) as usize].name
    };
    keys.into_iter()
        .filter(|key| meant.get(*key) != found.get(*key))
        .map(|key| {
            let days = |worth: &Worth| -> Vec<String> {
                let days = worth.get(key).into_iter().flatten();
                days.map(|(day, minor)| format!("{} {minor}", model::Day(*day as i32))).collect()
            };
            format!("{} {key:?}\n  meant {:?}\n  found {:?}", name(&key.0), days(meant), days(found))
        })
        .collect()
}

/// An amount as it is written, in the smallest unit.
fn minor(text: &str, currency: Currency) -> i64 {
    let amount: rust_decimal::Decimal = text.parse().unwrap();
    let unit = rust_decimal::Decimal::from(10_i64.pow(currency.exponent()));
    i64::try_from(amount * unit).unwrap()
}

fn currency_of(code: &str) -> Currency {
    code.to_lowercase().parse().unwrap()
}

/// An amount for each interval of a plan, a month, rounded once.
fn a_month(minor: i64, billing_type: &str, count: i64) -> i64 {
    let (dividend, divisor) = match billing_type {
        "week" => (minor * 52, 12 * count),
        "month" => (minor, count),
        "year" => (minor, 12 * count),
        other => unreachable!("{other}"),
    };
    (2 * dividend + divisor) / (2 * divisor)
}

fn plan_of(world: &World, id: u64) -> &Value {
    world.account().get(Kind::Plan, id).unwrap()
}

#[test]
fn however_the_clock_is_moved_an_account_becomes_the_same() {
    let mut at_once = world(MerchantName::Mid, 3);
    let mut in_steps = world(MerchantName::Mid, 3);
    let end = NOW + 75 * DAY_S + 5;
    let mut told = at_once.advance(UnixSeconds(end));
    let mut told_in_steps = Vec::new();
    for step in 1..=15 {
        told_in_steps.extend(in_steps.advance(UnixSeconds(NOW + step * 5 * DAY_S + 5)));
    }
    let by_id = |alert: &Alert| alert.id;
    told.sort_by_key(by_id);
    told_in_steps.sort_by_key(by_id);
    assert!(told.len() > 200);
    // A payout says what was earned by then, which is the same whenever it is asked.
    assert_eq!(told, told_in_steps);
    let (one, other) = (at_once.account(), in_steps.account());
    for kind in Kind::ALL {
        assert!(one.all(kind).eq(other.all(kind)), "{}", kind.as_str());
    }
    assert_eq!(one.alerts, other.alerts);
    assert_eq!(one.expected, other.expected);
    assert_eq!(one.expected_coarse, other.expected_coarse);
    assert_eq!(one.expected_money, other.expected_money);
}

#[test]
fn what_was_sent_is_never_sent_otherwise_later() {
    let mut world = world(MerchantName::Mid, 2);
    let before = world.account().alerts.clone();
    world.advance(UnixSeconds(NOW + 40 * DAY_S));
    for (id, alert) in before {
        assert_eq!(world.account().alerts.get(&id), Some(&alert));
    }
}

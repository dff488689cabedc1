//! The definitions computed the plain way: customer by customer, day by day, in maps. Shares nothing with the loops.

use std::collections::{BTreeMap, BTreeSet};

use metrics::fx::Rates;
use metrics::query::{Dimension, Filter, MovementKind, Query, Reporting};
use model::{Bucket, Currency, Day, Interval};
use rust_decimal::{Decimal, RoundingStrategy};

use super::world::{Change, TestCustomer, World};
use jiff::tz::TimeZone;
use rust_decimal::prelude::ToPrimitive;

/// Values at the ends of days, where they changed.
type Days = BTreeMap<Day, i64>;

pub struct Reference<'a> {
    rates: &'a Rates,
    query: &'a Query,
    today: Day,
    /// By customer, group and currency.
    customers: BTreeMap<(usize, String, Currency), Days>,
    /// By customer, subscription, group and currency.
    subscriptions: BTreeMap<(usize, String, String, Currency), Days>,
}

#[derive(Debug, Default, PartialEq)]
pub struct Expected {
    pub mrr_before: i64,
    pub mrr: i64,
    pub moved: BTreeMap<&'static str, i64>,
    pub movers: BTreeMap<&'static str, i64>,
    pub customers_before: i64,
    pub customers: i64,
    pub subscriptions: i64,
    pub churned: i64,
    pub lost: i64,
    pub retained: Decimal,
    pub kept: Decimal,
}

impl<'a> Reference<'a> {
    pub fn new(world: &World, zone: &TimeZone, rates: &'a Rates, query: &'a Query, is_strict: bool) -> Self {
        let mut reference = Self {
            rates,
            query,
            today: query.now.day(zone),
            customers: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
        };
        for (index, customer) in world.customers.iter().enumerate() {
            for change in deltas(customer) {
                let is_left_out = is_strict && !reference.has_rate(change.currency);
                if is_left_out || change.at > query.now || !passes(&query.filter, customer, &change) {
                    continue;
                }
                let (group, on) = (group(query.by, customer, &change), change.at.day(zone));
                let key = (index, group.clone(), change.currency);
                add(reference.customers.entry(key).or_default(), on, change.value_minor);
                let key = (index, change.subscription.clone(), group, change.currency);
                add(reference.subscriptions.entry(key).or_default(), on, change.value_minor);
            }
        }
        reference
    }

    /// Every group and currency that a series may be of.
    pub fn series(&self) -> BTreeSet<(String, Currency)> {
        let keys = self.customers.keys();
        match self.query.currency {
            Reporting::Native => keys.map(|(_, group, currency)| (group.clone(), *currency)).collect(),
            Reporting::In(target) => keys.map(|(_, group, _)| (group.clone(), target)).collect(),
        }
    }

    pub fn buckets(&self) -> Vec<Bucket> {
        let Query { from, to, interval, week_start, .. } = *self.query;
        let mut buckets = interval.buckets(from, to, week_start);
        if interval == Interval::Day {
            assert_eq!(buckets.len(), usize::try_from(to.0 - from.0 + 1).unwrap());
        }
        buckets.retain(|bucket| bucket.start_on <= self.today);
        buckets
    }

    pub fn expected(&self, group: &str, currency: Currency, bucket: Bucket) -> Expected {
        let start = bucket.start_on.previous();
        let end = bucket.end_on.min(self.today);
        let own = |key_group: &str, key_currency: Currency| {
            key_group == group && (self.query.currency != Reporting::Native || key_currency == currency)
        };
        let mut expected = Expected::default();
        let mut by_customer: BTreeMap<usize, Vec<(Currency, &Days)>> = BTreeMap::new();
        for ((customer, key_group, key_currency), days) in &self.customers {
            if own(key_group, *key_currency) {
                by_customer.entry(*customer).or_default().push((*key_currency, days));
            }
        }
        let mut moved: BTreeMap<(&str, Currency, Day), i64> = BTreeMap::new();
        let mut lost: BTreeMap<(Currency, Day), i64> = BTreeMap::new();
        let mut totals: BTreeMap<Currency, (i64, i64)> = BTreeMap::new();
        for lanes in by_customer.values() {
            let was_above = lanes.iter().any(|(_, days)| value(days, start) > 0);
            let is_above = lanes.iter().any(|(_, days)| value(days, end) > 0);
            expected.customers_before += i64::from(was_above);
            expected.customers += i64::from(is_above);
            expected.churned += i64::from(was_above && !is_above);
            let mut kinds = BTreeSet::new();
            let (mut worth_start, mut worth_end) = (Decimal::ZERO, Decimal::ZERO);
            for (lane_currency, days) in lanes {
                let total = totals.entry(*lane_currency).or_default();
                total.0 += value(days, start);
                total.1 += value(days, end);
                worth_start += self.worth(value(days, start), *lane_currency, start);
                worth_end += self.worth(value(days, end), *lane_currency, end);
                for (kind, on, delta) in movements(days, bucket.start_on, end) {
                    kinds.insert(kind);
                    *moved.entry((kind, *lane_currency, on)).or_default() += delta;
                    if was_above && (kind == "churn" || kind == "contraction") {
                        *lost.entry((*lane_currency, on)).or_default() += delta;
                    }
                }
            }
            for kind in kinds {
                *expected.movers.entry(kind).or_default() += 1;
            }
            if was_above {
                expected.retained += worth_end;
                expected.kept += worth_start.min(worth_end);
            }
        }
        for kind in MovementKind::ALL.map(MovementKind::as_str) {
            let own = moved.iter().filter(|((moved_kind, _, _), _)| *moved_kind == kind);
            let sum = own.map(|((_, currency, on), delta)| self.worth(*delta, *currency, *on)).sum();
            expected.moved.insert(kind, round(sum));
            expected.movers.entry(kind).or_default();
        }
        expected.lost = round(lost.iter().map(|((c, on), delta)| self.worth(*delta, *c, *on)).sum());
        expected.mrr_before = round(totals.iter().map(|(c, total)| self.worth(total.0, *c, start)).sum());
        expected.mrr = round(totals.iter().map(|(c, total)| self.worth(total.1, *c, end)).sum());
        let mut subscriptions = BTreeSet::new();
        for ((customer, subscription, key_group, key_currency), days) in &self.subscriptions {
            if own(key_group, *key_currency) && value(days, end) > 0 {
                subscriptions.insert((customer, subscription));
            }
        }
        expected.subscriptions = i64::try_from(subscriptions.len()).unwrap();
        expected
    }

    fn has_rate(&self, currency: Currency) -> bool {
        self.query.currency == Reporting::Native || self.rates.has(currency)
    }

    /// In the series' currency, exactly; 0 without a rate.
    fn worth(&self, amount_minor: i64, currency: Currency, on: Day) -> Decimal {
        let amount = Decimal::from(amount_minor);
        match self.query.currency {
            Reporting::Native => amount,
            Reporting::In(target) if target == currency => amount,
            Reporting::In(target) => {
                let Some((from, _)) = self.rates.rate(on, currency) else { return Decimal::ZERO };
                let (to, _) = self.rates.rate(on, target).unwrap();
                let unit = |c: Currency| Decimal::from(10_i64.pow(c.exponent()));
                amount * to * unit(target) / (from * unit(currency))
            }
        }
    }
}

/// What each change adds, instead of what it sets.
fn deltas(customer: &TestCustomer) -> Vec<Change> {
    customer
        .ledger()
        .steps
        .into_iter()
        .map(|step| Change {
            at: step.at,
            subscription: step.subscription.to_string(),
            price: step.price.to_string(),
            currency: step.currency,
            value_minor: step.delta_minor,
        })
        .collect()
}

fn add(days: &mut Days, on: Day, delta: i64) {
    let before = value(days, on);
    days.insert(on, before + delta);
}

fn value(days: &Days, on: Day) -> i64 {
    days.range(..=on).next_back().map_or(0, |(_, value)| *value)
}

fn movements(days: &Days, from: Day, to: Day) -> Vec<(&'static str, Day, i64)> {
    let mut found = Vec::new();
    for on in (from.0..=to.0).map(Day) {
        let (before, after) = (value(days, on.previous()), value(days, on));
        let was_ever_above = days.range(..on).any(|(_, value)| *value > 0);
        let kind = if after == before {
            continue;
        } else if before == 0 && !was_ever_above {
            "new"
        } else if before == 0 {
            "reactivation"
        } else if after == 0 {
            "churn"
        } else if after > before {
            "expansion"
        } else {
            "contraction"
        };
        found.push((kind, on, after - before));
    }
    found
}

/// By the names that `world::prices` gives: `price_usd_0` is monthly, `_1` yearly, `_2` every three months.
fn product_and_interval(price: &str) -> (&'static str, &'static str) {
    match price.as_bytes().last() {
        Some(b'0') => ("basic", "month"),
        Some(b'1') => ("basic", "year"),
        _ => ("extra", "3-month"),
    }
}

fn passes(filter: &Filter, customer: &TestCustomer, change: &Change) -> bool {
    let (product, interval) = product_and_interval(&change.price);
    let has = |list: &[String], item: &str| list.is_empty() || list.contains(&item.to_owned());
    has(&filter.plans, &change.price)
        && has(&filter.products, product)
        && has(&filter.intervals, interval)
        && has(&filter.countries, customer.country.as_deref().unwrap_or("unknown"))
        && (filter.currencies.is_empty() || filter.currencies.contains(&change.currency))
}

fn group(by: Option<Dimension>, customer: &TestCustomer, change: &Change) -> String {
    let (product, interval) = product_and_interval(&change.price);
    match by {
        None => String::new(),
        Some(Dimension::Plan) => change.price.clone(),
        Some(Dimension::Product) => product.to_owned(),
        Some(Dimension::Interval) => interval.to_owned(),
        Some(Dimension::Currency) => change.currency.to_string(),
        Some(Dimension::Country) => customer.country.clone().unwrap_or("unknown".to_owned()),
    }
}

pub fn round(exact: Decimal) -> i64 {
    exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().unwrap()
}

//! The definitions computed the plain way: customer by customer, day by day, in maps. Shares nothing with the loops.

use std::collections::{BTreeMap, BTreeSet};

use metrics::fx::Rates;
use metrics::query::{Dimension, Filter, MovementKind, Query, Reporting};
use model::{Bucket, Currency, Day};
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
    lines: BTreeMap<Line, Days>,
}

/// The finest grain: what one price of one subscription is worth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    group: String,
    customer: usize,
    currency: Currency,
    subscription: String,
    price: String,
}

/// A period as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub start_on: Day,
    pub end_on: Day,
    pub is_partial: bool,
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
    pub retained: i64,
    pub kept: i64,
    pub base_mrr: i64,
    pub base_customers: i64,
}

impl<'a> Reference<'a> {
    pub fn new(world: &World, zone: &TimeZone, rates: &'a Rates, query: &'a Query) -> Self {
        let mut lines: BTreeMap<Line, Days> = BTreeMap::new();
        for (index, customer) in world.customers.iter().enumerate() {
            for change in deltas(customer) {
                if change.at > query.now || !passes(&query.filter, customer, &change) {
                    continue;
                }
                let line = Line {
                    group: group(query.by, customer, &change),
                    customer: index,
                    currency: change.currency,
                    subscription: change.subscription.clone(),
                    price: change.price.clone(),
                };
                add(lines.entry(line).or_default(), change.at.day(zone), change.value_minor);
            }
        }
        Self { rates, query, today: query.now.day(zone), lines }
    }

    /// Every group and currency that a series may be of.
    pub fn series(&self) -> BTreeSet<(String, Currency)> {
        let key = |line: &Line| match self.query.currency {
            Reporting::Native => (line.group.clone(), line.currency),
            Reporting::In(target) => (line.group.clone(), target),
        };
        self.lines.keys().map(key).collect()
    }

    /// Day by day, cut where the range begins and ends and where it is today.
    pub fn periods(&self) -> Vec<Period> {
        let Query { from, to, interval, week_start, .. } = *self.query;
        let mut periods: Vec<(Bucket, Period)> = Vec::new();
        for day in (from.0..=to.0.min(self.today.0)).map(Day) {
            let whole = interval.bucket(day, week_start);
            match periods.last_mut() {
                Some((last, period)) if *last == whole => period.end_on = day,
                _ => periods.push((whole, Period { start_on: day, end_on: day, is_partial: false })),
            }
        }
        for (whole, period) in &mut periods {
            period.is_partial = (whole.start_on, whole.end_on) != (period.start_on, period.end_on)
                || period.end_on >= self.today;
        }
        periods.into_iter().map(|(_, period)| period).collect()
    }

    pub fn expected(&self, group: &str, currency: Currency, period: Period) -> Expected {
        let (start, end) = (period.start_on.previous(), period.end_on);
        let is_native = self.query.currency == Reporting::Native;
        let mut by_customer: BTreeMap<usize, Vec<(&Line, &Days)>> = BTreeMap::new();
        for (line, days) in &self.lines {
            if line.group == group && (!is_native || line.currency == currency) {
                by_customer.entry(line.customer).or_default().push((line, days));
            }
        }
        let mut expected = Expected::default();
        for kind in MovementKind::ALL.map(MovementKind::as_str) {
            expected.moved.insert(kind, 0);
            expected.movers.insert(kind, 0);
        }
        for lines in by_customer.values() {
            self.add_customer(lines, (start, end), period, &mut expected);
        }
        expected
    }

    fn add_customer(
        &self,
        lines: &[(&Line, &Days)],
        (start, end): (Day, Day),
        period: Period,
        expected: &mut Expected,
    ) {
        let currencies: BTreeSet<Currency> = lines.iter().map(|(line, _)| line.currency).collect();
        let lane = |currency: Currency| {
            let mut sum = Days::new();
            for (_, days) in lines.iter().filter(|(line, _)| line.currency == currency) {
                let mut before = 0;
                for (on, value) in *days {
                    // Later days of the lane carry the difference on.
                    let delta = value - before;
                    before = *value;
                    add_from(&mut sum, *on, delta);
                }
            }
            sum
        };
        let is_above = |on: Day, also: Day| {
            currencies.iter().any(|c| self.has(*c, on) && self.has(*c, also) && value(&lane(*c), on) > 0)
        };
        let worth = |on: Day, also: Day| -> i64 {
            let counted = lines.iter().filter(|(line, _)| self.has(line.currency, also));
            counted.filter_map(|(line, days)| self.worth(value(days, on), line.currency, on)).sum()
        };
        let was_above = is_above(start, end);
        expected.customers_before += i64::from(is_above(start, start));
        expected.customers += i64::from(is_above(end, end));
        expected.base_customers += i64::from(was_above);
        expected.churned += i64::from(was_above && !is_above(end, start));
        expected.mrr_before += worth(start, start);
        expected.mrr += worth(end, end);
        expected.base_mrr += worth(start, end);
        if was_above {
            expected.retained += worth(end, start);
            expected.kept += worth(end, start).min(worth(start, end));
        }
        let mut kinds = BTreeSet::new();
        for currency in &currencies {
            for (kind, on) in movements(&lane(*currency), period.start_on, end) {
                let own = lines.iter().filter(|(line, _)| line.currency == *currency);
                let changes = own.map(|(_, days)| value(days, on) - value(days, on.previous()));
                let converted: Option<i64> = changes.map(|delta| self.worth(delta, *currency, on)).sum();
                let Some(converted) = converted else { continue };
                kinds.insert(kind);
                *expected.moved.entry(kind).or_default() += converted;
                if was_above && (kind == "churn" || kind == "contraction") {
                    expected.lost += converted;
                }
            }
        }
        for kind in kinds {
            *expected.movers.entry(kind).or_default() += 1;
        }
        let mut subscriptions: BTreeMap<&str, i64> = BTreeMap::new();
        for (line, days) in lines.iter().filter(|(line, _)| self.has(line.currency, end)) {
            *subscriptions.entry(&line.subscription).or_default() += value(days, end);
        }
        let active = subscriptions.values().filter(|value| **value > 0).count();
        expected.subscriptions += i64::try_from(active).unwrap();
    }

    /// By currency: what has no rate at the end of the last period in which something has none.
    pub fn unconverted(&self) -> BTreeMap<Currency, (i64, i64, Day)> {
        let mut found = BTreeMap::new();
        for end in self.periods().into_iter().map(|period| period.end_on) {
            let mut customers: BTreeMap<(Currency, usize), i64> = BTreeMap::new();
            for (line, days) in self.lines.iter().filter(|(line, _)| !self.has(line.currency, end)) {
                *customers.entry((line.currency, line.customer)).or_default() += value(days, end);
            }
            let mut sums: BTreeMap<Currency, (i64, i64, Day)> = BTreeMap::new();
            for ((currency, _), minor) in customers.into_iter().filter(|(_, minor)| *minor > 0) {
                let sum = sums.entry(currency).or_insert((0, 0, end));
                *sum = (sum.0 + minor, sum.1 + 1, end);
            }
            found.extend(sums);
        }
        found
    }

    fn has(&self, currency: Currency, on: Day) -> bool {
        self.worth(1, currency, on).is_some()
    }

    /// In the series' currency, rounded half away from zero; `None` without a rate.
    fn worth(&self, amount_minor: i64, currency: Currency, on: Day) -> Option<i64> {
        let Reporting::In(target) = self.query.currency else { return Some(amount_minor) };
        if target == currency {
            return Some(amount_minor);
        }
        let (from, _) = self.rates.rate(on, currency)?;
        let (to, _) = self.rates.rate(on, target)?;
        let unit = |c: Currency| Decimal::from(10_i64.pow(c.exponent()));
        Some(round(Decimal::from(amount_minor) * to * unit(target) / (from * unit(currency))))
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

/// Changes come in order.
fn add(days: &mut Days, on: Day, delta: i64) {
    let before = value(days, on);
    days.insert(on, before + delta);
}

/// Changes come in any order.
fn add_from(days: &mut Days, on: Day, delta: i64) {
    add(days, on, delta);
    for (_, value) in days.range_mut(on.next()..) {
        *value += delta;
    }
}

fn value(days: &Days, on: Day) -> i64 {
    days.range(..=on).next_back().map_or(0, |(_, value)| *value)
}

fn movements(days: &Days, from: Day, to: Day) -> Vec<(&'static str, Day)> {
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
        found.push((kind, on));
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

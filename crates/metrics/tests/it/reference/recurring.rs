//! Levels, movements, churn and retention of one period.

use std::collections::{BTreeMap, BTreeSet};

use metrics::query::MovementKind;
use model::{Currency, Day, UnixSeconds};

use super::{Days, Key, Line, Period, Reference, sum, value};
use crate::world;

#[derive(Debug, Default, Clone, PartialEq)]
pub struct Expected {
    pub mrr_before: i64,
    pub mrr: i64,
    pub moved: BTreeMap<&'static str, i64>,
    pub movers: BTreeMap<&'static str, i64>,
    pub customers: i64,
    pub subscriptions: i64,
    pub churned: i64,
    pub involuntary: i64,
    pub lost: i64,
    pub retained: i64,
    pub kept: i64,
    pub base_mrr: i64,
    pub base_customers: i64,
    pub end_mrr: i64,
    /// Whether anything has no rate at the end.
    pub lacks_rates: bool,
}

/// What is left of one customer in one series.
struct Held<'a> {
    customer: usize,
    lines: Vec<(&'a Line, &'a Days)>,
    currencies: BTreeSet<Currency>,
}

impl Reference<'_> {
    pub fn expected(&self, key: &Key, period: Period) -> Expected {
        if self.is_by_reason() {
            return self.expected_of_reason(key, period);
        }
        let mut by_customer: BTreeMap<usize, Vec<(&Line, &Days)>> = BTreeMap::new();
        for (line, days) in &self.lines {
            if line.is_of(key, self.query.currency) {
                by_customer.entry(line.customer).or_default().push((line, days));
            }
        }
        let mut expected = Expected::of_nothing();
        for (customer, lines) in by_customer {
            let currencies = lines.iter().map(|(line, _)| line.currency).collect();
            self.add_customer(&Held { customer, lines, currencies }, period, &mut expected);
        }
        expected
    }

    fn add_customer(&self, held: &Held<'_>, period: Period, expected: &mut Expected) {
        let (start, end) = (period.start_on.previous(), period.end_on);
        let was_above = self.is_above(held, start, end);
        let is_gone = was_above && !self.is_above(held, end, start);
        expected.customers += i64::from(self.is_above(held, end, end));
        expected.base_customers += i64::from(was_above);
        expected.churned += i64::from(is_gone);
        expected.involuntary += i64::from(is_gone && self.left_unpaid(held, end));
        expected.mrr_before += self.worth_of(held, start, start);
        expected.mrr += self.worth_of(held, end, end);
        expected.base_mrr += self.worth_of(held, start, end);
        expected.end_mrr += self.worth_of(held, end, start);
        expected.lacks_rates |=
            held.lines.iter().any(|(line, days)| value(days, end) != 0 && !self.has(line.currency, end));
        if was_above {
            let (before, after) = (self.worth_of(held, start, end), self.worth_of(held, end, start));
            expected.retained += after;
            expected.kept += after.min(before);
        }
        self.add_movements(held, period, was_above, expected);
        let mut subscriptions: BTreeMap<&str, i64> = BTreeMap::new();
        for (line, days) in held.lines.iter().filter(|(line, _)| self.has(line.currency, end)) {
            *subscriptions.entry(&line.subscription).or_default() += value(days, end);
        }
        let active = subscriptions.values().filter(|value| **value > 0).count();
        expected.subscriptions += i64::try_from(active).unwrap();
    }

    /// On a day, in a currency that also has a rate on another.
    fn is_above(&self, held: &Held<'_>, on: Day, also: Day) -> bool {
        let counts = |currency: &Currency| self.has(*currency, on) && self.has(*currency, also);
        held.currencies.iter().filter(|c| counts(c)).any(|c| value(&held.in_currency(*c), on) > 0)
    }

    /// On a day, of what also has a rate on another.
    fn worth_of(&self, held: &Held<'_>, on: Day, also: Day) -> i64 {
        let counted = held.lines.iter().filter(|(line, _)| self.has(line.currency, also));
        counted.filter_map(|(line, days)| self.worth(value(days, on), line.currency, on)).sum()
    }

    fn add_movements(&self, held: &Held<'_>, period: Period, was_above: bool, expected: &mut Expected) {
        let mut kinds = BTreeSet::new();
        for currency in &held.currencies {
            for (kind, on) in movements(&held.in_currency(*currency), period.start_on, period.end_on) {
                let own = held.lines.iter().filter(|(line, _)| line.currency == *currency);
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
    }

    /// Whether the subscription that was the last to go to 0 ended because payment failed.
    fn left_unpaid(&self, held: &Held<'_>, end: Day) -> bool {
        let customer = &self.world.customers[held.customer];
        let mut values: BTreeMap<String, i64> = BTreeMap::new();
        let mut last: Option<(UnixSeconds, bool)> = None;
        for (change, delta) in world::differences(&customer.changes) {
            let is_of = |line: &Line| {
                (&line.subscription, &line.price, line.currency)
                    == (&change.subscription, &change.price, change.currency)
            };
            let is_counted = held.lines.iter().any(|(line, _)| is_of(line));
            if !is_counted || self.is_to_come(change.at) || change.at.day(self.zone) > end {
                continue;
            }
            let left = values.entry(change.subscription.clone()).or_default();
            *left += delta;
            if *left == 0 {
                last = Some((change.at, customer.involuntary.contains(&change.subscription)));
            }
        }
        last.is_some_and(|(_, is_involuntary)| is_involuntary)
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

    /// What a customer is worth in one series, currency by currency.
    pub(super) fn lanes(&self, key: &Key, customer: usize) -> Vec<Days> {
        let own = |line: &Line| line.customer == customer && line.is_of(key, self.query.currency);
        let lines: Vec<_> = self.lines.iter().filter(|(line, _)| own(line)).collect();
        let currencies: BTreeSet<Currency> = lines.iter().map(|(line, _)| line.currency).collect();
        let held = Held { customer, lines, currencies };
        held.currencies.iter().map(|currency| held.in_currency(*currency)).collect()
    }
}

impl Expected {
    pub fn of_nothing() -> Self {
        let zeros: BTreeMap<&'static str, i64> =
            MovementKind::ALL.map(|kind| (kind.as_str(), 0)).into_iter().collect();
        Self { moved: zeros.clone(), movers: zeros, ..Self::default() }
    }
}

impl Held<'_> {
    fn in_currency(&self, currency: Currency) -> Days {
        let own = self.lines.iter().filter(|(line, _)| line.currency == currency);
        sum(own.map(|(_, days)| *days))
    }
}

pub(super) fn movements(days: &Days, from: Day, to: Day) -> Vec<(&'static str, Day)> {
    let mut found = Vec::new();
    for on in days.range(from..=to).map(|(on, _)| *on) {
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

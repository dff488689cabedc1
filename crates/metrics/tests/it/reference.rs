//! The definitions computed the plain way: customer by customer, day by day, in maps. Shares nothing with the loops.

mod apart;
mod balance;
pub mod definitions;
mod lifetime;
mod money;
pub mod reasons;
mod recurring;
mod trials;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use metrics::fx::Rates;
use metrics::ledger::Apart;
use metrics::query::{Dimension, Filter, Query, Reporting};
use model::{Bucket, Currency, Day, UnixSeconds};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::world::{self, Change, TestCustomer, World};

pub use recurring::Expected;

/// Values at the ends of days, where they changed.
type Days = BTreeMap<Day, i64>;

type Lines = BTreeMap<Line, Days>;

/// What one series is of: a group, or nothing where there is no breakdown, and a currency.
pub type Key = (String, Currency);

pub struct Reference<'a> {
    world: &'a World,
    zone: &'a TimeZone,
    rates: &'a Rates,
    query: &'a Query,
    today: Day,
    lines: Lines,
    /// In the order of `Apart::ALL`.
    apart: Vec<Lines>,
    churn_rates: RefCell<BTreeMap<(Key, Day), Option<Decimal>>>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    pub start_on: Day,
    pub end_on: Day,
    pub is_partial: bool,
}

impl<'a> Reference<'a> {
    pub fn new(world: &'a World, zone: &'a TimeZone, rates: &'a Rates, query: &'a Query) -> Self {
        let today = query.now.day(zone);
        let (lines, churn_rates) = (Lines::new(), RefCell::default());
        let mut reference = Self { world, zone, rates, query, today, lines, apart: Vec::new(), churn_rates };
        reference.lines = reference.lines_of(|customer| customer.changes.clone());
        reference.apart =
            Apart::ALL.map(|what| reference.lines_of(|customer| customer.apart_changes(what))).into();
        reference
    }

    /// What the query leaves of some changes of every customer.
    fn lines_of(&self, changes: impl Fn(&TestCustomer) -> Vec<Change>) -> Lines {
        let mut lines = Lines::new();
        for (index, customer) in self.world.customers.iter().enumerate() {
            for (change, delta) in world::differences(&changes(customer)) {
                if self.is_to_come(change.at) || !self.passes(customer, &change.price, change.currency) {
                    continue;
                }
                let line = Line {
                    group: self.group(customer, &change.price, change.currency),
                    customer: index,
                    currency: change.currency,
                    subscription: change.subscription,
                    price: change.price,
                };
                add(lines.entry(line).or_default(), change.at.day(self.zone), delta);
            }
        }
        lines
    }

    /// Every group and currency that a series of recurring value may be of.
    pub fn series(&self) -> BTreeSet<Key> {
        self.keys(&self.lines)
    }

    /// Every group and currency that anything in the world could be shown in.
    pub fn all_series(&self) -> BTreeSet<Key> {
        let mut keys = self.series();
        for lines in &self.apart {
            keys.extend(self.keys(lines));
        }
        keys.extend(self.trial_keys());
        keys.extend(self.money_keys());
        keys.extend(self.reason_keys());
        keys.extend(self.balance_keys());
        keys
    }

    fn keys(&self, lines: &Lines) -> BTreeSet<Key> {
        lines.keys().map(|line| self.key(line.group.clone(), line.currency)).collect()
    }

    fn key(&self, group: String, currency: Currency) -> Key {
        match self.query.currency {
            Reporting::Native => (group, currency),
            Reporting::In(target) => (group, target),
        }
    }

    /// Day by day, cut where the range begins and ends and where it is today.
    pub fn periods(&self) -> Vec<Period> {
        self.periods_up_to(self.query.to.min(self.today))
    }

    /// Also those that have not begun.
    pub fn periods_ahead(&self) -> Vec<Period> {
        self.periods_up_to(self.query.to)
    }

    fn periods_up_to(&self, to: Day) -> Vec<Period> {
        let Query { from, interval, week_start, .. } = *self.query;
        let mut periods: Vec<(Bucket, Period)> = Vec::new();
        for day in (from.0..=to.0).map(Day) {
            let whole = interval.bucket(day, week_start);
            match periods.last_mut() {
                Some((last, period)) if *last == whole => period.end_on = day,
                _ => periods.push((whole, Period { start_on: day, end_on: day, is_partial: false })),
            }
        }
        for (whole, period) in &mut periods {
            period.is_partial = (whole.start_on, whole.end_on) != (period.start_on, period.end_on)
                || period.contains(self.today);
        }
        periods.into_iter().map(|(_, period)| period).collect()
    }

    fn is_to_come(&self, at: UnixSeconds) -> bool {
        at > self.query.now
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

    fn passes(&self, customer: &TestCustomer, price: &str, currency: Currency) -> bool {
        let filter: &Filter = &self.query.filter;
        let (product, interval) = product_and_interval(price);
        let has = |list: &[String], item: &str| list.is_empty() || list.iter().any(|known| known == item);
        has(&filter.plans, price)
            && has(&filter.products, product)
            && has(&filter.intervals, interval)
            && has(&filter.countries, country(customer))
            && (filter.currencies.is_empty() || filter.currencies.contains(&currency))
    }

    fn group(&self, customer: &TestCustomer, price: &str, currency: Currency) -> String {
        let (product, interval) = product_and_interval(price);
        match self.query.by {
            None => String::new(),
            Some(Dimension::Plan) => price.to_owned(),
            Some(Dimension::Product) => product.to_owned(),
            Some(Dimension::Interval) => interval.to_owned(),
            Some(Dimension::Currency) => currency.to_string(),
            Some(Dimension::Country) => country(customer).to_owned(),
            // Of single movements and payments, and of what is at risk on a day.
            Some(_) => String::new(),
        }
    }
}

impl Line {
    fn is_of(&self, (group, currency): &Key, reporting: Reporting) -> bool {
        self.group == *group && (reporting != Reporting::Native || self.currency == *currency)
    }
}

impl Period {
    pub fn contains(&self, day: Day) -> bool {
        (self.start_on..=self.end_on).contains(&day)
    }
}

fn country(customer: &TestCustomer) -> &str {
    customer.country.as_deref().unwrap_or("unknown")
}

/// By the names that `world::prices` gives: `price_usd_0` is monthly, `_1` yearly, `_2` every three months, and so on.
fn product_and_interval(price: &str) -> (&'static str, &'static str) {
    match price.as_bytes().last() {
        Some(b'0') => ("basic", "month"),
        Some(b'1') => ("basic", "year"),
        Some(b'2') => ("extra", "3-month"),
        Some(b'3') => ("gone", "2-week"),
        _ => ("unknown", "unknown"),
    }
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

/// What some lines are worth together.
fn sum<'a>(lines: impl IntoIterator<Item = &'a Days>) -> Days {
    let mut sum = Days::new();
    for days in lines {
        let mut before = 0;
        for (on, value) in days {
            // Later days carry the difference on.
            add_from(&mut sum, *on, value - before);
            before = *value;
        }
    }
    sum
}

fn value(days: &Days, on: Day) -> i64 {
    days.range(..=on).next_back().map_or(0, |(_, value)| *value)
}

/// `None` where there is nothing to divide by.
fn share(part: impl Into<Decimal>, whole: i64) -> Option<Decimal> {
    part.into().checked_div(Decimal::from(whole))
}

pub fn round(exact: Decimal) -> i64 {
    exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().unwrap()
}

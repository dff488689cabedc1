//! What moved, by the day it did: each amount converted by itself and added to its series and bucket, or left apart
//! where it has no rate on its day.

use std::collections::{BTreeMap, BTreeSet};

use model::{Currency, Day};

use super::exchange::{Exchange, TooLarge};
use super::span::{Cut, Span};
use super::{
    Answer, Dimension, Group, Query, QueryError, Reporting, Series, Unconverted, Value, ValuePoint,
    check_currency,
};
use crate::columns::Ledger;
use crate::fx::Rates;
use crate::registry::Metric;

/// What amounts add up to.
pub(super) trait Total: Clone + Default {
    fn add(&mut self, other: &Self);
}

impl Total for i64 {
    fn add(&mut self, other: &Self) {
        *self = self.saturating_add(*other);
    }
}

/// How the sums are numbered: by group, what is shown by itself within it, and bucket.
pub(super) struct Cells<'a> {
    query: &'a Query,
    span: &'a Span,
    exchange: Exchange,
    /// Those that the query asks for, in order.
    currencies: Vec<Currency>,
    groups: Vec<Option<Group>>,
    /// Whether each currency is a series of its own; they are one otherwise.
    is_by_currency: bool,
}

/// In the currency that is reported in.
pub(super) struct Sums<T> {
    pub(super) cells: Vec<T>,
    /// Beside the cells: what of theirs has no rate.
    lacking: Vec<Kinds>,
    /// By currency.
    apart: Vec<Apart<T>>,
    is_too_large: bool,
}

/// What has no rate on its day, in its own currency.
#[derive(Clone, Default)]
struct Apart<T> {
    total: T,
    /// How many customers, by what of theirs it is.
    customers: BTreeMap<Kinds, i64>,
}

/// A set of kinds of amounts, a bit for each. A metric is made of some of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kinds(u32);

/// An amount, and what it is added to.
#[derive(Clone, Copy)]
pub(super) struct Amount {
    pub(super) group: usize,
    /// Its place among the currencies that are asked for.
    pub(super) currency: usize,
    pub(super) day: Day,
    pub(super) kind: Kinds,
    pub(super) minor: i64,
}

/// What became of an amount.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    In { part: usize, cell: usize },
    Apart,
    TooLarge,
}

impl Kinds {
    pub(super) const ALL: Self = Self(u32::MAX);

    /// The kind of this number alone.
    pub(super) fn of(number: usize) -> Self {
        Self(1 << number)
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has_any_of(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl<'a> Cells<'a> {
    /// # Errors
    /// When nothing can be converted to the currency that is asked for.
    pub(super) fn new(
        ledger: &Ledger,
        rates: &Rates,
        query: &'a Query,
        span: &'a Span,
        currencies: Vec<Currency>,
        groups: Vec<Option<Group>>,
    ) -> Result<Self, QueryError> {
        check_currency(ledger, rates, query.currency)?;
        let days = (span.first, span.last.max(span.first));
        Ok(Self {
            query,
            span,
            exchange: Exchange::new(rates, query.currency, &currencies, days),
            currencies,
            groups,
            is_by_currency: query.currency == Reporting::Native || query.by == Some(Dimension::Currency),
        })
    }

    /// The place of a currency among those that are asked for.
    pub(super) fn place(&self, currency: Currency) -> Option<usize> {
        self.currencies.binary_search(&currency).ok()
    }

    /// How many series a group has.
    pub(super) fn parts(&self) -> usize {
        if self.is_by_currency { self.currencies.len() } else { 1 }
    }

    /// The currency of each part of a group.
    pub(super) fn series_currencies(&self) -> Vec<Currency> {
        match self.query.currency {
            Reporting::In(currency) if !self.is_by_currency => vec![currency],
            _ => self.currencies.clone(),
        }
    }

    pub(super) fn empty<T: Total>(&self) -> Sums<T> {
        let cells = self.groups.len() * self.parts() * self.span.buckets.len();
        Sums {
            cells: vec![T::default(); cells],
            lacking: vec![Kinds::default(); cells],
            apart: vec![Apart::default(); self.currencies.len()],
            is_too_large: false,
        }
    }

    /// Puts an amount where it belongs, as `put` does.
    #[inline]
    pub(super) fn add<T>(&self, sums: &mut Sums<T>, amount: Amount, put: impl Fn(&mut T, i64)) -> Placed {
        let Amount { group, currency, day, kind, minor } = amount;
        let part = if self.is_by_currency { currency } else { 0 };
        match self.exchange.factor_on(number(currency), day).map(|factor| factor.convert(minor)) {
            Some(Ok(converted)) => {
                let cell = self.cell(group, part) + self.span.bucket(day);
                put(&mut sums.cells[cell], converted);
                Placed::In { part, cell }
            }
            Some(Err(TooLarge)) => {
                sums.is_too_large = true;
                Placed::TooLarge
            }
            None => {
                let lacking = &mut sums.lacking[self.cell(group, part) + self.span.bucket(day)];
                *lacking = lacking.with(kind);
                put(&mut sums.apart[currency].total, minor);
                Placed::Apart
            }
        }
    }

    /// # Errors
    /// When an amount was too large to be converted.
    pub(super) fn check<T>(&self, sums: &Sums<T>) -> Result<(), QueryError> {
        if sums.is_too_large { Err(self.exchange.refused(TooLarge)) } else { Ok(()) }
    }

    /// A metric of these sums, one value per point, which is made of amounts of some `kinds`. What it makes of nothing is shown
    /// only where nothing else would be.
    pub(super) fn answer<T: Total>(
        &self,
        (metric, kinds): (&'static Metric, Kinds),
        ledger: &Ledger,
        sums: &Sums<T>,
        compute: impl Fn(&T) -> Option<Value>,
    ) -> Answer<ValuePoint> {
        let nothing = compute(&T::default());
        let left_out = self.currencies.iter().zip(&sums.apart);
        let unconverted = left_out.filter_map(|(currency, apart)| {
            let left = compute(&apart.total);
            (left != nothing).then_some(Unconverted {
                currency: *currency,
                mrr_minor: match left {
                    Some(Value::Minor(minor)) => minor,
                    _ => 0,
                },
                customers: apart.customers_of(kinds),
                on: self.span.last,
            })
        });
        Answer {
            rates_on: self.exchange.rates_on,
            unconverted: unconverted.collect(),
            ..Answer::native(metric.id, ledger, self.query, self.series(sums, kinds, &compute, nothing))
        }
    }

    fn series<T>(
        &self,
        sums: &Sums<T>,
        kinds: Kinds,
        compute: impl Fn(&T) -> Option<Value>,
        nothing: Option<Value>,
    ) -> Vec<Series<ValuePoint>> {
        let mut series = Vec::new();
        for (group, named) in self.groups.iter().enumerate() {
            for part in 0..self.parts() {
                let native = self.is_by_currency.then(|| self.currencies[part]);
                let currency = match (self.query.currency, native) {
                    (Reporting::In(currency), _) | (Reporting::Native, Some(currency)) => currency,
                    (Reporting::Native, None) => continue,
                };
                let is_asked = self.query.by == Some(Dimension::Currency);
                let named = if is_asked { native.map(group_of_currency) } else { named.clone() };
                let cells = self.cell(group, part)..self.cell(group, part) + self.span.buckets.len();
                let own = sums.cells[cells.clone()].iter().zip(&sums.lacking[cells]);
                let point = |(bucket, (total, lacking)): (&Cut, (&T, &Kinds))| ValuePoint {
                    lacks_rates: lacking.has_any_of(kinds),
                    ..ValuePoint::new(*bucket, compute(total))
                };
                let points: Vec<ValuePoint> = self.span.buckets.iter().zip(own).map(point).collect();
                let is_something = points.iter().any(|point| point.value != nothing);
                if is_something || (named.is_none() && self.query.currency != Reporting::Native) {
                    series.push(Series { currency, group: named, points });
                }
            }
        }
        series
    }

    /// The first of a series' cells.
    fn cell(&self, group: usize, part: usize) -> usize {
        (group * self.parts() + part) * self.span.buckets.len()
    }
}

impl<T: Total> Sums<T> {
    pub(super) fn merged(mut self, other: Self) -> Self {
        self.cells.iter_mut().zip(&other.cells).for_each(|(own, other)| own.add(other));
        for (own, other) in self.apart.iter_mut().zip(&other.apart) {
            own.total.add(&other.total);
            for (kinds, customers) in &other.customers {
                *own.customers.entry(*kinds).or_default() += customers;
            }
        }
        self.lacking.iter_mut().zip(&other.lacking).for_each(|(own, other)| *own = own.with(*other));
        self.is_too_large |= other.is_too_large;
        self
    }
}

impl<T> Sums<T> {
    /// One more customer has amounts of these kinds in a currency that have no rate.
    pub(super) fn count_apart(&mut self, currency: usize, kinds: Kinds) {
        *self.apart[currency].customers.entry(kinds).or_default() += 1;
    }
}

impl<T> Apart<T> {
    /// How many have an amount of any of the kinds.
    fn customers_of(&self, kinds: Kinds) -> i64 {
        let having = self.customers.iter().filter(|(own, _)| own.has_any_of(kinds));
        having.map(|(_, customers)| customers).sum()
    }
}

/// Those that a query asks for, each once and in order.
pub(super) fn asked(all: impl IntoIterator<Item = Currency>, query: &Query) -> Vec<Currency> {
    let distinct: BTreeSet<Currency> = all.into_iter().collect();
    distinct.into_iter().filter(|currency| query.filter.has_currency(*currency)).collect()
}

fn group_of_currency(currency: Currency) -> Group {
    Group::named(currency.as_str(), &currency.as_str().to_ascii_uppercase())
}

/// There are some two hundred currencies.
pub(super) fn number(currency: usize) -> u32 {
    u32::try_from(currency).unwrap_or(u32::MAX)
}

//! What moved the balance, by the day it did: each transaction converted by itself.

use std::sync::Arc;

use model::Currency;
use rayon::prelude::*;

use super::exchange::{Exchange, TooLarge};
use super::money::number;
use super::span::Span;
use super::{Answer, Dimension, Group, Query, QueryError, Reporting, Series, Unconverted, Value, ValuePoint};
use crate::columns::{BalanceMonth, BalanceRow, Ledger};
use crate::fx::Rates;
use crate::registry::Metric;

/// What a transaction adds to a metric.
pub(crate) type Adds = fn(&BalanceRow<'_>) -> i64;

/// How the sums are numbered: by currency where each is a series of its own, and bucket.
struct Shape<'a> {
    ledger: &'a Ledger,
    span: &'a Span,
    exchange: Exchange,
    currencies: Vec<Currency>,
    is_by_currency: bool,
    adds: Adds,
}

/// In the currency that is reported in.
struct Sums {
    minor: Vec<i64>,
    /// By currency: what has no rate on its day, in its own currency.
    unconverted: Vec<i64>,
    is_too_large: bool,
}

/// A metric of the balance, one value per point.
///
/// # Errors
/// When the query names what a balance transaction does not have, is empty, or has too many points.
pub(super) fn balance(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    adds: Adds,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    super::check_currency(ledger, rates, query.currency)?;
    let shape = Shape::new(ledger, rates, query, span, adds);
    let sums = shape.add_up()?;
    let left_out = shape.currencies.iter().zip(&sums.unconverted).filter(|(_, minor)| **minor != 0);
    let unconverted = left_out.map(|(currency, minor)| Unconverted {
        currency: *currency,
        mrr_minor: *minor,
        customers: 0,
        on: span.last,
    });
    Ok(Answer {
        rates_on: shape.exchange.rates_on,
        unconverted: unconverted.collect(),
        ..Answer::native(metric.id, ledger, query, shape.series(query, &sums))
    })
}

fn currencies(ledger: &Ledger, query: &Query) -> Vec<Currency> {
    let months = ledger.balance().months().iter();
    let mut currencies: Vec<Currency> = Vec::new();
    for currency in months.flat_map(|month| month.currencies()) {
        if !currencies.contains(currency) && query.filter.has_currency(*currency) {
            currencies.push(*currency);
        }
    }
    currencies.sort_unstable();
    currencies
}

impl<'a> Shape<'a> {
    fn new(ledger: &'a Ledger, rates: &Rates, query: &Query, span: &'a Span, adds: Adds) -> Self {
        let currencies = currencies(ledger, query);
        let days = (span.first, span.last.max(span.first));
        Self {
            ledger,
            span,
            exchange: Exchange::new(rates, query.currency, &currencies, days),
            currencies,
            is_by_currency: query.currency == Reporting::Native || query.by == Some(Dimension::Currency),
            adds,
        }
    }

    fn add_up(&self) -> Result<Sums, QueryError> {
        let months = self.ledger.balance().months().par_iter();
        let total = months.filter(|month| self.is_asked(month)).fold(
            || self.empty(),
            |mut sums, month| {
                self.add_month(&mut sums, month);
                sums
            },
        );
        let total = total.reduce(|| self.empty(), Sums::merged);
        if total.is_too_large { Err(self.exchange.refused(TooLarge)) } else { Ok(total) }
    }

    fn is_asked(&self, month: &Arc<BalanceMonth>) -> bool {
        let day = |at| self.ledger.calendar().day(at);
        month.reach().is_some_and(|(first, last)| {
            first <= self.span.now && day(first) <= self.span.last && day(last) >= self.span.first
        })
    }

    fn empty(&self) -> Sums {
        let parts = if self.is_by_currency { self.currencies.len() } else { 1 };
        Sums {
            minor: vec![0; parts * self.span.buckets.len()],
            unconverted: vec![0; self.currencies.len()],
            is_too_large: false,
        }
    }

    fn add_month(&self, sums: &mut Sums, month: &BalanceMonth) {
        for row in month.rows() {
            let day = self.ledger.calendar().day(row.at);
            if day > self.span.last || row.at > self.span.now {
                break;
            }
            let Ok(currency) = self.currencies.binary_search(&row.currency) else { continue };
            if day >= self.span.first {
                self.add(sums, currency, day, (self.adds)(&row));
            }
        }
    }

    fn add(&self, sums: &mut Sums, currency: usize, day: model::Day, minor: i64) {
        match self.exchange.factor(number(currency), day).map(|factor| factor.convert(minor)) {
            Some(Ok(converted)) => {
                let part = if self.is_by_currency { currency } else { 0 };
                let cell = part * self.span.buckets.len() + self.span.bucket(day);
                sums.minor[cell] = sums.minor[cell].saturating_add(converted);
            }
            Some(Err(TooLarge)) => sums.is_too_large = true,
            None => sums.unconverted[currency] = sums.unconverted[currency].saturating_add(minor),
        }
    }

    fn series(&self, query: &Query, sums: &Sums) -> Vec<Series<ValuePoint>> {
        let is_asked = query.by == Some(Dimension::Currency);
        let points = |part: usize| -> Vec<ValuePoint> {
            let own = &sums.minor[part * self.span.buckets.len()..][..self.span.buckets.len()];
            let buckets = self.span.buckets.iter().zip(own);
            buckets.map(|(bucket, minor)| ValuePoint::new(*bucket, Some(Value::Minor(*minor)))).collect()
        };
        if !self.is_by_currency {
            let Reporting::In(currency) = query.currency else { return Vec::new() };
            return vec![Series { currency, group: None, points: points(0) }];
        }
        let each = self.currencies.iter().enumerate().filter_map(|(part, own)| {
            let points = points(part);
            let is_something = points.iter().any(|point| point.value != Some(Value::Minor(0)));
            let currency = match query.currency {
                Reporting::In(currency) => currency,
                Reporting::Native => *own,
            };
            let group = is_asked.then(|| Group::named(own.as_str(), &own.as_str().to_ascii_uppercase()));
            is_something.then_some(Series { currency, group, points })
        });
        each.collect()
    }
}

impl Sums {
    fn merged(mut self, other: Self) -> Self {
        let add = |own: &mut Vec<i64>, others: Vec<i64>| {
            own.iter_mut().zip(others).for_each(|(a, b)| *a = a.saturating_add(b));
        };
        add(&mut self.minor, other.minor);
        add(&mut self.unconverted, other.unconverted);
        self.is_too_large |= other.is_too_large;
        self
    }
}

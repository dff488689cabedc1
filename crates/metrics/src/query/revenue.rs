//! Net revenue and refunds: money by the day it moved, each amount converted by itself.

use std::sync::Arc;

use model::{Currency, UnixSeconds};
use rayon::prelude::*;

use super::exchange::{Exchange, TooLarge};
use super::points::zone_name;
use super::scope::country_group;
use super::span::Span;
use super::{
    Answer, Dimension, Group, Query, QueryError, Reporting, Series, Unconverted, Value, ValuePoint,
    check_currency,
};
use crate::columns::{Chunk, Country, Ledger};
use crate::fx::Rates;
use crate::ledger::MoneyKind;
use crate::registry::Metric;

/// How often an amount of a kind is added.
type Sign = fn(MoneyKind) -> i64;

/// How the sums are numbered: by group, currency and bucket.
struct Shape<'a> {
    ledger: &'a Ledger,
    query: &'a Query,
    span: &'a Span,
    exchange: Exchange,
    currencies: Vec<Currency>,
    groups: Vec<(Option<Country>, Option<Group>)>,
}

/// In the currency that is reported in.
#[derive(Default)]
struct Sums {
    sums: Vec<i64>,
    /// By currency: what has no rate on its day, in its own currency, and how many customers have some.
    unconverted: Vec<(i64, i64)>,
    is_too_large: bool,
}

/// A metric of money that moved, one value per point.
///
/// # Errors
/// When the query names what revenue does not have, is empty, or has too many points.
pub(super) fn revenue(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    sign: Sign,
    query: &Query,
) -> Result<Answer<ValuePoint>, QueryError> {
    check(metric, query)?;
    check_currency(ledger, rates, query.currency)?;
    let span = Span::of(query, ledger)?;
    let currencies = currencies(ledger, query);
    let days = (span.first, span.last.max(span.first));
    let exchange = Exchange::new(rates, query.currency, &currencies, days);
    let groups = groups(ledger, query);
    let shape = Shape { ledger, query, span: &span, exchange, currencies, groups };
    let sums = shape.add_up(sign)?;
    let left_out = shape.currencies.iter().zip(&sums.unconverted).filter(|(_, left)| **left != (0, 0));
    let unconverted = left_out.map(|(currency, (mrr_minor, customers))| Unconverted {
        currency: *currency,
        mrr_minor: *mrr_minor,
        customers: *customers,
        on: span.last,
    });
    Ok(Answer {
        metric: metric.id,
        interval: query.interval,
        currency: query.currency,
        timezone: zone_name(ledger),
        rates_on: shape.exchange.rates_on,
        unconverted: unconverted.collect(),
        series: shape.series(&sums),
    })
}

fn check(metric: &'static Metric, query: &Query) -> Result<(), QueryError> {
    let filter = &query.filter;
    let is_filtered = |dimension| match dimension {
        Dimension::Plan => !filter.plans.is_empty(),
        Dimension::Product => !filter.products.is_empty(),
        Dimension::Interval => !filter.intervals.is_empty(),
        Dimension::Currency => !filter.currencies.is_empty(),
        Dimension::Country => !filter.countries.is_empty(),
    };
    for dimension in Dimension::ALL {
        let is_asked = is_filtered(dimension) || query.by == Some(dimension);
        if is_asked && !metric.dimensions.contains(&dimension) {
            return Err(QueryError::NotOfRevenue { metric: metric.id, dimension });
        }
    }
    Ok(())
}

fn currencies(ledger: &Ledger, query: &Query) -> Vec<Currency> {
    let all = ledger.chunks().par_iter().map(|chunk| {
        let mut own = chunk.money_currencies().to_vec();
        own.sort_unstable();
        own.dedup();
        own
    });
    let mut currencies: Vec<Currency> =
        all.flatten_iter().filter(|c| query.filter.has_currency(*c)).collect();
    currencies.sort_unstable();
    currencies.dedup();
    currencies
}

fn groups(ledger: &Ledger, query: &Query) -> Vec<(Option<Country>, Option<Group>)> {
    if query.by != Some(Dimension::Country) {
        return vec![(None, None)];
    }
    let countries = ledger.chunks().iter().flat_map(|chunk| chunk.countries());
    let mut countries: Vec<Country> = countries.copied().filter(|c| query.filter.has_country(*c)).collect();
    countries.sort_unstable();
    countries.dedup();
    countries.into_iter().map(|country| (Some(country), Some(country_group(country)))).collect()
}

impl Shape<'_> {
    fn add_up(&self, sign: Sign) -> Result<Sums, QueryError> {
        let part = self.ledger.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
        let chunks = self.ledger.chunks().par_chunks(part);
        let parts: Vec<Sums> = chunks.map(|chunks| self.add_up_chunks(chunks, sign)).collect();
        let mut total = self.empty();
        for sums in parts {
            total.sums.iter_mut().zip(sums.sums).for_each(|(a, b)| *a += b);
            for (a, b) in total.unconverted.iter_mut().zip(sums.unconverted) {
                *a = (a.0 + b.0, a.1 + b.1);
            }
            total.is_too_large |= sums.is_too_large;
        }
        if total.is_too_large { Err(self.exchange.refused(TooLarge)) } else { Ok(total) }
    }

    fn empty(&self) -> Sums {
        let cells = self.groups.len() * self.currencies.len() * self.span.buckets.len();
        Sums { sums: vec![0; cells], unconverted: vec![(0, 0); self.currencies.len()], is_too_large: false }
    }

    fn add_up_chunks(&self, chunks: &[Arc<Chunk>], sign: Sign) -> Sums {
        let mut sums = self.empty();
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                let country = chunk.country(customer);
                let group = self.group(country).filter(|_| self.query.filter.has_country(country));
                if let Some(group) = group {
                    self.add_customer(&mut sums, chunk, customer, group, sign);
                }
            }
        }
        sums
    }

    fn add_customer(&self, sums: &mut Sums, chunk: &Chunk, customer: usize, group: usize, sign: Sign) {
        let money = chunk.money(customer);
        let mut lacking: Vec<usize> = Vec::new();
        for row in 0..money.at.len() {
            let day = self.ledger.calendar().day(UnixSeconds(money.at[row]));
            if day > self.span.last || money.at[row] > self.span.now.0 {
                break;
            }
            let Ok(currency) = self.currencies.binary_search(&money.currency[row]) else { continue };
            let amount = sign(money.kind[row]) * money.amount_minor[row];
            if day < self.span.first || amount == 0 {
                continue;
            }
            match self.exchange.factor(number(currency), day).map(|factor| factor.convert(amount)) {
                Some(Ok(converted)) => {
                    sums.sums[self.cell(group, currency) + self.span.bucket(day)] += converted;
                }
                Some(Err(TooLarge)) => sums.is_too_large = true,
                None => {
                    let left_out = &mut sums.unconverted[currency];
                    left_out.0 += amount;
                    if !lacking.contains(&currency) {
                        left_out.1 += 1;
                        lacking.push(currency);
                    }
                }
            }
        }
    }

    fn series(&self, sums: &Sums) -> Vec<Series<ValuePoint>> {
        let all: Vec<usize> = (0..self.currencies.len()).collect();
        let by_currency = self.query.by == Some(Dimension::Currency);
        let mut series = Vec::new();
        for (group, (_, named)) in self.groups.iter().enumerate() {
            let parts: Vec<&[usize]> = match self.query.currency {
                Reporting::In(_) if !by_currency => vec![&all],
                _ => all.chunks(1).collect(),
            };
            for part in parts {
                let native = part.first().map(|index| self.currencies[*index]);
                let currency = match (self.query.currency, native) {
                    (Reporting::In(currency), _) | (Reporting::Native, Some(currency)) => currency,
                    (Reporting::Native, None) => continue,
                };
                let group_of_currency =
                    || native.map(|c| Group::named(c.as_str(), &c.as_str().to_ascii_uppercase()));
                let named = if by_currency { group_of_currency() } else { named.clone() };
                let points = self.points(sums, group, part);
                let is_something = points.iter().any(|point| point.value != Some(Value::Minor(0)));
                if is_something || (named.is_none() && self.query.currency != Reporting::Native) {
                    series.push(Series { currency, group: named, points });
                }
            }
        }
        series
    }

    fn points(&self, sums: &Sums, group: usize, currencies: &[usize]) -> Vec<ValuePoint> {
        let value = |bucket: usize| {
            currencies.iter().map(|currency| sums.sums[self.cell(group, *currency) + bucket]).sum()
        };
        let buckets = self.span.buckets.iter().enumerate();
        buckets.map(|(index, bucket)| ValuePoint::new(*bucket, Some(Value::Minor(value(index))))).collect()
    }

    fn group(&self, country: Country) -> Option<usize> {
        match self.groups.first() {
            Some((None, _)) => Some(0),
            _ => self.groups.binary_search_by_key(&Some(country), |(known, _)| *known).ok(),
        }
    }

    fn cell(&self, group: usize, currency: usize) -> usize {
        (group * self.currencies.len() + currency) * self.span.buckets.len()
    }
}

/// There are some two hundred currencies.
fn number(currency: usize) -> u32 {
    u32::try_from(currency).unwrap_or(u32::MAX)
}

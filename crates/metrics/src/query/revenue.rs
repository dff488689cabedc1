//! Net revenue and refunds: money by the day it moved.

use std::sync::Arc;

use model::{Currency, UnixSeconds};
use rayon::prelude::*;

use super::exchange::{Exchange, Term};
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

/// Sums by group, currency and slot; a slot is a bucket, or a day where amounts are converted.
struct Sums {
    currencies: Vec<Currency>,
    groups: Vec<(Option<Country>, Option<Group>)>,
    slots: usize,
    sums: Vec<i64>,
}

/// A metric of money that moved, one value a point.
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
    let exchange =
        Exchange::new(rates, query.currency, &currencies, days, |currency| first_day(ledger, currency));
    let slots = if exchange.is_native() { span.buckets.len() } else { span.day_count() };
    let groups = groups(ledger, query);
    let empty = Sums { sums: vec![0; groups.len() * currencies.len() * slots], currencies, groups, slots };
    let sums = empty.add_up(ledger, sign, query, &span, exchange.is_native());
    let mut unconverted = Vec::new();
    for (index, currency) in (0_u32..).zip(&sums.currencies).filter(|(index, _)| !exchange.has(*index)) {
        let groups = 0..sums.groups.len();
        let mrr_minor = groups.map(|group| sums.slots(group, index).iter().sum::<i64>()).sum();
        unconverted.push(Unconverted { currency: *currency, mrr_minor });
    }
    Ok(Answer {
        metric: metric.id,
        interval: query.interval,
        currency: query.currency,
        timezone: zone_name(ledger),
        rates_on: exchange.rates_on,
        unconverted,
        series: sums.series(query, &span, &exchange)?,
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

/// The first day on which any money moved in a currency.
fn first_day(ledger: &Ledger, currency: Currency) -> Option<model::Day> {
    let of_chunk = |chunk: &Arc<Chunk>| {
        let rows = (0..chunk.customer_count()).flat_map(|customer| {
            let money = chunk.money(customer);
            money.at.iter().zip(money.currency)
        });
        rows.filter(|(_, own)| **own == currency).map(|(at, _)| *at).min()
    };
    let first = ledger.chunks().par_iter().filter_map(of_chunk).min()?;
    Some(ledger.calendar().day(UnixSeconds(first)))
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

impl Sums {
    fn add_up(self, ledger: &Ledger, sign: Sign, query: &Query, span: &Span, is_native: bool) -> Self {
        let part = ledger.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
        let parts: Vec<Vec<i64>> = ledger
            .chunks()
            .par_chunks(part)
            .map(|chunks| self.add_up_chunks(chunks, ledger, sign, query, span, is_native))
            .collect();
        let mut total = self;
        for sums in parts {
            total.sums.iter_mut().zip(sums).for_each(|(a, b)| *a += b);
        }
        total
    }

    fn add_up_chunks(
        &self,
        chunks: &[Arc<Chunk>],
        ledger: &Ledger,
        sign: Sign,
        query: &Query,
        span: &Span,
        is_native: bool,
    ) -> Vec<i64> {
        let mut sums = vec![0; self.sums.len()];
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                let country = chunk.country(customer);
                let Some(group) = self.group(country).filter(|_| query.filter.has_country(country)) else {
                    continue;
                };
                let money = chunk.money(customer);
                for row in 0..money.at.len() {
                    let day = ledger.calendar().day(UnixSeconds(money.at[row]));
                    if day > span.last || money.at[row] > span.now.0 {
                        break;
                    }
                    let Ok(currency) = self.currencies.binary_search(&money.currency[row]) else { continue };
                    if day < span.first {
                        continue;
                    }
                    let slot = if is_native { span.bucket(day) } else { span.offset(day) };
                    let amount = sign(money.kind[row]) * money.amount_minor[row];
                    sums[self.cell(group, currency) + slot] += amount;
                }
            }
        }
        sums
    }

    fn series(
        &self,
        query: &Query,
        span: &Span,
        exchange: &Exchange,
    ) -> Result<Vec<Series<ValuePoint>>, QueryError> {
        let all: Vec<u32> = (0_u32..).take(self.currencies.len()).collect();
        let by_currency = query.by == Some(Dimension::Currency);
        let mut series = Vec::new();
        for (group, (_, named)) in self.groups.iter().enumerate() {
            let parts: Vec<&[u32]> = match query.currency {
                Reporting::In(_) if !by_currency => vec![&all],
                _ => all.chunks(1).collect(),
            };
            for part in parts {
                let native = part.first().map(|index| self.currencies[*index as usize]);
                let currency = match (query.currency, native) {
                    (Reporting::In(currency), _) | (Reporting::Native, Some(currency)) => currency,
                    (Reporting::Native, None) => continue,
                };
                let group_of_currency =
                    || native.map(|c| Group::named(c.as_str(), &c.as_str().to_ascii_uppercase()));
                let named = if by_currency { group_of_currency() } else { named.clone() };
                let points = self.points(group, part, span, exchange)?;
                let is_something = points.iter().any(|point| point.value != Some(Value::Minor(0)));
                if is_something || (named.is_none() && query.currency != Reporting::Native) {
                    series.push(Series { currency, group: named, points });
                }
            }
        }
        Ok(series)
    }

    fn points(
        &self,
        group: usize,
        currencies: &[u32],
        span: &Span,
        exchange: &Exchange,
    ) -> Result<Vec<ValuePoint>, QueryError> {
        let mut points = Vec::with_capacity(span.buckets.len());
        for (index, bucket) in span.buckets.iter().enumerate() {
            let end = span.end_of(index);
            let terms = currencies.iter().flat_map(|currency| {
                let amounts = self.slots(group, *currency);
                let (first, days) = if exchange.is_native() {
                    (index, end.0..=end.0)
                } else {
                    (span.offset(bucket.start_on), bucket.start_on.0..=end.0)
                };
                days.enumerate().map(move |(slot, day)| Term {
                    currency: *currency,
                    day: model::Day(day),
                    amount_minor: amounts[first + slot],
                })
            });
            let value = Some(Value::Minor(exchange.sum(terms)?));
            points.push(ValuePoint { start_on: bucket.start_on, end_on: bucket.end_on, value });
        }
        Ok(points)
    }

    fn group(&self, country: Country) -> Option<usize> {
        match self.groups.first() {
            Some((None, _)) => Some(0),
            _ => self.groups.binary_search_by_key(&Some(country), |(known, _)| *known).ok(),
        }
    }

    fn cell(&self, group: usize, currency: usize) -> usize {
        (group * self.currencies.len() + currency) * self.slots
    }

    fn slots(&self, group: usize, currency: u32) -> &[i64] {
        let from = self.cell(group, currency as usize);
        &self.sums[from..from + self.slots]
    }
}

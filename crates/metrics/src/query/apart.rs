//! Levels of what is shown apart from MRR: at risk, in trials, not billed yet.

use std::sync::Arc;

use model::{Day, UnixSeconds};
use rayon::prelude::*;

use super::exchange::TooLarge;
use super::labels::AGES;
use super::points::series_of_cells;
use super::scope::Selection;
use super::span::Span;
use super::tally::{Lines, Shape};
use super::walk::WalkRange;
use super::{
    Answer, Dimension, Group, Query, QueryError, Series, Unconverted, Value, ValuePoint, check_currency,
};
use crate::columns::{Chunk, FailedInvoiceView, Ledger};
use crate::fx::Rates;
use crate::ledger::Apart;
use crate::registry::Metric;

/// Days that the oldest failed invoice of a subscription can be unpaid for, up to the end of each band but the last.
const AGES_MAX: [i32; AGES.len() - 1] = [7, 30, 60, 90];

/// The sums at the end of each bucket.
struct Levels {
    /// A list for each band of ages, or one alone: by what is counted within and bucket, in the currency that is
    /// reported in.
    minor: Vec<Vec<i64>>,
    /// By what is counted within and bucket: whether something has no rate there.
    lacking: Vec<bool>,
    /// By currency and bucket: what has no rate there, in its own currency, and how many customers it is of.
    unconverted: Vec<(i64, i64)>,
    is_too_large: bool,
}

/// What is asked of a ledger.
#[derive(Clone, Copy)]
struct Ask<'a> {
    shape: &'a Shape<'a>,
    ledger: &'a Ledger,
    what: Apart,
    /// Whether it is shown by how long the oldest failed invoice of each subscription has been unpaid.
    is_by_age: bool,
}

/// One value per point: what is there at its end.
///
/// # Errors
/// When the range is empty or has too many points, or an amount is too large for the reporting currency.
pub(super) fn apart(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    what: Apart,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let shape = Shape::new(ledger, rates, query, span, Selection::of(query))?;
    let is_by_age = query.by == Some(Dimension::Age);
    let levels = add_up(&Ask { shape: &shape, ledger, what, is_by_age })?;
    let series_of = |cells: &Vec<i64>| {
        let is_something = |minor: &i64| *minor != 0;
        let value = |minor: &i64| Some(Value::Minor(*minor));
        series_of_cells((&shape.scope, span, query.currency), cells, &levels.lacking, value, is_something)
    };
    let series = if is_by_age {
        let bands = AGES.iter().zip(levels.minor.iter().map(series_of));
        bands.flat_map(|((key, label), series)| of_band(Group::named(key, label), series)).collect()
    } else {
        levels.minor.iter().flat_map(series_of).collect()
    };
    Ok(Answer {
        rates_on: shape.exchange.rates_on,
        unconverted: unconverted(&shape, &levels),
        ..Answer::native(metric.id, ledger, query, series)
    })
}

/// The series of one band of ages that have anything in them.
fn of_band(group: Group, series: Vec<Series<ValuePoint>>) -> impl Iterator<Item = Series<ValuePoint>> {
    let is_zero = |point: &ValuePoint| point.value == Some(Value::Minor(0));
    let some = series.into_iter().filter(move |one| !one.points.iter().all(is_zero));
    some.map(move |one| Series { group: Some(group.clone()), ..one })
}

fn add_up(ask: &Ask<'_>) -> Result<Levels, QueryError> {
    let Ask { shape, ledger, .. } = *ask;
    let part = ledger.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
    let chunks = ledger.chunks().par_chunks(part);
    let parts: Vec<Levels> = chunks.map(|chunks| of_chunks(ask, chunks)).collect();
    let mut total = Levels::empty(ask);
    for levels in parts {
        for (total, minor) in total.minor.iter_mut().zip(&levels.minor) {
            total.iter_mut().zip(minor).for_each(|(a, b)| *a += b);
        }
        for (a, b) in total.unconverted.iter_mut().zip(&levels.unconverted) {
            *a = (a.0 + b.0, a.1 + b.1);
        }
        total.lacking.iter_mut().zip(&levels.lacking).for_each(|(own, other)| *own |= other);
        total.is_too_large |= levels.is_too_large;
    }
    if total.is_too_large { Err(shape.exchange.refused(TooLarge)) } else { Ok(total) }
}

fn of_chunks(ask: &Ask<'_>, chunks: &[Arc<Chunk>]) -> Levels {
    let mut levels = Levels::empty(ask);
    let mut lines = Lines::default();
    for chunk in chunks {
        for customer in 0..chunk.customer_count() {
            levels.add_customer(ask, chunk, customer, &mut lines);
        }
    }
    levels
}

/// What each customer of a chunk has at the end of the only period: by its place, and what it is counted within.
///
/// # Errors
/// When an amount is too large for the reporting currency.
pub(super) fn each(
    shape: &Shape<'_>,
    ledger: &Ledger,
    what: Apart,
    chunk: &Chunk,
    mut take: impl FnMut(usize, u32, i64),
) -> Result<(), TooLarge> {
    let ask = Ask { shape, ledger, what, is_by_age: false };
    let mut lines = Lines::default();
    for customer in (0..chunk.customer_count()).filter(|customer| !chunk.apart(what, *customer).at.is_empty())
    {
        let mut levels = Levels::empty(&ask);
        levels.add_customer(&ask, chunk, customer, &mut lines);
        if levels.is_too_large {
            return Err(TooLarge);
        }
        let own = (0_u32..).zip(levels.minor.iter().flatten());
        own.filter(|(_, minor)| **minor != 0).for_each(|(counted, minor)| take(customer, counted, *minor));
    }
    Ok(())
}

fn unconverted(shape: &Shape<'_>, levels: &Levels) -> Vec<Unconverted> {
    let buckets = shape.span.buckets.len();
    let of_currency = |(index, currency): (usize, &model::Currency)| {
        let left_out = &levels.unconverted[index * buckets..][..buckets];
        let bucket = left_out.iter().rposition(|one| *one != (0, 0))?;
        let (mrr_minor, customers) = left_out[bucket];
        Some(Unconverted { currency: *currency, mrr_minor, customers, on: shape.span.end_of(bucket) })
    };
    shape.scope.currencies.iter().enumerate().filter_map(of_currency).collect()
}

impl Ask<'_> {
    /// The band of ages that a subscription is in at the end of a day.
    fn band(&self, subscription: u32, end: Day, failed: &[FailedInvoiceView]) -> usize {
        let has_happened =
            |at: UnixSeconds| at <= self.shape.span.now && self.ledger.calendar().day(at) <= end;
        let is_unpaid = |invoice: &&FailedInvoiceView| {
            invoice.subscription == subscription
                && has_happened(invoice.failed_at)
                && !invoice.until.is_some_and(has_happened)
        };
        let oldest = failed.iter().filter(is_unpaid).map(|invoice| invoice.failed_at).min();
        let days = oldest.map_or(0, |failed_at| end.0 - self.ledger.calendar().day(failed_at).0);
        AGES_MAX.iter().take_while(|max| days > **max).count()
    }
}

impl Levels {
    fn empty(ask: &Ask<'_>) -> Self {
        let shape = ask.shape;
        let buckets = shape.span.buckets.len();
        let bands = if ask.is_by_age { AGES.len() } else { 1 };
        Self {
            minor: vec![vec![0; shape.scope.counted_len * buckets]; bands],
            lacking: vec![false; shape.scope.counted_len * buckets],
            unconverted: vec![(0, 0); shape.scope.currencies.len() * buckets],
            is_too_large: false,
        }
    }

    fn add_customer(&mut self, ask: &Ask<'_>, chunk: &Chunk, customer: usize, lines: &mut Lines) {
        let shape = ask.shape;
        let rows = chunk.apart(ask.what, customer);
        let Some(country) = shape.scope.country(chunk.country(customer)) else { return };
        if rows.at.is_empty() {
            return;
        }
        let range = WalkRange { first: shape.span.first, last: shape.span.last, now: shape.span.now };
        lines.read(rows, country, &shape.scope, range);
        let failed = if ask.is_by_age { chunk.failed_invoices(customer).collect() } else { Vec::new() };
        self.is_too_large |= self.add(ask, lines, &failed).is_err();
    }

    /// Adds a customer's lines, each converted by itself.
    fn add(&mut self, ask: &Ask<'_>, lines: &Lines, failed: &[FailedInvoiceView]) -> Result<(), TooLarge> {
        let shape = ask.shape;
        let buckets = shape.span.buckets.len();
        // The currency and bucket in which the customer was last seen without a rate.
        let mut lacking = None;
        for (line, changes) in lines.each() {
            let currency = shape.scope.series[line.series as usize].currency;
            let mut changes = changes.peekable();
            let mut value = line.opening;
            for bucket in 0..buckets {
                let end = shape.span.end_of(bucket);
                while let Some(change) = changes.next_if(|change| change.day <= end) {
                    value = change.after;
                }
                if value == 0 {
                    continue;
                }
                match shape.exchange.factor_on(currency, end) {
                    Some(factor) => {
                        let band = if ask.is_by_age { ask.band(line.subscription, end, failed) } else { 0 };
                        let cell = shape.at_bucket(line.counted, bucket);
                        self.minor[band][cell] += factor.convert(value)?;
                    }
                    None => {
                        self.lacking[shape.at_bucket(line.counted, bucket)] = true;
                        let cell = currency as usize * buckets + bucket;
                        self.unconverted[cell].0 += value;
                        self.unconverted[cell].1 += i64::from(lacking.replace(cell) != Some(cell));
                    }
                }
            }
        }
        Ok(())
    }
}

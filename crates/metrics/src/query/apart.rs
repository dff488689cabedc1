//! Levels of what is shown apart from MRR: at risk, in trials, not billed yet.

use std::sync::Arc;

use rayon::prelude::*;

use super::exchange::TooLarge;
use super::points::series_of_cells;
use super::scope::Selection;
use super::span::Span;
use super::tally::{Lines, Shape};
use super::walk::Range;
use super::{Answer, Query, QueryError, Unconverted, Value, ValuePoint, check_currency};
use crate::columns::{Chunk, Ledger};
use crate::fx::Rates;
use crate::ledger::Apart;
use crate::registry::Metric;

/// The sums at the end of each bucket.
struct Levels {
    /// By what is counted within and bucket, in the currency that is reported in.
    minor: Vec<i64>,
    /// By currency and bucket: what has no rate there, in its own currency, and how many customers it is of.
    unconverted: Vec<(i64, i64)>,
    is_too_large: bool,
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
) -> Result<Answer<ValuePoint>, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let span = Span::of(query, ledger)?;
    let shape = Shape::new(ledger, rates, query, &span, Selection::of(query))?;
    let levels = add_up(&shape, ledger, what)?;
    let series = series_of_cells(
        &shape.scope,
        &span,
        query.currency,
        &levels.minor,
        |minor| Some(Value::Minor(*minor)),
        |minor| *minor != 0,
    );
    Ok(Answer {
        rates_on: shape.exchange.rates_on,
        unconverted: unconverted(&shape, &levels),
        ..Answer::native(metric.id, ledger, query, series)
    })
}

fn add_up(shape: &Shape<'_>, ledger: &Ledger, what: Apart) -> Result<Levels, QueryError> {
    let part = ledger.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
    let chunks = ledger.chunks().par_chunks(part);
    let parts: Vec<Levels> = chunks.map(|chunks| of_chunks(shape, chunks, what)).collect();
    let mut total = Levels::empty(shape);
    for levels in parts {
        total.minor.iter_mut().zip(&levels.minor).for_each(|(a, b)| *a += b);
        for (a, b) in total.unconverted.iter_mut().zip(&levels.unconverted) {
            *a = (a.0 + b.0, a.1 + b.1);
        }
        total.is_too_large |= levels.is_too_large;
    }
    if total.is_too_large { Err(shape.exchange.refused(TooLarge)) } else { Ok(total) }
}

fn of_chunks(shape: &Shape<'_>, chunks: &[Arc<Chunk>], what: Apart) -> Levels {
    let mut levels = Levels::empty(shape);
    let mut lines = Lines::default();
    let range = Range { first: shape.span.first, last: shape.span.last, now: shape.span.now };
    for chunk in chunks {
        for customer in 0..chunk.customer_count() {
            let rows = chunk.apart(what, customer);
            if rows.at.is_empty() {
                continue;
            }
            let Some(country) = shape.scope.country(chunk.country(customer)) else { continue };
            lines.read(rows, country, &shape.scope, range);
            levels.is_too_large |= levels.add(shape, &lines).is_err();
        }
    }
    levels
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

impl Levels {
    fn empty(shape: &Shape<'_>) -> Self {
        let buckets = shape.span.buckets.len();
        Self {
            minor: vec![0; shape.scope.counted_len * buckets],
            unconverted: vec![(0, 0); shape.scope.currencies.len() * buckets],
            is_too_large: false,
        }
    }

    /// Adds a customer's lines, each converted by itself.
    fn add(&mut self, shape: &Shape<'_>, lines: &Lines) -> Result<(), TooLarge> {
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
                match shape.exchange.factor(currency, end) {
                    Some(factor) => {
                        self.minor[shape.at_bucket(line.counted, bucket)] += factor.convert(value)?;
                    }
                    None => {
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

//! MRR that is set to end: by the period in which it does, and what is left of today's MRR without it.

use std::sync::Arc;

use model::{Day, UnixSeconds};
use rayon::prelude::*;

use super::exchange::{Exchange, TooLarge};
use super::figures::{Part, figures, parts};
use super::points::zone_name;
use super::scope::{Scope, Selection};
use super::span::Span;
use super::tally::Lines;
use super::walk::Range;
use super::{Answer, Query, QueryError, Reporting, Series, Value, ValuePoint, check_currency};
use crate::columns::{Chunk, Ledger};
use crate::fx::Rates;
use crate::registry::Metric;

/// What one price of a subscription is worth now that is set to end.
struct Ending {
    on: Day,
    at: UnixSeconds,
    counted: u32,
    /// In the currency that is reported in.
    minor: i64,
}

/// What every subscription that is set to end is worth now, converted at today's rates: later days have none yet.
fn endings(ledger: &Ledger, rates: &Rates, query: &Query, scope: &Scope) -> Result<Vec<Ending>, QueryError> {
    let today = ledger.calendar().day(query.now);
    let exchange = Exchange::new(rates, query.currency, &scope.currencies, (today, today));
    let range = Range { first: today, last: today, now: query.now };
    let of_chunk = |chunk: &Arc<Chunk>| -> Result<Vec<Ending>, TooLarge> {
        let mut lines = Lines::default();
        let mut endings = Vec::new();
        for customer in 0..chunk.customer_count() {
            let set = chunk
                .subscriptions(customer)
                .filter_map(|index| chunk.subscription(index).cancel_at.map(|at| (index, at)));
            let set: Vec<(usize, UnixSeconds)> = set.collect();
            let Some(country) = scope.country(chunk.country(customer)).filter(|_| !set.is_empty()) else {
                continue;
            };
            lines.read(chunk.rows(customer), country, scope, range);
            for (index, at) in set {
                for line in lines.lines.iter().filter(|line| line.subscription as usize == index) {
                    let currency = scope.series[line.series as usize].currency;
                    let Some(factor) = exchange.factor(currency, today) else { continue };
                    let minor = factor.convert(line.value)?;
                    endings.push(Ending { on: ledger.calendar().day(at), at, counted: line.counted, minor });
                }
            }
        }
        Ok(endings)
    };
    let all: Result<Vec<Vec<Ending>>, TooLarge> = ledger.chunks().par_iter().map(of_chunk).collect();
    all.map(|all| all.into_iter().flatten().collect()).map_err(|too_large| exchange.refused(too_large))
}

/// The MRR of subscriptions that are set to end, by the period in which they do, also when that has not begun.
///
/// # Errors
/// When the range is empty or has too many points, or an amount is too large for the reporting currency.
pub(super) fn scheduled(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    query: &Query,
) -> Result<Answer<ValuePoint>, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let span = Span::ahead(query, ledger)?;
    let is_converted = query.currency != Reporting::Native;
    let scope = Scope::new(ledger, Selection { filter: &query.filter, by: query.by, is_converted });
    let buckets = span.buckets.len();
    let mut sums = vec![0_i64; scope.counted_len * buckets];
    for ending in endings(ledger, rates, query, &scope)? {
        if ending.on >= span.first && ending.on <= span.last {
            sums[ending.counted as usize * buckets + span.bucket(ending.on)] += ending.minor;
        }
    }
    let series = parts(&scope, query.currency).into_iter().filter_map(|part| {
        let Part { currency, group, counted } = part;
        let own = &sums[counted as usize * buckets..][..buckets];
        let is_shown = group.is_none() || own.iter().any(|minor| *minor != 0);
        let points = span.buckets.iter().zip(own);
        let points = points.map(|(bucket, minor)| ValuePoint::new(*bucket, Some(Value::Minor(*minor))));
        is_shown.then(|| Series { currency, group, points: points.collect() })
    });
    let today = ledger.calendar().day(query.now);
    Ok(Answer {
        metric: metric.id,
        interval: query.interval,
        currency: query.currency,
        timezone: zone_name(ledger),
        rates_on: Exchange::new(rates, query.currency, &scope.currencies, (today, today)).rates_on,
        unconverted: Vec::new(),
        series: series.collect(),
    })
}

/// MRR less all that is set to end from now on. It is known of now alone.
///
/// # Errors
/// As of any series.
pub(super) fn committed(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    query: &Query,
) -> Result<Answer<ValuePoint>, QueryError> {
    let all = figures(ledger, rates, query)?;
    let today = ledger.calendar().day(query.now);
    let is_converted = query.currency != Reporting::Native;
    let scope = Scope::new(ledger, Selection { filter: &query.filter, by: query.by, is_converted });
    let mut ahead = vec![0_i64; scope.counted_len];
    for ending in endings(ledger, rates, query, &scope)?.iter().filter(|ending| ending.at > query.now) {
        ahead[ending.counted as usize] += ending.minor;
    }
    Ok(Answer::of_series(metric.id, ledger, query, all, |counted, all| {
        let ahead = ahead.get(counted as usize).copied().unwrap_or(0);
        let value = |(bucket, figures): &(super::span::Cut, super::figures::Figures)| {
            let is_now = bucket.end_on == today;
            ValuePoint::new(*bucket, is_now.then_some(Value::Minor(figures.mrr - ahead)))
        };
        all.iter().map(value).collect()
    }))
}

//! MRR that is set to end: by the period in which it does, and what is left of today's MRR without it.

use std::sync::Arc;

use model::{Day, Money, UnixSeconds};
use rayon::prelude::*;

use super::exchange::{Exchange, TooLarge};
use super::left_out::LeftOut;
use super::points::series_of_cells;
use super::scope::{Scope, Selection};
use super::span::Span;
use super::tally::{Line, Lines};
use super::walk::WalkRange;
use super::{Answer, Query, QueryError, QueryInputs, Value, ValuePoint, check_currency};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::registry::Metric;

/// What one price of a subscription is worth now that is set to end.
pub(super) struct Ending {
    pub(super) place: CustomerPosition,
    pub(super) on: Day,
    pub(super) counted: u32,
    /// In the currency that is reported in; `None` without a rate.
    pub(super) minor: Option<i64>,
    /// In its own currency.
    native: Money,
}

/// The customer's subscriptions that are set to end from now on, and when.
pub(super) fn set_to_end(
    chunk: &Chunk,
    customer: usize,
    now: UnixSeconds,
) -> impl Iterator<Item = (usize, UnixSeconds)> {
    ahead(chunk, customer, now, |index| chunk.cancel_at(index))
}

/// The customer's subscriptions of which something is still to happen, and when. Where it should have happened already,
/// only the news of that is to come.
pub(super) fn ahead(
    chunk: &Chunk,
    customer: usize,
    now: UnixSeconds,
    at: impl Fn(usize) -> Option<UnixSeconds>,
) -> impl Iterator<Item = (usize, UnixSeconds)> {
    chunk.subscriptions(customer).filter_map(move |index| {
        let at = at(index).filter(|at| *at >= now)?;
        Some((index, at))
    })
}

/// What every subscription that is set to end from now on is worth now, converted at today's rates: later days have
/// none yet. With the day of the oldest of those rates.
pub(super) fn endings(
    ledger: &Ledger,
    rates: &Rates,
    query: &Query,
    scope: &Scope,
) -> Result<(Vec<Ending>, Option<Day>), QueryError> {
    let today = ledger.calendar().day(query.now);
    let exchange = Exchange::new(rates, query.currency, &scope.currencies, (today, today));
    let range = WalkRange { first: today, last: today, now: query.now };
    let of_chunk = |(index, chunk): (usize, &Arc<Chunk>)| -> Result<Vec<Ending>, TooLarge> {
        let mut lines = Lines::default();
        let mut endings = Vec::new();
        for customer in 0..chunk.customer_count() {
            let set: Vec<(usize, UnixSeconds)> = set_to_end(chunk, customer, query.now).collect();
            let Some(country) = scope.country(chunk.country(customer)).filter(|_| !set.is_empty()) else {
                continue;
            };
            lines.read_customer(chunk, customer, country, scope, range);
            for (subscription, at) in set {
                let is_own = |line: &&Line| line.subscription as usize == subscription;
                for line in lines.lines.iter().filter(is_own) {
                    let currency = scope.series[line.series as usize].currency;
                    let factor = exchange.factor_on(currency, today);
                    let minor = factor.map(|factor| factor.convert(line.value)).transpose()?;
                    let place = CustomerPosition::new(index, customer);
                    endings.push(Ending {
                        place,
                        on: ledger.calendar().day(at),
                        counted: line.counted,
                        minor,
                        native: Money {
                            currency: scope.currencies[currency as usize],
                            amount_minor: line.value,
                        },
                    });
                }
            }
        }
        Ok(endings)
    };
    let all: Result<Vec<Vec<Ending>>, TooLarge> =
        ledger.chunks().par_iter().enumerate().map(of_chunk).collect();
    let all = all.map_err(|too_large| exchange.refused(too_large))?;
    Ok((all.into_iter().flatten().collect(), exchange.rates_on))
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
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let scope = Scope::new(ledger, Selection::of(query));
    let buckets = span.buckets.len();
    let mut sums = vec![0_i64; scope.counted_len * buckets];
    let mut lacking = vec![false; sums.len()];
    let mut left_out = LeftOut::default();
    let (endings, rates_on) = endings(ledger, rates, query, &scope)?;
    for ending in endings.iter().filter(|ending| (span.first..=span.last).contains(&ending.on)) {
        let cell = ending.counted as usize * buckets + span.bucket(ending.on);
        match ending.minor {
            Some(minor) => sums[cell] += minor,
            None => {
                lacking[cell] = true;
                left_out.add(ending.native, ending.place);
            }
        }
    }
    let value = |minor: &i64| Some(Value::Minor(*minor));
    let series = series_of_cells((&scope, span, query.currency), &sums, &lacking, value, |minor| *minor != 0);
    let unconverted = left_out.unconverted(ledger.calendar().day(query.now));
    Ok(Answer { rates_on, unconverted, ..Answer::native(metric.id, ledger, query, series) })
}

/// MRR less all that is set to end from now on. It is known of now alone.
///
/// # Errors
/// As of any series.
pub(super) fn committed(
    inputs: QueryInputs<'_>,
    metric: &'static Metric,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    let QueryInputs { ledger, rates, .. } = inputs;
    let all = inputs.figures(query, span)?;
    let today = ledger.calendar().day(query.now);
    let mut ahead = vec![0_i64; all.scope.counted_len];
    for ending in endings(ledger, rates, query, &all.scope)?.0 {
        ahead[ending.counted as usize] += ending.minor.unwrap_or(0);
    }
    Ok(Answer::of_series(metric.id, ledger, query, all, |counted, all| {
        let ahead = ahead.get(counted as usize).copied().unwrap_or(0);
        let value = |(bucket, figures): &(super::span::Cut, super::figures::Figures)| {
            let is_now = bucket.end_on == today;
            ValuePoint::of(metric, *bucket, is_now.then_some(Value::Minor(figures.mrr - ahead)), figures)
        };
        all.iter().map(value).collect()
    }))
}

//! Trials by when they began: how many there were, and what became of them.

use std::collections::BTreeMap;

use model::{Currency, Money, UnixSeconds};
use rayon::prelude::*;
use rust_decimal::Decimal;

use super::left_out::LeftOut;
use super::points::series_of_cells;
use super::scope::{LEFT_OUT, Selection, Target};
use super::span::Span;
use super::tally::Shape;
use super::{Answer, Query, QueryError, Value, ValuePoint, check_currency};
use crate::columns::{Chunk, CustomerPosition, Ledger, RowSlices, SubscriptionView};
use crate::fx::Rates;
use crate::registry::Metric;

const DAY_SECONDS: i64 = 86_400;

/// The trials that began in one period.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrialFigures {
    pub(crate) started: i64,
    pub(crate) converted: i64,
    /// Of those that did not convert: how many are not over yet.
    pub(crate) running: i64,
    /// From the start of each converted one to its first value above 0.
    seconds: Vec<i64>,
}

/// A metric of trials, one value per point.
///
/// # Errors
/// When the range is empty or has too many points.
pub(super) fn trials(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    compute: fn(&TrialFigures) -> Option<Value>,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let shape = Shape::new(ledger, rates, query, span, Selection::of(query))?;
    let Cells { figures: cells, lacking, left_out } = cells(&shape, ledger, query);
    let is_something = |figures: &TrialFigures| figures.started > 0;
    let series =
        series_of_cells((&shape.scope, span, query.currency), &cells, &lacking, compute, is_something);
    Ok(Answer {
        rates_on: shape.exchange.rates_on,
        unconverted: left_out.unconverted(span.last),
        ..Answer::native(metric.id, ledger, query, series)
    })
}

/// By what is counted within and bucket.
pub(super) struct Cells {
    pub(super) figures: Vec<TrialFigures>,
    /// Whether a trial is missing, because its plan's currency has no rate on its day.
    lacking: Vec<bool>,
    left_out: LeftOut,
}

pub(super) fn cells(shape: &Shape<'_>, ledger: &Ledger, query: &Query) -> Cells {
    let cells = shape.scope.counted_len * shape.span.buckets.len();
    let mut cells = Cells {
        figures: vec![TrialFigures::default(); cells],
        lacking: vec![false; cells],
        left_out: LeftOut::default(),
    };
    let chunks = ledger.chunks().par_iter().enumerate();
    let found = chunks.flat_map_iter(|(index, chunk)| {
        of_chunk(shape, ledger, chunk, query).into_iter().map(move |trial| (index, trial))
    });
    for (index, trial) in found.collect::<Vec<_>>() {
        let cell = shape.at_bucket(trial.counted, trial.bucket);
        match trial.lacks_rate_of {
            None => cells.figures[cell].add(trial.figures()),
            Some(currency) => {
                cells.lacking[cell] = true;
                let of = CustomerPosition::new(index, trial.customer);
                cells.left_out.add(Money { currency, amount_minor: 0 }, of);
            }
        }
    }
    cells
}

/// A trial that counts.
pub(super) struct Trial {
    /// Its place in the chunk.
    pub(super) customer: usize,
    pub(super) counted: u32,
    bucket: usize,
    /// The currency of its plan, where that has no rate on its day: it is in no figure.
    pub(super) lacks_rate_of: Option<Currency>,
    /// After how many seconds it was.
    converted: Option<i64>,
    is_running: bool,
}

impl Trial {
    /// It alone.
    pub(super) fn figures(&self) -> TrialFigures {
        let converted = i64::from(self.converted.is_some());
        let running = i64::from(self.is_running && self.converted.is_none());
        TrialFigures { started: 1, converted, running, seconds: self.converted.into_iter().collect() }
    }
}

/// The trials of a chunk that began in the range and count.
pub(super) fn of_chunk(shape: &Shape<'_>, ledger: &Ledger, chunk: &Chunk, query: &Query) -> Vec<Trial> {
    let mut found = Vec::new();
    for customer in 0..chunk.customer_count() {
        let Some(country) = shape.scope.country(chunk.country(customer)) else { continue };
        let rows = chunk.rows(customer);
        for index in chunk.subscriptions(customer) {
            let subscription = chunk.subscription(index);
            let Some(trial) = subscription.trial else { continue };
            let day = ledger.calendar().day(trial.start);
            if day < shape.span.first || day > shape.span.last || trial.start > shape.span.now {
                continue;
            }
            let Some(plan) = plan(&subscription, index, rows) else { continue };
            let target = shape.scope.target(plan, country);
            let is_counted = target.series != LEFT_OUT && !was_above(shape, rows, country, target, day);
            if is_counted {
                let until = query.within_days.map_or(shape.span.now.0, |days| {
                    shape.span.now.0.min(trial.end.0.saturating_add(i64::from(days) * DAY_SECONDS))
                });
                let own = Own { index, from: trial.start, until: UnixSeconds(until) };
                let converted = converted(shape, rows, country, target, own);
                let now = shape.span.now;
                let is_running = trial.end > now && subscription.ended_at.is_none_or(|at| at > now);
                found.push(Trial {
                    customer,
                    counted: target.counted,
                    bucket: shape.span.bucket(day),
                    lacks_rate_of: lacks_rate_of(shape, target, day),
                    converted,
                    is_running,
                });
            }
        }
    }
    found
}

/// What the trial is of: where that is not known, what it became.
fn plan(subscription: &SubscriptionView<'_>, index: usize, rows: RowSlices<'_>) -> Option<u32> {
    let first = || rows.subscription.iter().position(|own| *own as usize == index);
    subscription.trial_plan.or_else(|| first().map(|row| rows.plan[row]))
}

fn lacks_rate_of(shape: &Shape<'_>, target: Target, day: model::Day) -> Option<Currency> {
    let currency = shape.scope.series[target.series as usize].currency;
    let has_rate = shape.exchange.factor_on(currency, day).is_some();
    (!has_rate).then(|| shape.scope.currencies[currency as usize])
}

/// Whether the customer was worth anything at the end of a day before this one.
fn was_above(shape: &Shape<'_>, rows: RowSlices<'_>, country: u32, target: Target, day: model::Day) -> bool {
    let mut values: BTreeMap<u32, i64> = BTreeMap::new();
    let mut row = 0;
    while row < rows.days.len() && rows.days[row] < day {
        let today = rows.days[row];
        while row < rows.days.len() && rows.days[row] == today {
            let own = shape.scope.target(rows.plan[row], country);
            if own.series != LEFT_OUT && own.counted == target.counted {
                *values.entry(own.series).or_default() += rows.delta_minor[row];
            }
            row += 1;
        }
        if values.values().any(|value| *value > 0) {
            return true;
        }
    }
    false
}

/// A trial's subscription, and in which time its value is looked at.
#[derive(Clone, Copy)]
struct Own {
    index: usize,
    from: UnixSeconds,
    until: UnixSeconds,
}

/// After how many seconds the subscription first was worth something.
fn converted(shape: &Shape<'_>, rows: RowSlices<'_>, country: u32, target: Target, own: Own) -> Option<i64> {
    let is_own = |row: &usize| {
        let of = shape.scope.target(rows.plan[*row], country);
        rows.subscription[*row] as usize == own.index && of.series != LEFT_OUT && of.counted == target.counted
    };
    let mut value = 0;
    let mut changes = (0..rows.at.len()).filter(is_own).peekable();
    while let Some(row) = changes.next() {
        value += rows.delta_minor[row];
        let at = rows.at[row];
        let is_instant_over = changes.peek().is_none_or(|next| rows.at[*next] > at);
        if at > own.until.0 {
            return None;
        }
        if is_instant_over && value > 0 && at >= own.from.0 {
            return Some(at - own.from.0);
        }
    }
    None
}

impl TrialFigures {
    fn add(&mut self, other: Self) {
        self.started += other.started;
        self.converted += other.converted;
        self.running += other.running;
        self.seconds.extend(other.seconds);
    }

    pub(crate) fn conversion_rate(&self) -> Option<Value> {
        Value::ratio(self.converted, self.started)
    }

    /// The median of the converted ones, in days.
    pub(crate) fn days_to_convert(&self) -> Option<Value> {
        let mut seconds = self.seconds.clone();
        seconds.sort_unstable();
        let middle = seconds.len() / 2;
        let upper = *seconds.get(middle)?;
        let lower =
            if seconds.len().is_multiple_of(2) { *seconds.get(middle.checked_sub(1)?)? } else { upper };
        let days = Decimal::from(lower + upper).checked_div(Decimal::from(2 * DAY_SECONDS))?;
        Some(Value::Ratio(days))
    }
}

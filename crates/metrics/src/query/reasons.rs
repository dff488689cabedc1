//! Movements in parts: expansion and contraction by what changed, churn by why the customer left.

use std::collections::HashMap;
use std::sync::Arc;

use model::Day;
use model::billing::SubscriptionStatus;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::exchange::{Factor, TooLarge};
use super::figures::{AllFigures, FigureSeries, Figures, figures as all_figures, parts as all_parts};
use super::labels;
use super::scope::{GROUPS_MAX, OTHER, Scope, Selection, UNKNOWN};
use super::span::Span;
use super::tally::Shape;
use super::walk::{Move, Trail, WalkRange};
use super::{Dimension, Group, MovementKind, Query, QueryError, check_currency};
use crate::columns::{Chunk, Ledger, SubscriptionView};
use crate::fx::Rates;

/// What one part of a movement is called, and how much of it it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReasonPart<'a> {
    pub(super) key: &'a str,
    /// In its own currency, and in the one that is reported in.
    pub(super) native: i64,
    pub(super) converted: i64,
}

/// What one row adds to a day's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowPart {
    /// Into the customer's rows.
    pub(super) row: usize,
    /// In its own currency, and in the one that is reported in.
    pub(super) native: i64,
    pub(super) converted: i64,
}

pub(super) type Parts<'a> = SmallVec<[ReasonPart<'a>; 2]>;

/// A customer whose movements are taken apart, as a scope sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mover<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) chunk: &'a Chunk,
    pub(super) customer: usize,
    pub(super) scope: &'a Scope,
    /// The scope's number for the customer's.
    pub(super) country: u32,
    pub(super) now: model::UnixSeconds,
}

/// What is counted within, the part's key, and the figures of each bucket. Nothing but movements is in them.
type Sums<'a> = FxHashMap<(u32, &'a str), Vec<Figures>>;

/// The movements of a query by what each was due to. What has no rate, and so is in none, is as in the whole.
pub(super) fn figures(
    ledger: &Ledger,
    rates: &Rates,
    query: &Query,
    by: Dimension,
    span: &Span,
) -> Result<AllFigures, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let shape = Shape::new(ledger, rates, query, span, Selection::of(query))?;
    // Only where a rate is missing is anything left out of the whole.
    let whole =
        if shape.exchange.is_all_steady() { None } else { Some(all_figures(ledger, rates, query, span)?) };
    // Nobody knows what a movement without a rate would add to.
    let moved_without_rates = |bucket: usize| {
        let mut series = whole.iter().flat_map(|whole| &whole.series);
        series.any(|series| series.figures[bucket].moved_without_rates)
    };
    let part = ledger.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
    let chunks = ledger.chunks().par_chunks(part);
    let all: Result<Vec<Sums<'_>>, TooLarge> =
        chunks.map(|chunks| of_chunks(&shape, ledger, chunks, by)).collect();
    let mut total = Sums::default();
    for (key, figures) in all.map_err(|error| shape.exchange.refused(error))?.into_iter().flatten() {
        let sum = total.entry(key).or_insert_with(|| empty(span));
        sum.iter_mut().zip(figures).for_each(|(sum, figures)| add(sum, &figures));
    }
    let total = largest(total, span);
    let mut series = Vec::new();
    for part in all_parts(&shape.scope, query.currency) {
        let own = total.iter().filter(|((counted, _), _)| *counted == part.counted);
        series.extend(own.map(|((counted, key), figures)| {
            FigureSeries {
                currency: part.currency,
                group: Some(Group::named(key, &labels::label(by, key))),
                counted: *counted,
                figures: (0..)
                    .zip(figures)
                    .map(|(bucket, figures)| Figures {
                        moved_without_rates: moved_without_rates(bucket),
                        ..*figures
                    })
                    .collect(),
            }
        }));
    }
    let rank = |group: &Option<Group>| group.as_ref().map(|group| labels::rank(by, &group.key));
    series.sort_by_key(|one| (one.currency, rank(&one.group), one.group.clone()));
    Ok(AllFigures {
        span: span.clone(),
        rates_on: shape.exchange.rates_on,
        unconverted: whole.map(|whole| whole.unconverted).unwrap_or_default(),
        series,
        scope: Arc::new(shape.scope),
    })
}

fn empty(span: &Span) -> Vec<Figures> {
    vec![Figures::default(); span.buckets.len()]
}

fn add(sum: &mut Figures, other: &Figures) {
    sum.moved.iter_mut().zip(other.moved).for_each(|(a, b)| *a += b);
    sum.movers.iter_mut().zip(other.movers).for_each(|(a, b)| *a += b);
}

/// With more keys than anyone reads, those that concern the fewest customers become one.
fn largest<'a>(all: Sums<'a>, span: &Span) -> Sums<'a> {
    let mut customers: HashMap<&str, i64> = HashMap::new();
    for ((_, key), figures) in &all {
        let movers = figures.iter().flat_map(|figures| figures.movers).sum::<i64>();
        *customers.entry(key).or_default() += movers;
    }
    let mut keys: Vec<(&str, i64)> = customers.into_iter().collect();
    keys.sort_unstable_by_key(|(key, movers)| (std::cmp::Reverse(*movers), *key));
    let rest = keys.split_off(keys.len().min(GROUPS_MAX));
    let mut kept = Sums::default();
    for ((counted, key), figures) in all {
        let key = if rest.iter().any(|(other, _)| *other == key) { OTHER } else { key };
        let sum = kept.entry((counted, key)).or_insert_with(|| empty(span));
        sum.iter_mut().zip(figures).for_each(|(sum, figures)| add(sum, &figures));
    }
    kept
}

fn of_chunks<'a>(
    shape: &'a Shape<'_>,
    ledger: &'a Ledger,
    chunks: &'a [Arc<Chunk>],
    by: Dimension,
) -> Result<Sums<'a>, TooLarge> {
    let mut sums = Sums::default();
    let mut trail = Trail::default();
    let range = WalkRange { first: shape.span.first, last: shape.span.last, now: shape.span.now };
    for chunk in chunks {
        for customer in 0..chunk.customer_count() {
            let Some(country) = shape.scope.country(chunk.country(customer)) else { continue };
            trail.walk(chunk, customer, country, &shape.scope, range);
            if trail.moves.is_empty() {
                continue;
            }
            let scope = &shape.scope;
            let mover = Mover { ledger, chunk, customer, scope, country, now: shape.span.now };
            add_customer(&mut sums, shape, &trail, mover, by)?;
        }
    }
    Ok(sums)
}

fn add_customer<'a>(
    sums: &mut Sums<'a>,
    shape: &Shape<'_>,
    trail: &Trail,
    mover: Mover<'a>,
    by: Dimension,
) -> Result<(), TooLarge> {
    // A customer counts once in what it is counted within, however often it moves so in a bucket.
    let mut seen: SmallVec<[(u32, &str, usize, MovementKind); 4]> = SmallVec::new();
    for one in trail.moves.iter().filter(|one| is_told(by, one.kind)) {
        let lane = trail.lane_of(one);
        let currency = shape.scope.series[lane.series as usize].currency;
        let Some(factor) = shape.exchange.factor_on(currency, one.day) else { continue };
        let bucket = shape.span.bucket(one.day);
        for part in mover.parts(one, lane.series, by, factor)? {
            let key = (lane.counted, part.key);
            let figures = &mut sums.entry(key).or_insert_with(|| empty(shape.span))[bucket];
            figures.moved[one.kind as usize] += part.converted;
            let sight = (key.0, key.1, bucket, one.kind);
            if !seen.contains(&sight) {
                seen.push(sight);
                figures.movers[one.kind as usize] += 1;
            }
        }
    }
    Ok(())
}

/// Whether a breakdown tells about movements of a kind.
fn is_told(by: Dimension, kind: MovementKind) -> bool {
    match by {
        Dimension::Cause => matches!(kind, MovementKind::Expansion | MovementKind::Contraction),
        Dimension::ChurnReason | Dimension::Feedback => kind == MovementKind::Churn,
        _ => false,
    }
}

impl<'a> Mover<'a> {
    /// The parts of a movement, which add up to it. None of one that a breakdown does not tell about.
    pub(super) fn parts(
        &self,
        one: &Move,
        series: u32,
        by: Dimension,
        factor: &Factor,
    ) -> Result<Parts<'a>, TooLarge> {
        match by {
            _ if !is_told(by, one.kind) => Ok(Parts::new()),
            Dimension::Cause => {
                let causes = self.chunk.causes(self.customer);
                self.split(one, series, factor, |row| causes[row].as_str())
            }
            Dimension::Feedback => {
                let given = self.ended_last(one, series).map(|own| own.feedback);
                let feedback = given.filter(|feedback| !feedback.is_empty()).unwrap_or(UNKNOWN);
                self.whole(one, series, factor, feedback)
            }
            _ => {
                let reason = self.ended_last(one, series).map_or(UNKNOWN, |own| churn_reason(&own));
                self.whole(one, series, factor, reason)
            }
        }
    }

    /// All of a movement as one part.
    fn whole(&self, one: &Move, series: u32, factor: &Factor, key: &'a str) -> Result<Parts<'a>, TooLarge> {
        if !self.has_one_line() {
            return self.split(one, series, factor, |_| key);
        }
        let native = one.after - one.before;
        Ok(std::iter::once(ReasonPart { key, native, converted: factor.convert(native)? }).collect())
    }

    /// Whether all rows are one price of one subscription, as nearly everybody's are: then a movement is what is converted.
    fn has_one_line(&self) -> bool {
        self.chunk.outline(self.customer).is_one_line()
    }

    fn split(
        &self,
        one: &Move,
        series: u32,
        factor: &Factor,
        key_of: impl Fn(usize) -> &'a str,
    ) -> Result<Parts<'a>, TooLarge> {
        let mut parts = Parts::new();
        for RowPart { row, native, converted } in self.row_parts(one.day, series, factor)? {
            let key = key_of(row);
            match parts.iter_mut().find(|part| part.key == key) {
                Some(part) => {
                    part.native += native;
                    part.converted += converted;
                }
                None => parts.push(ReasonPart { key, native, converted }),
            }
        }
        parts.retain(|part| (part.native, part.converted) != (0, 0));
        Ok(parts)
    }

    /// What changed on a day, row by row. A price is converted as a whole, so a row is what it makes of the price's change
    /// by then: the rows add up, whatever is rounded.
    pub(super) fn row_parts(
        &self,
        day: Day,
        series: u32,
        factor: &Factor,
    ) -> Result<SmallVec<[RowPart; 4]>, TooLarge> {
        let rows = self.chunk.rows(self.customer);
        let mut lines: SmallVec<[(u32, u32, i64, i64); 4]> = SmallVec::new();
        let mut parts = SmallVec::new();
        for row in self.rows_of(day, series) {
            let (subscription, plan, native) =
                (rows.subscription[row], rows.plan[row], rows.delta_minor[row]);
            let known = lines.iter().position(|line| (line.0, line.1) == (subscription, plan));
            let known = known.unwrap_or_else(|| {
                lines.push((subscription, plan, 0, 0));
                lines.len() - 1
            });
            let line = &mut lines[known];
            line.2 += native;
            let converted = factor.convert(line.2)?;
            parts.push(RowPart { row, native, converted: converted - line.3 });
            line.3 = converted;
        }
        Ok(parts)
    }

    /// What the customer was worth in a series just before a day.
    pub(super) fn value_before(&self, day: Day, series: u32) -> i64 {
        let rows = self.chunk.rows(self.customer);
        let before = 0..rows.days.partition_point(|own| *own < day);
        let own = before.filter(|row| self.scope.target(rows.plan[*row], self.country).series == series);
        own.map(|row| rows.delta_minor[row]).sum()
    }

    /// The customer's rows of a day, in order of time.
    fn rows_of(&self, day: Day, series: u32) -> impl DoubleEndedIterator<Item = usize> {
        let rows = self.chunk.rows(self.customer);
        let first = rows.days.partition_point(|own| *own < day);
        let end = rows.days.partition_point(|own| *own <= day);
        let (scope, country, now) = (self.scope, self.country, self.now);
        (first..end).filter(move |row| {
            rows.at[*row] <= now.0 && scope.target(rows.plan[*row], country).series == series
        })
    }

    /// The subscription that ended last on the day; `None` where it goes on, as with other plans than a filter names.
    fn ended_last(&self, one: &Move, series: u32) -> Option<SubscriptionView<'a>> {
        let rows = self.chunk.rows(self.customer);
        if self.has_one_line() && one.before > 0 && one.after == 0 {
            return rows.subscription.first().map(|own| self.chunk.subscription(*own as usize));
        }
        let last = self.rows_of(one.day, series).rev().find(|row| rows.delta_minor[*row] < 0)?;
        let subscription = rows.subscription[last];
        let currency = self.scope.currency_of(series);
        let is_own = |row: &usize| {
            let plan = self.ledger.catalog().plan(rows.plan[*row]);
            rows.subscription[*row] == subscription && plan.is_some_and(|plan| plan.currency == currency)
        };
        let until = rows.days.partition_point(|day| *day <= one.day);
        let counted = (0..until).filter(|row| rows.at[*row] <= self.now.0).filter(is_own);
        let left: i64 = counted.map(|row| rows.delta_minor[row]).sum();
        (left == 0).then(|| self.chunk.subscription(subscription as usize))
    }
}

fn churn_reason(subscription: &SubscriptionView<'_>) -> &'static str {
    match subscription.reason {
        Some(reason) => reason.as_str(),
        None if subscription.status == SubscriptionStatus::Unpaid => "unpaid",
        None => UNKNOWN,
    }
}

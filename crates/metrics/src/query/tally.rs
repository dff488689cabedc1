//! Everything that one pass over the ledger adds up.
//!
//! Sums are kept natively, by series and slot: a bucket where currencies stay as they are, a day where they are
//! converted, since every movement takes the rate of its own day.

mod customer;

use std::sync::Arc;

use model::{Currency, Day};
use rayon::prelude::*;

use super::exchange::Exchange;
use super::scope::{Scope, Selection};
use super::span::Span;
use super::walk::{Range, Trail};
use super::{MovementKind, Query, QueryError};
use crate::columns::{Chunk, Ledger};
use crate::fx::Rates;

/// Eight bytes each of these in every thread: a few hundred megabytes would be too many.
const CELLS_MAX: usize = 16_000_000;
/// The five kinds of movement, and what customers lost that were above 0 when the bucket began.
const KINDS: usize = 6;
const LOST: usize = 5;

/// What is added up and how it is numbered.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub(super) scope: Scope,
    pub(super) span: &'a Span,
    pub(super) exchange: Exchange,
    slots: usize,
    /// What a unit of a currency is worth just before and at the end of a bucket, to compare values by.
    scales: Vec<(i128, i128)>,
}

/// The sums. Counts of customers and subscriptions are kept as changes from bucket to bucket, the first of which is
/// how many there were before the range.
#[derive(Debug)]
pub(super) struct Tally {
    opening: Vec<i64>,
    moved: Vec<i64>,
    active: Vec<i64>,
    subscriptions: Vec<i64>,
    movers: Vec<i64>,
    churned: Vec<i64>,
    retained: Vec<Retained>,
}

/// Of customers above 0 just before a bucket, those that moved in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Retained {
    pub(super) start_minor: i64,
    pub(super) end_minor: i64,
    /// The smaller of both: where that is the value at the start, and where it is the one at the end.
    pub(super) kept_start_minor: i64,
    pub(super) kept_end_minor: i64,
}

impl<'a> Shape<'a> {
    pub(super) fn new(
        ledger: &Ledger,
        rates: &Rates,
        query: &Query,
        span: &'a Span,
        selection: Selection<'_>,
    ) -> Result<Self, QueryError> {
        let scope = Scope::new(ledger, selection);
        let days = (span.first.previous(), span.last.max(span.first));
        let begins = |currency| first_day(ledger, currency);
        let exchange = Exchange::new(rates, query.currency, &scope.currencies, days, begins);
        let slots = if exchange.is_native() { span.buckets.len() } else { span.day_count() };
        let cells = scope.series.len().saturating_mul(slots).saturating_mul(KINDS);
        if cells > CELLS_MAX {
            return Err(QueryError::TooManyPoints);
        }
        let mut scales = Vec::new();
        for currency in (0_u32..).take(scope.currencies.len()) {
            for bucket in 0..span.buckets.len() {
                let before = span.buckets[bucket].start_on.previous();
                let end = span.end_of(bucket);
                scales.push((exchange.scale(currency, before), exchange.scale(currency, end)));
            }
        }
        Ok(Self { scope, span, exchange, slots, scales })
    }

    /// Goes over the whole ledger.
    pub(super) fn add_up(&self, ledger: &Ledger) -> Tally {
        // A tally for a part of the chunks, not for each; and for few parts where tallies are large.
        let threads = rayon::current_num_threads();
        let is_large = self.scope.series.len() * self.slots * KINDS > CELLS_MAX / 16;
        let parts = if is_large { threads.min(4) } else { threads * 4 };
        let part = ledger.chunks().len().div_ceil(parts).max(1);
        let tallies: Vec<Tally> =
            ledger.chunks().par_chunks(part).map(|chunks| self.add_up_chunks(chunks)).collect();
        let mut total = self.empty();
        tallies.iter().for_each(|tally| total.merge(tally));
        total
    }

    fn add_up_chunks(&self, chunks: &[Arc<Chunk>]) -> Tally {
        let mut tally = self.empty();
        let mut trail = Trail::default();
        let range = Range { first: self.span.first, last: self.span.last, now: self.span.now };
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                let Some(country) = self.scope.country(chunk.country(customer)) else { continue };
                trail.walk(chunk.rows(customer), country, &self.scope, range);
                if trail.lanes.is_empty() {
                    continue;
                }
                tally.add(self, &mut trail, chunk, customer, country);
            }
        }
        tally
    }

    fn empty(&self) -> Tally {
        let (series, counted) = (self.scope.series.len(), self.scope.counted_len);
        let buckets = self.span.buckets.len();
        Tally {
            opening: vec![0; series],
            moved: vec![0; series * self.slots * KINDS],
            active: vec![0; counted * (buckets + 1)],
            subscriptions: vec![0; counted * (buckets + 1)],
            movers: vec![0; counted * buckets * MovementKind::ALL.len()],
            churned: vec![0; counted * buckets],
            retained: vec![Retained::default(); series * buckets],
        }
    }

    fn slot(&self, day: Day) -> usize {
        if self.exchange.is_native() { self.span.bucket(day) } else { self.span.offset(day) }
    }

    /// The slots of a bucket, each with the day whose rate it takes.
    pub(super) fn slots_of(&self, bucket: usize) -> impl Iterator<Item = (usize, Day)> + use<> {
        let Self { span, .. } = self;
        let (start, end) = (span.buckets[bucket].start_on, span.end_of(bucket));
        let (first_slot, days) = if self.exchange.is_native() {
            (bucket, end.0..=end.0)
        } else {
            (span.offset(start), start.0..=end.0)
        };
        days.enumerate().map(move |(index, day)| (first_slot + index, Day(day)))
    }

    pub(super) fn moved(&self, tally: &Tally, series: u32, slot: usize, kind: MovementKind) -> i64 {
        tally.moved[self.cell(series, slot) + kind as usize]
    }

    pub(super) fn lost(&self, tally: &Tally, series: u32, slot: usize) -> i64 {
        tally.moved[self.cell(series, slot) + LOST]
    }

    pub(super) fn opening(&self, tally: &Tally, series: u32) -> i64 {
        tally.opening[series as usize]
    }

    pub(super) fn retained(&self, tally: &Tally, series: u32, bucket: usize) -> Retained {
        tally.retained[series as usize * self.span.buckets.len() + bucket]
    }

    /// How many there were at the end of each bucket, with those before the range in front.
    pub(super) fn customers(&self, tally: &Tally, counted: u32) -> Vec<i64> {
        self.running(&tally.active, counted)
    }

    pub(super) fn subscriptions(&self, tally: &Tally, counted: u32) -> Vec<i64> {
        self.running(&tally.subscriptions, counted)
    }

    pub(super) fn movers(&self, tally: &Tally, counted: u32, bucket: usize, kind: MovementKind) -> i64 {
        tally.movers[self.at_bucket(counted, bucket) * MovementKind::ALL.len() + kind as usize]
    }

    pub(super) fn churned(&self, tally: &Tally, counted: u32, bucket: usize) -> i64 {
        tally.churned[self.at_bucket(counted, bucket)]
    }

    fn running(&self, changes: &[i64], counted: u32) -> Vec<i64> {
        let entries = self.span.buckets.len() + 1;
        let from = counted as usize * entries;
        let sum = |total: &mut i64, change: &i64| {
            *total += change;
            Some(*total)
        };
        changes[from..from + entries].iter().scan(0, sum).collect()
    }

    fn cell(&self, series: u32, slot: usize) -> usize {
        (series as usize * self.slots + slot) * KINDS
    }

    fn at_bucket(&self, counted: u32, bucket: usize) -> usize {
        counted as usize * self.span.buckets.len() + bucket
    }

    /// Where `active` and `subscriptions` keep a change that takes effect in a bucket; `None` is before the range.
    fn at_change(&self, counted: u32, bucket: Option<usize>) -> usize {
        counted as usize * (self.span.buckets.len() + 1) + bucket.map_or(0, |bucket| bucket + 1)
    }

    fn scales(&self, series: u32, bucket: usize) -> (i128, i128) {
        let currency = self.scope.series[series as usize].currency as usize;
        self.scales[currency * self.span.buckets.len() + bucket]
    }
}

/// The first day on which any customer's value in a currency changed.
fn first_day(ledger: &Ledger, currency: Currency) -> Option<Day> {
    let is_in: Vec<bool> = ledger.catalog().plans().iter().map(|plan| plan.currency == currency).collect();
    let of_chunk = |chunk: &Arc<Chunk>| {
        let rows = chunk.all_days().iter().zip(chunk.all_plans());
        rows.filter(|(_, plan)| is_in[**plan as usize]).map(|(day, _)| *day).min()
    };
    ledger.chunks().par_iter().filter_map(of_chunk).min()
}

impl Tally {
    fn merge(&mut self, other: &Self) {
        let pairs = [
            (&mut self.opening, &other.opening),
            (&mut self.moved, &other.moved),
            (&mut self.active, &other.active),
            (&mut self.subscriptions, &other.subscriptions),
            (&mut self.movers, &other.movers),
            (&mut self.churned, &other.churned),
        ];
        for (into, from) in pairs {
            into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        }
        for (a, b) in self.retained.iter_mut().zip(&other.retained) {
            a.start_minor += b.start_minor;
            a.end_minor += b.end_minor;
            a.kept_start_minor += b.kept_start_minor;
            a.kept_end_minor += b.kept_end_minor;
        }
    }
}

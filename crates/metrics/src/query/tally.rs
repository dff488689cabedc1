//! Everything that one pass over the ledger adds up.
//!
//! Natively a customer's series is what is looked at; where currencies are converted, every subscription and price of
//! it by itself, since that is what is converted and rounded.

mod converted;
mod customer;
mod lines;

use std::sync::Arc;

use rayon::prelude::*;

use super::exchange::{Exchange, TooLarge};
use super::scope::{Scope, Selection};
use super::span::Span;
use super::walk::{Range, Trail};
use super::{MovementKind, Query, QueryError};
use crate::columns::{Chunk, Ledger};
use crate::fx::Rates;
use converted::Converter;

pub(super) use lines::{Change, Line, Lines};

/// Eight bytes each of these in every thread: a few hundred megabytes would be too many.
const CELLS_MAX: usize = 16_000_000;
const KINDS: usize = MovementKind::ALL.len();

/// What is added up and how it is numbered.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub(super) scope: Scope,
    pub(super) span: &'a Span,
    pub(super) exchange: Exchange,
}

/// The customer that is being added.
#[derive(Debug, Clone, Copy)]
struct Own<'a> {
    chunk: &'a Chunk,
    customer: usize,
    /// The scope's number for the customer's.
    country: u32,
}

/// The sums, by what is counted within and bucket, in the currency that is reported in. What is a level has an entry
/// more than there are buckets: the first is just before the range.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) mrr: Vec<i64>,
    pub(super) active: Vec<i64>,
    pub(super) subscriptions: Vec<i64>,
    pub(super) moved: Vec<i64>,
    pub(super) movers: Vec<i64>,
    /// Of customers that were above 0 just before the bucket, as everything below.
    pub(super) lost: Vec<i64>,
    pub(super) retained: Vec<i64>,
    pub(super) kept: Vec<i64>,
    pub(super) churned: Vec<i64>,
    /// Of those that churned: because payment failed.
    pub(super) involuntary: Vec<i64>,
    /// MRR and customers just before the bucket, of what also has a rate at its end.
    pub(super) base_mrr: Vec<i64>,
    pub(super) base_customers: Vec<i64>,
    /// By currency and level: what has no rate there, in its own currency, and whose it is.
    pub(super) unconverted: Vec<(i64, i64)>,
    is_too_large: bool,
}

/// Adds customers one after the other.
struct Adder<'a> {
    shape: &'a Shape<'a>,
    trail: Trail,
    /// `None` where every currency stays as it is.
    converter: Option<Converter>,
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
        let exchange = Exchange::new(rates, query.currency, &scope.currencies, days);
        let cells = scope.counted_len.saturating_mul(span.buckets.len() + 1).saturating_mul(3 * KINDS);
        if cells > CELLS_MAX {
            return Err(QueryError::TooManyPoints);
        }
        Ok(Self { scope, span, exchange })
    }

    /// Goes over the whole ledger.
    ///
    /// # Errors
    /// When an amount is too large for the reporting currency.
    pub(super) fn add_up(&self, ledger: &Ledger) -> Result<Tally, QueryError> {
        // A tally for a part of the chunks, not for each; and for few parts where tallies are large.
        let threads = rayon::current_num_threads();
        let is_large = self.scope.counted_len * self.levels() * 3 * KINDS > CELLS_MAX / 16;
        let parts = if is_large { threads.min(4) } else { threads * 4 };
        let part = ledger.chunks().len().div_ceil(parts).max(1);
        let tallies: Vec<Tally> =
            ledger.chunks().par_chunks(part).map(|chunks| self.add_up_chunks(chunks)).collect();
        let mut total = self.empty();
        tallies.into_iter().for_each(|tally| total.merge(tally));
        if total.is_too_large {
            return Err(self.exchange.refused(TooLarge));
        }
        self.finish(&mut total);
        Ok(total)
    }

    fn add_up_chunks(&self, chunks: &[Arc<Chunk>]) -> Tally {
        let mut tally = self.empty();
        let mut adder = Adder::new(self);
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                adder.add(&mut tally, chunk, customer);
            }
        }
        tally
    }

    /// Tells what each customer of a chunk adds, by its place in the chunk.
    ///
    /// # Errors
    /// When an amount is too large for the reporting currency.
    pub(super) fn each(&self, chunk: &Chunk, mut take: impl FnMut(usize, &Tally)) -> Result<(), TooLarge> {
        let (mut adder, mut tally) = (Adder::new(self), self.empty());
        for customer in 0..chunk.customer_count() {
            tally.clear();
            if !adder.add(&mut tally, chunk, customer) {
                continue;
            }
            if tally.is_too_large {
                return Err(TooLarge);
            }
            self.finish(&mut tally);
            take(customer, &tally);
        }
        Ok(())
    }

    fn empty(&self) -> Tally {
        let counted = self.scope.counted_len;
        let (levels, buckets) = (counted * self.levels(), counted * self.span.buckets.len());
        Tally {
            mrr: vec![0; levels],
            active: vec![0; levels],
            subscriptions: vec![0; levels],
            moved: vec![0; buckets * KINDS],
            movers: vec![0; buckets * KINDS],
            lost: vec![0; buckets],
            retained: vec![0; buckets],
            kept: vec![0; buckets],
            churned: vec![0; buckets],
            involuntary: vec![0; buckets],
            base_mrr: vec![0; buckets],
            base_customers: vec![0; buckets],
            unconverted: vec![(0, 0); self.scope.currencies.len() * self.levels()],
            is_too_large: false,
        }
    }

    /// From changes to levels. What is of the customers above 0 before was kept as what they differ by.
    fn finish(&self, tally: &mut Tally) {
        let buckets = self.span.buckets.len();
        for counted in 0..self.scope.counted_len {
            let level = counted * self.levels();
            for bucket in 0..buckets {
                tally.mrr[level + bucket + 1] += tally.mrr[level + bucket];
                tally.active[level + bucket + 1] += tally.active[level + bucket];
                tally.subscriptions[level + bucket + 1] += tally.subscriptions[level + bucket];
                let place = counted * buckets + bucket;
                let before = tally.mrr[level + bucket];
                tally.retained[place] += before;
                tally.kept[place] += before;
                tally.base_mrr[place] += before;
                tally.base_customers[place] += tally.active[level + bucket];
            }
        }
    }

    /// Whether the last subscription that a customer had by the end of a bucket ended because payment failed.
    fn is_involuntary(&self, own: Own<'_>, counted: u32, bucket: usize) -> bool {
        let rows = own.chunk.rows(own.customer);
        let last = self.span.end_of(bucket);
        let is_last = |row: &usize| {
            rows.days[*row] <= last
                && rows.at[*row] <= self.span.now.0
                && rows.delta_minor[*row] < 0
                && self.scope.target(rows.plan[*row], own.country).counted == counted
        };
        let last = (0..rows.at.len()).rev().find(is_last);
        last.is_some_and(|row| own.chunk.subscription(rows.subscription[row] as usize).is_involuntary)
    }

    /// How many levels there are: before the range and at the end of each bucket.
    pub(super) fn levels(&self) -> usize {
        self.span.buckets.len() + 1
    }

    pub(super) fn at_bucket(&self, counted: u32, bucket: usize) -> usize {
        counted as usize * self.span.buckets.len() + bucket
    }

    /// Where a level is kept that is reached in a bucket; `None` is before the range.
    pub(super) fn at_level(&self, counted: u32, bucket: Option<usize>) -> usize {
        counted as usize * self.levels() + bucket.map_or(0, |bucket| bucket + 1)
    }
}

impl<'a> Adder<'a> {
    fn new(shape: &'a Shape<'a>) -> Self {
        let converter = (!shape.exchange.is_native()).then(|| Converter::new(shape));
        Self { shape, trail: Trail::default(), converter }
    }

    /// Whether there was anything to add.
    fn add(&mut self, tally: &mut Tally, chunk: &Chunk, customer: usize) -> bool {
        let Self { shape, trail, converter } = self;
        let Some(country) = shape.scope.country(chunk.country(customer)) else { return false };
        let range = Range { first: shape.span.first, last: shape.span.last, now: shape.span.now };
        trail.walk(chunk.rows(customer), country, &shape.scope, range);
        if trail.is_nothing() {
            return false;
        }
        let own = Own { chunk, customer, country };
        match converter {
            None => tally.add(shape, trail, own),
            Some(converter) => tally.is_too_large |= converter.add(tally, shape, trail, own).is_err(),
        }
        true
    }
}

impl Tally {
    /// All sums that are numbers alone.
    fn sums(&mut self) -> [&mut Vec<i64>; 12] {
        let Self { mrr, active, subscriptions, moved, movers, lost, .. } = self;
        let Self { retained, kept, churned, involuntary, base_mrr, base_customers, .. } = self;
        [
            mrr,
            active,
            subscriptions,
            moved,
            movers,
            lost,
            retained,
            kept,
            churned,
            involuntary,
            base_mrr,
            base_customers,
        ]
    }

    fn clear(&mut self) {
        self.sums().into_iter().for_each(|sums| sums.fill(0));
        self.unconverted.fill((0, 0));
        self.is_too_large = false;
    }

    fn merge(&mut self, mut other: Self) {
        for (into, from) in self.sums().into_iter().zip(other.sums()) {
            into.iter_mut().zip(from).for_each(|(a, b)| *a += *b);
        }
        for (a, b) in self.unconverted.iter_mut().zip(&other.unconverted) {
            a.0 += b.0;
            a.1 += b.1;
        }
        self.is_too_large |= other.is_too_large;
    }
}

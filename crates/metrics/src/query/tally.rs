//! Everything that one pass over the ledger adds up.
//!
//! Natively a customer's series is what is looked at; where currencies are converted, every subscription and price of
//! it by itself, since that is what is converted and rounded.

mod converted;
mod customer;
mod lines;
mod one_line;

use std::sync::Arc;

use rayon::prelude::*;
use smallvec::SmallVec;

use super::exchange::{Exchange, TooLarge};
use super::scope::{Scope, Selection};
use super::span::Span;
use super::walk::{Trail, WalkRange};
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

/// The sums, in the currency that is reported in.
#[derive(Debug)]
pub(super) struct Tally {
    /// By what is counted within and level: the first is just before the range, then comes the end of each bucket.
    pub(super) levels: Vec<Level>,
    /// By what is counted within and bucket.
    pub(super) cells: Vec<Cell>,
    /// By currency and level: what has no rate there, in its own currency, and whose it is.
    pub(super) unconverted: Vec<(i64, i64)>,
    is_too_large: bool,
}

/// What there is at a moment. While customers are added: what differs from the level before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level {
    pub(super) mrr: i64,
    pub(super) active: i64,
    pub(super) subscriptions: i64,
    /// Customers of whom something has no rate.
    pub(super) left_out: i64,
}

/// What becomes of it in a bucket.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    pub(super) moved: [i64; KINDS],
    pub(super) movers: [i64; KINDS],
    /// Of customers that were above 0 just before the bucket, as everything below.
    pub(super) lost: i64,
    pub(super) retained: i64,
    pub(super) kept: i64,
    pub(super) churned: i64,
    /// Of those that churned: because payment failed.
    pub(super) involuntary: i64,
    /// MRR and customers just before the bucket, of what also has a rate at its end.
    pub(super) base_mrr: i64,
    pub(super) base_customers: i64,
    /// MRR at the end of the bucket, of what also has a rate just before it.
    pub(super) end_mrr: i64,
    /// Movements that have no rate on their day.
    pub(super) left_out: i64,
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
        tallies.iter().for_each(|tally| total.merge(tally));
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

    /// Tells what each customer of a chunk adds, by its place in the chunk and what it is counted within.
    ///
    /// # Errors
    /// When an amount is too large for the reporting currency.
    pub(super) fn each(
        &self,
        chunk: &Chunk,
        mut take: impl FnMut(usize, u32, &Tally),
    ) -> Result<(), TooLarge> {
        let (mut adder, mut tally) = (Adder::new(self), self.empty());
        let mut counted: SmallVec<[u32; 4]> = SmallVec::new();
        for customer in 0..chunk.customer_count() {
            if !adder.add(&mut tally, chunk, customer) {
                continue;
            }
            if tally.is_too_large {
                return Err(TooLarge);
            }
            // Only what the customer is counted within has anything in it.
            counted.clear();
            counted.extend(adder.trail.lanes.iter().map(|lane| lane.counted));
            counted.sort_unstable();
            counted.dedup();
            for counted in &counted {
                self.finish_counted(&mut tally, *counted);
                take(customer, *counted, &tally);
                tally.levels[self.at_level(*counted, None)..][..self.levels()].fill(Level::default());
                tally.cells[self.at_bucket(*counted, 0)..][..self.span.buckets.len()].fill(Cell::default());
            }
        }
        Ok(())
    }

    fn empty(&self) -> Tally {
        let counted = self.scope.counted_len;
        Tally {
            levels: vec![Level::default(); counted * self.levels()],
            cells: vec![Cell::default(); counted * self.span.buckets.len()],
            unconverted: vec![(0, 0); self.scope.currencies.len() * self.levels()],
            is_too_large: false,
        }
    }

    /// From changes to levels. For customers that were above 0 before, the differences were kept.
    fn finish(&self, tally: &mut Tally) {
        (0_u32..).take(self.scope.counted_len).for_each(|counted| self.finish_counted(tally, counted));
    }

    fn finish_counted(&self, tally: &mut Tally, counted: u32) {
        let levels = &mut tally.levels[self.at_level(counted, None)..][..self.levels()];
        let cells = &mut tally.cells[self.at_bucket(counted, 0)..][..self.span.buckets.len()];
        for (bucket, cell) in cells.iter_mut().enumerate() {
            let before = levels[bucket];
            levels[bucket + 1].add(before);
            cell.retained += before.mrr;
            cell.kept += before.mrr;
            cell.base_mrr += before.mrr;
            cell.base_customers += before.active;
            cell.end_mrr += levels[bucket + 1].mrr;
        }
    }

    /// Whether the last subscription that a customer had by the end of a bucket ended because payment failed.
    fn is_involuntary(&self, own: Own<'_>, counted: u32, bucket: usize) -> bool {
        if !own.chunk.subscriptions(own.customer).any(|subscription| own.chunk.is_involuntary(subscription)) {
            return false;
        }
        let rows = own.chunk.rows(own.customer);
        let last = self.span.end_of(bucket);
        let is_last = |row: &usize| {
            rows.days[*row] <= last
                && rows.at[*row] <= self.span.now.0
                && rows.delta_minor[*row] < 0
                && self.scope.target(rows.plan[*row], own.country).counted == counted
        };
        let last = (0..rows.at.len()).rev().find(is_last);
        last.is_some_and(|row| own.chunk.is_involuntary(rows.subscription[row] as usize))
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
        let range = WalkRange { first: shape.span.first, last: shape.span.last, now: shape.span.now };
        trail.walk(chunk, customer, country, &shape.scope, range);
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
    fn merge(&mut self, other: &Self) {
        self.levels.iter_mut().zip(&other.levels).for_each(|(own, other)| own.add(*other));
        self.cells.iter_mut().zip(&other.cells).for_each(|(own, other)| own.add(other));
        for (a, b) in self.unconverted.iter_mut().zip(&other.unconverted) {
            a.0 += b.0;
            a.1 += b.1;
        }
        self.is_too_large |= other.is_too_large;
    }
}

impl Level {
    fn add(&mut self, other: Self) {
        self.mrr += other.mrr;
        self.active += other.active;
        self.subscriptions += other.subscriptions;
        self.left_out += other.left_out;
    }
}

impl Cell {
    fn add(&mut self, other: &Self) {
        self.moved.iter_mut().zip(other.moved).for_each(|(own, other)| *own += other);
        self.movers.iter_mut().zip(other.movers).for_each(|(own, other)| *own += other);
        self.lost += other.lost;
        self.retained += other.retained;
        self.kept += other.kept;
        self.churned += other.churned;
        self.involuntary += other.involuntary;
        self.base_mrr += other.base_mrr;
        self.base_customers += other.base_customers;
        self.end_mrr += other.end_mrr;
        self.left_out += other.left_out;
    }

    /// Counts each kind of movement that a customer has in the bucket once.
    fn count_kinds(&mut self, kinds: u8) {
        for (kind, movers) in self.movers.iter_mut().enumerate() {
            *movers += i64::from(kinds >> kind & 1);
        }
    }
}

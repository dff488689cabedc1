//! What one customer adds to its cohorts.

use std::sync::Arc;

use model::{Currency, Day};
use rayon::prelude::*;
use smallvec::SmallVec;

use super::own::{Own, take_until};
use super::worths::Worths;
use super::{Cells, CohortValue, Place, Places, Question, Sums};
use crate::columns::{Chunk, Daily};
use crate::query::exchange::{Factor, TooLarge};
use crate::query::moved::number;
use crate::query::scope::{LEFT_OUT, Target};
use crate::query::tally::{Change, Line, Lines};
use crate::query::walk::Range;
use crate::query::{Dimension, QueryError, Reporting};

/// What is remembered of the customer that is being added. Kept and refilled from customer to customer.
#[derive(Default)]
pub(super) struct Scratch {
    lines: Lines,
    /// What each line is worth.
    values: Vec<i64>,
    worths: Worths,
}

impl Question<'_> {
    pub(super) fn add_up(&self) -> Result<Cells, QueryError> {
        let part = self.ledger.chunks().len().div_ceil(rayon::current_num_threads() * 4).max(1);
        let parts: Result<Vec<Places>, TooLarge> =
            self.ledger.chunks().par_chunks(part).map(|chunks| self.of_chunks(chunks)).collect();
        let parts = parts.map_err(|too_large| self.shape.exchange.refused(too_large))?;
        let mut all = self.places();
        for mut part in parts {
            part.drain().for_each(|(place, sums)| all.at(place).add(&sums));
        }
        let mut total = Cells::new();
        for (place, sums) in all.drain() {
            let key = (self.currency_at(place), self.groups.named[place.group as usize].clone());
            total.entry(key).or_default().insert(place.cohort, sums);
        }
        Ok(total)
    }

    fn of_chunks(&self, chunks: &[Arc<Chunk>]) -> Result<Places, TooLarge> {
        let mut places = self.places();
        let mut scratch = Scratch::default();
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                self.add(&mut places, &mut scratch, (chunk, customer))?;
            }
        }
        Ok(places)
    }

    /// Adds a customer to its cohorts: natively, it has one in each currency.
    pub(super) fn add(
        &self,
        places: &mut Places,
        scratch: &mut Scratch,
        (chunk, customer): (&Chunk, usize),
    ) -> Result<(), TooLarge> {
        let (scope, span) = (&self.shape.scope, self.shape.span);
        let range = Range { first: span.first, last: span.last, now: span.now };
        let Some(country) = scope.country(chunk.country(customer)) else { return Ok(()) };
        let daily = chunk.daily(customer);
        match daily.plan.filter(|_| daily.is_of_one_subscription) {
            // Nearly everybody has one line, which is worth what the customer is.
            Some(plan) if !range.cuts(chunk, customer, daily) => {
                let target = scope.target(plan, country);
                if target.series == LEFT_OUT {
                    return Ok(());
                }
                let daily = daily.up_to(span.last);
                self.add_line(places, &mut scratch.worths, (chunk, customer), daily, target)
            }
            _ => {
                scratch.lines.read_customer(chunk, customer, country, scope, range);
                self.add_lines(places, scratch, (chunk, customer))
            }
        }
    }

    /// Adds a customer to a cohort in each thing that it is counted within.
    fn add_lines(
        &self,
        places: &mut Places,
        scratch: &mut Scratch,
        (chunk, customer): (&Chunk, usize),
    ) -> Result<(), TooLarge> {
        let mut counted: SmallVec<[u32; 4]> = scratch.lines.lines.iter().map(|line| line.counted).collect();
        counted.sort_unstable();
        counted.dedup();
        for counted in counted {
            self.add_within(places, scratch, (chunk, customer), counted)?;
        }
        Ok(())
    }

    /// Adds a customer that has one line, which is never added up with another.
    fn add_line(
        &self,
        places: &mut Places,
        worths: &mut Worths,
        (chunk, customer): (&Chunk, usize),
        Daily { days, value_minor, plan, .. }: Daily<'_>,
        target: Target,
    ) -> Result<(), TooLarge> {
        let span = self.shape.span;
        let Some(first) = value_minor.iter().position(|value| *value > 0) else { return Ok(()) };
        let (days, value_minor) = (&days[first..], &value_minor[first..]);
        let cohort = span.bucket(days[0]);
        let own = self.shape.scope.series[target.series as usize].currency;
        let place = self.place((chunk, customer), plan.unwrap_or(0), target.series, cohort);
        let sums = one_more(places, place);
        let end_on = span.end_of(cohort);
        let in_cohort = days.iter().take_while(|day| **day <= end_on).count();
        sums.mrr += worth(self.factor_at(own, cohort), value_minor[in_cohort - 1])?;
        match self.what {
            CohortValue::Revenue => self.add_revenue(&mut sums.changes, (chunk, customer), target.counted),
            CohortValue::Customers => self.add_presence(&mut sums.changes, own, days, value_minor),
            CohortValue::Mrr => self.add_worth(&mut sums.changes, worths, own, days, value_minor),
        }
    }

    /// Whether a line is worth anything at the end of each period.
    fn add_presence(
        &self,
        sums: &mut [i64],
        own: u32,
        days: &[Day],
        value_minor: &[i64],
    ) -> Result<(), TooLarge> {
        let cohort = self.shape.span.buckets.len() - sums.len();
        // Without a rate it is not there.
        let is_always = !self.moves_by_itself || self.shape.exchange.is_steady(own);
        let mut before = 0;
        for (bucket, next, value) in self.levels(days, value_minor) {
            for bucket in bucket..if is_always { bucket + 1 } else { next } {
                let now = i64::from(value > 0 && (is_always || self.factor_at(own, bucket).is_some()));
                if now != before {
                    sums[bucket - cohort] += now - before;
                    before = now;
                }
            }
        }
        Ok(())
    }

    /// What a line is worth at the end of each period.
    fn add_worth(
        &self,
        sums: &mut [i64],
        worths: &mut Worths,
        own: u32,
        days: &[Day],
        value_minor: &[i64],
    ) -> Result<(), TooLarge> {
        let cohort = self.shape.span.buckets.len() - sums.len();
        let mut before = 0;
        if self.shape.exchange.is_same(own) {
            for (bucket, _, value) in self.levels(days, value_minor) {
                sums[bucket - cohort] += value - before;
                before = value;
            }
            return Ok(());
        }
        let buckets = self.shape.span.buckets.len();
        let factors = &self.factors[own as usize * buckets..][..buckets];
        for (bucket, next, value) in self.levels(days, value_minor) {
            if value == 0 {
                sums[bucket - cohort] -= before;
                before = 0;
                continue;
            }
            // Up to the next change only rates can move it.
            let sums = &mut sums[bucket - cohort..next - cohort];
            if let Some(worths) = worths.of(self, own, value).map(|worths| &worths[bucket..next]) {
                sums[0] += worths[0] - before;
                for ((sum, now), earlier) in sums[1..].iter_mut().zip(&worths[1..]).zip(worths) {
                    *sum += now - earlier;
                }
                before = worths[worths.len() - 1];
                continue;
            }
            for (sum, factor) in sums.iter_mut().zip(&factors[bucket..next]) {
                let now = worth(factor.as_ref(), value)?;
                *sum += now - before;
                before = now;
            }
        }
        Ok(())
    }

    /// The values at the ends of those periods in which they change, each with the period of the next change.
    fn levels<'d>(
        &self,
        days: &'d [Day],
        value_minor: &'d [i64],
    ) -> impl Iterator<Item = (usize, usize, i64)> + use<'_, 'd> {
        let span = self.shape.span;
        let mut at = 0;
        let mut bucket = days.first().map_or(0, |day| span.bucket(*day));
        std::iter::from_fn(move || {
            let own = bucket;
            let mut value = *value_minor.get(at)?;
            loop {
                at += 1;
                bucket = days.get(at).map_or(span.buckets.len(), |day| span.bucket(*day));
                if bucket != own {
                    return Some((own, bucket, value));
                }
                value = value_minor[at];
            }
        })
    }

    /// Adds a customer, within what it is counted once, to the cohort of its first value above 0, if it ever had one.
    fn add_within(
        &self,
        places: &mut Places,
        scratch: &mut Scratch,
        (chunk, customer): (&Chunk, usize),
        counted: u32,
    ) -> Result<(), TooLarge> {
        let Scratch { lines, values, .. } = scratch;
        let own = Own { question: self, lines, counted };
        let Some((first, mut rest)) = own.first_above(values) else { return Ok(()) };
        let (cohort, largest) = (self.shape.span.bucket(first), own.largest(values));
        let Line { plan, series, .. } = lines.lines[largest];
        let place = self.place((chunk, customer), plan, series, cohort);
        let sums = one_more(places, place);
        let end = self.shape.span.end_of(cohort);
        take_until(end, &mut rest, values);
        sums.mrr += own.worth(values, end)?;
        match self.what {
            CohortValue::Revenue => self.add_revenue(&mut sums.changes, (chunk, customer), counted),
            CohortValue::Customers | CohortValue::Mrr => {
                self.add_values(&mut sums.changes, own, values, rest)
            }
        }
    }

    /// The cohort of a customer that first had this plan, or of several the most valuable.
    fn place(&self, (chunk, customer): (&Chunk, usize), plan: u32, series: u32, cohort: usize) -> Place {
        let currency = match self.query.currency {
            Reporting::In(_) => 0,
            Reporting::Native => self.shape.scope.series[series as usize].currency,
        };
        Place { currency, group: self.group(chunk, customer, plan), cohort }
    }

    /// From the end of the cohort's own period to that of each in which the value moves: all of them where rates move it,
    /// else those with a change.
    fn add_values(
        &self,
        changes: &mut [i64],
        own: Own<'_>,
        values: &mut [i64],
        mut rest: &[Change],
    ) -> Result<(), TooLarge> {
        let span = self.shape.span;
        let cohort = span.buckets.len() - changes.len();
        let (mut before, mut next) = (0, Some(cohort));
        while let Some(bucket) = next.filter(|bucket| *bucket < span.buckets.len()) {
            let end = span.end_of(bucket);
            take_until(end, &mut rest, values);
            let now = own.value(values, end)?;
            changes[bucket - cohort] += now - before;
            before = now;
            let moves_by_itself = self.moves_by_itself && values.iter().any(|value| *value != 0);
            let next_change = rest.first().map(|change| span.bucket(change.day));
            next = if moves_by_itself { Some(bucket + 1) } else { next_change };
        }
        Ok(())
    }

    /// Net revenue of each period, whether the customer had any value by then or not. What came before the cohort's own
    /// is in it.
    fn add_revenue(
        &self,
        changes: &mut [i64],
        (chunk, customer): (&Chunk, usize),
        counted: u32,
    ) -> Result<(), TooLarge> {
        let (shape, span) = (&self.shape, self.shape.span);
        let cohort = span.buckets.len() - changes.len();
        let native = (self.query.currency == Reporting::Native).then(|| shape.scope.currency_of(counted));
        let place = |currency: Currency| {
            let is_asked = native.is_none_or(|native| native == currency);
            self.money.0.binary_search(&currency).ok().filter(|_| is_asked).map(number)
        };
        if let Some(own) = chunk.revenue(customer, span.now) {
            let Some(currency) = place(own.currency) else { return Ok(()) };
            let up_to = own.days.iter().zip(own.amount_minor).take_while(|(day, _)| **day <= span.last);
            if self.money.1.is_same(currency) {
                up_to.for_each(|(day, minor)| changes[span.bucket(*day).saturating_sub(cohort)] += minor);
                return Ok(());
            }
            for (day, minor) in up_to {
                changes[span.bucket(*day).saturating_sub(cohort)] += self.revenue(currency, *day, *minor)?;
            }
            return Ok(());
        }
        let money = chunk.money(customer);
        for row in 0..money.so_far(span.last, span.now) {
            let Some(sign) = money.kind[row].revenue_sign() else { continue };
            let Some(currency) = place(money.currency[row]) else { continue };
            let (day, minor) = (money.days[row], sign * money.amount_minor[row]);
            changes[span.bucket(day).saturating_sub(cohort)] += self.revenue(currency, day, minor)?;
        }
        Ok(())
    }

    /// An amount of the day, converted; nothing without a rate.
    fn revenue(&self, currency: u32, day: Day, minor: i64) -> Result<i64, TooLarge> {
        self.money.1.factor_on(currency, day).map_or(Ok(0), |factor| factor.convert(minor))
    }

    /// By what the customer first had.
    fn group(&self, chunk: &Chunk, customer: usize, plan: u32) -> u32 {
        match self.query.by {
            None => 0,
            Some(Dimension::Country) => self.groups.numbers[usize::from(chunk.country(customer).number())],
            Some(_) => self.groups.numbers[plan as usize],
        }
    }
}

/// The sums of a cohort, with one more customer in it.
fn one_more(places: &mut Places, place: Place) -> &mut Sums {
    let sums = places.at(place);
    sums.customers += 1;
    sums
}

/// What a value is worth; nothing without a rate.
pub(super) fn worth(factor: Option<&Factor>, value: i64) -> Result<i64, TooLarge> {
    match factor {
        Some(factor) if value != 0 => factor.convert(value),
        _ => Ok(0),
    }
}

//! What one customer adds to its cohorts.

use std::sync::Arc;

use model::{Currency, Day};
use rayon::prelude::*;
use smallvec::SmallVec;

use super::own::{Own, take_until};
use super::table::{Members, Numbers};
use super::worths::Worths;
use super::{Cells, CohortKey, CohortTable, CohortValue, Question};
use crate::columns::{Chunk, Daily};
use crate::query::exchange::{Factor, TooLarge};
use crate::query::moved::number;
use crate::query::scope::{LEFT_OUT, Target};
use crate::query::tally::{Change, Line, Lines};
use crate::query::walk::WalkRange;
use crate::query::{Dimension, QueryError, Reporting};

/// What is remembered of the customer that is being added. Kept and refilled from customer to customer.
#[derive(Default)]
pub(super) struct Scratch {
    lines: Lines,
    /// What each line is worth.
    values: Vec<i64>,
    periods: Periods,
}

/// What a line is worth at the ends of periods.
#[derive(Default)]
struct Periods {
    /// The value at the end of each period in which it changes.
    levels: Vec<(usize, i64)>,
    worths: Worths,
}

impl Question<'_> {
    pub(super) fn add_up(&self) -> Result<Cells, QueryError> {
        let part = self.ledger.chunks().len().div_ceil(rayon::current_num_threads() * 4).max(1);
        let parts: Result<Vec<CohortTable>, TooLarge> =
            self.ledger.chunks().par_chunks(part).map(|chunks| self.of_chunks(chunks)).collect();
        let parts = parts.map_err(|too_large| self.shape.exchange.refused(too_large))?;
        let mut all = self.table();
        parts.iter().for_each(|part| all.merge(part));
        let mut total = Cells::new();
        for (key, sums) in all.each() {
            let series = (self.currency_at(key), self.groups.named[key.group as usize].clone());
            total.entry(series).or_default().insert(key.cohort, sums);
        }
        Ok(total)
    }

    fn of_chunks(&self, chunks: &[Arc<Chunk>]) -> Result<CohortTable, TooLarge> {
        let mut table = self.table();
        let mut scratch = Scratch::default();
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                self.add(&mut table, &mut scratch, (chunk, customer))?;
            }
        }
        Ok(table)
    }

    /// Adds a customer to its cohorts: natively, it has one in each currency.
    pub(super) fn add(
        &self,
        table: &mut CohortTable,
        scratch: &mut Scratch,
        (chunk, customer): (&Chunk, usize),
    ) -> Result<(), TooLarge> {
        let (scope, span) = (&self.shape.scope, self.shape.span);
        let range = WalkRange { first: span.first, last: span.last, now: span.now };
        let Some(country) = scope.country(chunk.country(customer)) else { return Ok(()) };
        let daily = chunk.daily(customer);
        match daily.outline.plan().filter(|_| daily.outline.is_of_one_subscription) {
            // Nearly everybody has one line, which is worth what the customer is.
            Some(plan) if !range.cuts(chunk, customer, daily.outline) => {
                let target = scope.target(plan, country);
                if target.series == LEFT_OUT {
                    return Ok(());
                }
                self.add_line(table, &mut scratch.periods, (chunk, customer), daily, target)
            }
            _ => {
                scratch.lines.read_customer(chunk, customer, country, scope, range);
                self.add_lines(table, scratch, (chunk, customer))
            }
        }
    }

    /// Adds a customer to a cohort in each thing that it is counted within.
    fn add_lines(
        &self,
        table: &mut CohortTable,
        scratch: &mut Scratch,
        (chunk, customer): (&Chunk, usize),
    ) -> Result<(), TooLarge> {
        let mut counted: SmallVec<[u32; 4]> = scratch.lines.lines.iter().map(|line| line.counted).collect();
        counted.sort_unstable();
        counted.dedup();
        for counted in counted {
            self.add_within(table, scratch, (chunk, customer), counted)?;
        }
        Ok(())
    }

    /// Adds a customer that has one line, which is never added up with another.
    fn add_line(
        &self,
        table: &mut CohortTable,
        periods: &mut Periods,
        (chunk, customer): (&Chunk, usize),
        daily: Daily<'_>,
        target: Target,
    ) -> Result<(), TooLarge> {
        let span = self.shape.span;
        let Some(first_on) = daily.outline.first_above(span.last) else { return Ok(()) };
        let cohort = span.bucket(first_on);
        if self.leaves_out(cohort) {
            return Ok(());
        }
        let own = self.shape.scope.series[target.series as usize].currency;
        let key = self.key((chunk, customer), daily.outline.plan().unwrap_or(0), target.series, cohort);
        let is_counted = self.shape.exchange.factor_on(own, first_on).is_some();
        let Numbers { mrr, changes } = table.with_more(key, Members::one(is_counted));
        if !self.is_asked(cohort) {
            return Ok(());
        }
        let daily = daily.up_to(span.end_of(cohort + changes.len() - 1));
        let first = daily.days.iter().take_while(|day| **day < first_on).count();
        let (days, value_minor) = (&daily.days[first..], &daily.value_minor[first..]);
        let end_on = span.end_of(cohort);
        let in_cohort = days.iter().take_while(|day| **day <= end_on).count();
        *mrr += worth(self.factor_at(own, cohort), value_minor[in_cohort - 1])?;
        let days = days.iter().map(|day| span.bucket(*day) - cohort).zip(value_minor.iter().copied());
        match self.what {
            CohortValue::Revenue => {
                return self.add_revenue(changes, cohort, (chunk, customer), own, target.counted);
            }
            CohortValue::Mrr if self.shape.exchange.is_same(own) => add_changes(changes, days, |value| value),
            CohortValue::Mrr => {
                let factors = &self.factors[own as usize * span.buckets.len() + cohort..];
                let worth = |period: usize, value| worth(factors[period].as_ref(), value);
                let last = value_minor.last().copied().filter(|last| *last != 0);
                let known = last.and_then(|last| periods.worths.of(self, own, last));
                add_periods(changes, &mut periods.levels, days, worth, known.map(|known| &known[cohort..]))?;
            }
            // Without a rate it is not there.
            CohortValue::Customers if self.moves_by_itself => {
                let factors = &self.factors[own as usize * span.buckets.len() + cohort..];
                let is_there = |period: usize, value| Ok(i64::from(value > 0 && factors[period].is_some()));
                add_periods(changes, &mut periods.levels, days, is_there, None)?;
            }
            CohortValue::Customers => add_changes(changes, days, |value| i64::from(value > 0)),
        }
        Ok(())
    }

    /// Adds a customer, within what it is counted once, to the cohort of its first value above 0, if it ever had one.
    fn add_within(
        &self,
        table: &mut CohortTable,
        scratch: &mut Scratch,
        (chunk, customer): (&Chunk, usize),
        counted: u32,
    ) -> Result<(), TooLarge> {
        let Scratch { lines, values, .. } = scratch;
        let own = Own { question: self, lines, counted };
        let Some((first, mut rest)) = own.first_above(values) else { return Ok(()) };
        let (cohort, largest) = (self.shape.span.bucket(first), own.largest(values));
        let is_counted = own.is_above(values, Some(first));
        if self.leaves_out(cohort) {
            return Ok(());
        }
        let Line { plan, series, .. } = lines.lines[largest];
        let key = self.key((chunk, customer), plan, series, cohort);
        let Numbers { mrr, changes } = table.with_more(key, Members::one(is_counted));
        if !self.is_asked(cohort) {
            return Ok(());
        }
        let end = self.shape.span.end_of(cohort);
        take_until(end, &mut rest, values);
        *mrr += own.worth(values, end)?;
        match self.what {
            CohortValue::Revenue => {
                let currency = self.shape.scope.series[series as usize].currency;
                self.add_revenue(changes, cohort, (chunk, customer), currency, counted)
            }
            CohortValue::Customers | CohortValue::Mrr => self.add_values(changes, cohort, own, values, rest),
        }
    }

    /// The cohort of a customer that first had this plan, or of several the most valuable.
    fn key(&self, (chunk, customer): (&Chunk, usize), plan: u32, series: u32, cohort: usize) -> CohortKey {
        let currency = match self.query.currency {
            Reporting::In(_) => 0,
            Reporting::Native => self.shape.scope.series[series as usize].currency,
        };
        CohortKey { currency, group: self.group(chunk, customer, plan), cohort }
    }

    /// From the end of the cohort's own period to that of each in which the value moves: all of them where rates move it,
    /// else those with a change.
    fn add_values(
        &self,
        changes: &mut [i64],
        cohort: usize,
        own: Own<'_>,
        values: &mut [i64],
        mut rest: &[Change],
    ) -> Result<(), TooLarge> {
        let span = self.shape.span;
        let (mut before, mut next) = (0, Some(cohort));
        while let Some(bucket) = next.filter(|bucket| *bucket < cohort + changes.len()) {
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
    /// is in it. Most of it is `expected` in the currency of what the customer first had.
    fn add_revenue(
        &self,
        changes: &mut [i64],
        cohort: usize,
        (chunk, customer): (&Chunk, usize),
        expected: u32,
        counted: u32,
    ) -> Result<(), TooLarge> {
        let (shape, span) = (&self.shape, self.shape.span);
        let last = span.end_of(cohort + changes.len() - 1);
        let native = (self.query.currency == Reporting::Native).then(|| shape.scope.currency_of(counted));
        let place = |currency: Currency| {
            let is_asked = native.is_none_or(|native| native == currency);
            let place = match shape.scope.currencies[expected as usize] == currency {
                true => self.money_places[expected as usize],
                false => self.money.0.binary_search(&currency).ok().map(number),
            };
            place.filter(|_| is_asked)
        };
        if let Some(own) = chunk.revenue(customer, span.now) {
            let Some(currency) = place(own.currency) else { return Ok(()) };
            let later = own.days.iter().rev().take_while(|day| **day > last).count();
            let (up_to, periods) = (own.days.len() - later, span.periods());
            let up_to = own.days[..up_to].iter().zip(own.amount_minor);
            if self.money.1.is_same(currency) {
                for (day, minor) in up_to {
                    changes[periods.of(*day).saturating_sub(cohort)] += minor;
                }
            } else {
                let factors = self.money.1.factors(currency);
                for (day, minor) in up_to {
                    let minor = worth(factors.on(*day), *minor)?;
                    changes[periods.of(*day).saturating_sub(cohort)] += minor;
                }
            }
            return Ok(());
        }
        let money = chunk.money(customer);
        for row in 0..money.so_far(last, span.now) {
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

/// Adds what each day makes of a value: within a period, all of its days add up to what the period does.
fn add_changes(changes: &mut [i64], days: impl Iterator<Item = (usize, i64)>, worth: impl Fn(i64) -> i64) {
    let mut before = 0;
    for (period, value) in days {
        let now = worth(value);
        changes[period] += now - before;
        before = now;
    }
}

/// Adds what a value is worth at the end of each period, where that also changes without the value. `known` has it for
/// the last value in all periods, where many customers have that. The first day is of the first period.
fn add_periods(
    changes: &mut [i64],
    levels: &mut Vec<(usize, i64)>,
    days: impl ExactSizeIterator<Item = (usize, i64)>,
    worth: impl Fn(usize, i64) -> Result<i64, TooLarge>,
    known: Option<&[i64]>,
) -> Result<(), TooLarge> {
    levels.resize(levels.len().max(days.len() + 1), (0, 0));
    let (mut count, mut known_period) = (0, usize::MAX);
    for (period, value) in days {
        // Of the days of one period the last counts.
        count += usize::from(period != known_period);
        known_period = period;
        levels[count] = (period, value);
    }
    let Some((last, value)) = levels[1..=count].last().copied() else { return Ok(()) };
    let levels = &levels[1..=count];
    let (mut before, mut level) = (0, 0);
    for (period, change) in changes[..last].iter_mut().enumerate() {
        level += usize::from(levels[level + 1].0 <= period);
        let now = worth(period, levels[level].1)?;
        *change += now - before;
        before = now;
    }
    if value == 0 {
        changes[last] -= before;
        return Ok(());
    }
    // From the last change on only rates move it.
    let Some(known) = known else {
        for (period, change) in changes.iter_mut().enumerate().skip(last) {
            let now = worth(period, value)?;
            *change += now - before;
            before = now;
        }
        return Ok(());
    };
    let rest = &mut changes[last..];
    let known = &known[last..][..rest.len()];
    rest[0] += known[0] - before;
    for (change, pair) in rest[1..].iter_mut().zip(known.windows(2)) {
        *change += pair[1] - pair[0];
    }
    Ok(())
}

/// What a value is worth; nothing without a rate.
#[inline]
pub(super) fn worth(factor: Option<&Factor>, value: i64) -> Result<i64, TooLarge> {
    match factor {
        Some(factor) if value != 0 => factor.convert(value),
        _ => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The value at the end of each of some periods.
    fn at_ends(days: &[(usize, i64)], periods: usize) -> Vec<i64> {
        let at_end =
            |period| days.iter().rev().find(|(day, _)| *day <= period).map_or(0, |(_, value)| *value);
        (0..periods).map(at_end).collect()
    }

    fn added_up(changes: &[i64]) -> Vec<i64> {
        let sums = changes.iter().scan(0, |sum, change| {
            *sum += change;
            Some(*sum)
        });
        sums.collect()
    }

    proptest! {
        #[test]
        fn changes_add_up_to_what_there_is_at_the_end_of_every_period(
            mut days in prop::collection::vec((0..12_usize, 0..4_i64), 0..20),
            rates in prop::collection::vec(prop::option::of(1..9_i64), 12),
        ) {
            days.sort_by_key(|(period, _)| *period);
            // A customer is in the cohort of its first value.
            days.insert(0, (0, 1));
            let values = at_ends(&days, 12);
            let mut changes = [0; 12];
            add_changes(&mut changes, days.iter().copied(), |value| i64::from(value > 0));
            let is_above: Vec<i64> = values.iter().map(|value| i64::from(*value > 0)).collect();
            prop_assert_eq!(added_up(&changes), is_above);

            let worth = |period: usize, value: i64| Ok(rates[period].map_or(0, |rate| rate * value));
            let expected: Vec<i64> = (0..12).map(|period| worth(period, values[period]).unwrap()).collect();
            let last = days.last().map_or(0, |(_, value)| *value);
            let known: Vec<i64> = (0..12).map(|period| worth(period, last).unwrap()).collect();
            for known in [None, Some(known.as_slice())] {
                let mut changes = [0; 12];
                add_periods(&mut changes, &mut Vec::new(), days.iter().copied(), worth, known).unwrap();
                prop_assert_eq!(added_up(&changes), expected.clone());
            }
        }
    }
}

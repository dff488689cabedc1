//! A customer's rows by subscription and price: the finest grain, at which amounts are converted and rounded.

use model::Day;
use smallvec::SmallVec;

use super::super::exchange::{Factor, TooLarge};
use super::super::scope::{LEFT_OUT, Scope, Target};
use super::super::walk::WalkRange;
use crate::columns::{Chunk, Daily, NEVER, RowSlices};

/// What one price of one subscription is worth. Kept and refilled from customer to customer.
#[derive(Debug, Default)]
pub(in super::super) struct Lines {
    pub(in super::super) lines: SmallVec<[Line; 4]>,
    /// Within the range, in order of days.
    pub(in super::super) changes: Vec<Change>,
}

#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Line {
    pub(in super::super) subscription: u32,
    pub(in super::super) plan: u32,
    pub(in super::super) series: u32,
    pub(in super::super) counted: u32,
    /// Just before the range.
    pub(in super::super) opening: i64,
    /// At the end of the last day that was looked at.
    pub(in super::super) value: i64,
    running: i64,
    day: Day,
}

/// What one line changed by over a day.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Change {
    pub(in super::super) line: u32,
    pub(in super::super) day: Day,
    pub(in super::super) before: i64,
    pub(in super::super) after: i64,
}

impl Lines {
    /// Reads a customer's rows of MRR. `country` is the scope's number for the customer's.
    pub(in super::super) fn read_customer(
        &mut self,
        chunk: &Chunk,
        customer: usize,
        country: u32,
        scope: &Scope,
        range: WalkRange,
    ) {
        let daily = chunk.daily(customer);
        match daily.outline.plan().filter(|_| daily.outline.is_of_one_subscription) {
            Some(plan) if !range.cuts(chunk, customer, daily.outline) => {
                self.lines.clear();
                self.changes.clear();
                let target = scope.target(plan, country);
                if target.series != LEFT_OUT && daily.outline.has_row(range.last) {
                    let subscription = chunk.rows(customer).subscription[0];
                    self.take_daily(daily, Line::new(subscription, plan, target), range);
                }
            }
            _ => self.read(chunk.rows(customer), country, scope, range),
        }
    }

    /// What all rows of one line come to.
    fn take_daily(&mut self, daily: Daily<'_>, line: Line, range: WalkRange) {
        let (opening, within) = daily.within(range.first, range.last);
        let mut line = Line { opening, value: opening, ..line };
        for (day, value) in within.days.iter().zip(within.value_minor) {
            line.day = *day;
            line.running = *value;
            close(&mut line, 0, range.first, &mut self.changes);
        }
        self.lines.push(line);
    }

    /// Reads any rows of a customer.
    pub(in super::super) fn read(
        &mut self,
        rows: RowSlices<'_>,
        country: u32,
        scope: &Scope,
        range: WalkRange,
    ) {
        self.lines.clear();
        self.changes.clear();
        for row in 0..rows.days.len() {
            let day = rows.days[row];
            if day >= range.last && (day > range.last || rows.at[row] > range.now.0) {
                break;
            }
            let (subscription, plan) = (rows.subscription[row], rows.plan[row]);
            let place = self.lines.iter().position(|l| l.subscription == subscription && l.plan == plan);
            let place = match place {
                Some(place) => place,
                None => {
                    let target = scope.target(plan, country);
                    if target.series == LEFT_OUT {
                        continue;
                    }
                    self.lines.push(Line::new(subscription, plan, target));
                    self.lines.len() - 1
                }
            };
            let line = &mut self.lines[place];
            if line.day != day {
                close(line, place, range.first, &mut self.changes);
                line.day = day;
            }
            line.running += rows.delta_minor[row];
        }
        for (place, line) in self.lines.iter_mut().enumerate() {
            close(line, place, range.first, &mut self.changes);
        }
        if self.lines.len() > 1 {
            self.changes.sort_by_key(|change| change.day);
        }
    }

    /// Every line with its changes.
    pub(in super::super) fn each(&self) -> impl Iterator<Item = (&Line, impl Iterator<Item = &Change>)> {
        (0_u32..)
            .zip(&self.lines)
            .map(|(number, line)| (line, self.changes.iter().filter(move |change| change.line == number)))
    }

    /// What the lines of a series changed by on a day, each converted. Days have to be asked for in order, each with
    /// what the one before left of the changes.
    pub(in super::super) fn changed(
        &self,
        rest: &mut &[Change],
        series: u32,
        day: Day,
        factor: &Factor,
    ) -> Result<i64, TooLarge> {
        while rest.first().is_some_and(|change| change.day < day) {
            *rest = &rest[1..];
        }
        let mut sum = 0;
        for change in rest.iter().take_while(|change| change.day == day) {
            if self.lines[change.line as usize].series == series {
                sum += factor.convert(change.after - change.before)?;
            }
        }
        Ok(sum)
    }
}

impl Line {
    fn new(subscription: u32, plan: u32, target: Target) -> Self {
        let Target { series, counted } = target;
        Self { subscription, plan, series, counted, opening: 0, value: 0, running: 0, day: NEVER }
    }

    pub(in super::super) fn is_of_subscription(&self, other: &Self) -> bool {
        self.subscription == other.subscription && self.counted == other.counted
    }
}

/// Ends a line's day: before the range it makes the opening value, within it a difference is a change.
#[inline]
fn close(line: &mut Line, place: usize, first: Day, changes: &mut Vec<Change>) {
    let (before, after) = (line.value, line.running);
    line.value = after;
    if line.day < first {
        line.opening = after;
    } else if before != after {
        let line_number = u32::try_from(place).unwrap_or(u32::MAX);
        changes.push(Change { line: line_number, day: line.day, before, after });
    }
}

//! One customer's values over time, within what it is counted once.

use model::Day;

use super::{CohortValue, Question};
use crate::query::exchange::TooLarge;
use crate::query::tally::{Change, Lines};

/// A customer within what it is counted once.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) lines: &'a Lines,
    pub(super) counted: u32,
}

impl<'a> Own<'a> {
    /// The day of the first value above 0, with what the lines were worth at its end and the changes that are left.
    pub(super) fn first_above(self, values: &mut Vec<i64>) -> Option<(Day, &'a [Change])> {
        values.clear();
        values.resize(self.lines.lines.len(), 0);
        let mut rest = self.lines.changes.as_slice();
        while let Some(first) = rest.first() {
            take_until(first.day, &mut rest, values);
            if self.is_above(values, None) {
                return Some((first.day, rest));
            }
        }
        None
    }

    /// The most valuable line; the first of those that are worth the same.
    pub(super) fn largest(self, values: &[i64]) -> usize {
        let own = (0..values.len()).filter(|line| self.lines.lines[*line].counted == self.counted);
        own.max_by_key(|line| (values[*line], std::cmp::Reverse(*line))).unwrap_or(0)
    }

    /// Whether any currency of what is counted is above 0; on a day, only such as have a rate then.
    pub(super) fn is_above(self, values: &[i64], on: Option<Day>) -> bool {
        let shape = &self.question.shape;
        let own = || self.lines.lines.iter().zip(values).filter(|(line, _)| line.counted == self.counted);
        own().any(|(line, _)| {
            let currency = shape.scope.series[line.series as usize].currency;
            let has_rate = on.is_none_or(|day| shape.exchange.factor_on(currency, day).is_some());
            let of_series = own().filter(|(other, _)| other.series == line.series);
            has_rate && of_series.map(|(_, value)| *value).sum::<i64>() > 0
        })
    }

    /// What it adds to its cell at the end of a day.
    pub(super) fn value(self, values: &[i64], on: Day) -> Result<i64, TooLarge> {
        match self.question.what {
            CohortValue::Customers => Ok(i64::from(self.is_above(values, Some(on)))),
            CohortValue::Mrr | CohortValue::Revenue => self.worth(values, on),
        }
    }

    /// The MRR at the end of a day.
    pub(super) fn worth(self, values: &[i64], on: Day) -> Result<i64, TooLarge> {
        let shape = &self.question.shape;
        let mut sum = 0;
        for (line, value) in self.lines.lines.iter().zip(values) {
            let currency = shape.scope.series[line.series as usize].currency;
            if *value != 0
                && line.counted == self.counted
                && let Some(factor) = shape.exchange.factor_on(currency, on)
            {
                sum += factor.convert(*value)?;
            }
        }
        Ok(sum)
    }
}

/// Takes the changes up to the end of a day.
pub(super) fn take_until(on: Day, rest: &mut &[Change], values: &mut [i64]) {
    let due = rest.iter().take_while(|change| change.day <= on).count();
    for change in &rest[..due] {
        values[change.line as usize] = change.after;
    }
    *rest = &rest[due..];
}

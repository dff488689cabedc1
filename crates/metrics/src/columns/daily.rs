//! What each customer is worth at the end of every day on which that changed, so that answers need not net its rows
//! again. Twelve bytes for each such day, and thirteen for each customer.

use model::Day;

use super::chunk::{Rows, range};

/// A customer's rows are of several plans.
const SEVERAL: u32 = u32::MAX;

/// All rows of a customer together, whatever their currencies: only where they are one series is it worth that.
#[derive(Debug, Default)]
pub(super) struct DailyValues {
    /// One per customer: where its days end.
    ends: Vec<u32>,
    days: Vec<Day>,
    value_minor: Vec<i64>,
    /// One per customer: the plan of all of its rows, or [`SEVERAL`].
    plans: Vec<u32>,
    /// One per customer: whether its rows are of one subscription.
    are_of_one_subscription: Vec<bool>,
    /// One per customer: the day of its last row.
    last_on: Vec<Day>,
}

/// A customer's value, day by day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Daily<'a> {
    /// Those on which the value changed.
    pub(crate) days: &'a [Day],
    /// At the end of each.
    pub(crate) value_minor: &'a [i64],
    /// The plan of all rows; `None` where there are several, or no rows.
    pub(crate) plan: Option<u32>,
    pub(crate) is_of_one_subscription: bool,
    /// The day of the last row; [`NEVER`] without any.
    pub(crate) last_on: Day,
}

/// Before any day.
pub(crate) const NEVER: Day = Day(i32::MIN);

impl DailyValues {
    pub(super) fn of(rows: &Rows, days: &[Day]) -> Self {
        let mut all = Self::default();
        for customer in 0..rows.ends.len() {
            let own = range(&rows.ends, customer);
            all.push(&days[own.clone()], &rows.delta_minor[own.clone()]);
            let is_one = |numbers: &[u32]| numbers.windows(2).all(|pair| pair[0] == pair[1]);
            let plans = &rows.plan[own.clone()];
            all.plans.push(plans.first().copied().filter(|_| is_one(plans)).unwrap_or(SEVERAL));
            all.are_of_one_subscription.push(is_one(&rows.subscription[own]));
        }
        all.days.shrink_to_fit();
        all.value_minor.shrink_to_fit();
        all
    }

    fn push(&mut self, days: &[Day], deltas_minor: &[i64]) {
        let (mut value, mut at) = (0_i64, 0);
        for run in days.chunk_by(|a, b| a == b) {
            let before = value;
            for delta in &deltas_minor[at..at + run.len()] {
                // Amounts of several currencies may add up to anything.
                value = value.wrapping_add(*delta);
            }
            at += run.len();
            if value != before {
                self.days.push(run[0]);
                self.value_minor.push(value);
            }
        }
        self.ends.push(u32::try_from(self.days.len()).unwrap_or(u32::MAX));
        self.last_on.push(days.last().copied().unwrap_or(NEVER));
    }

    pub(super) fn of_customer(&self, customer: usize) -> Daily<'_> {
        let own = range(&self.ends, customer);
        Daily {
            days: &self.days[own.clone()],
            value_minor: &self.value_minor[own],
            plan: Some(self.plans[customer]).filter(|plan| *plan != SEVERAL),
            is_of_one_subscription: self.are_of_one_subscription[customer],
            last_on: self.last_on[customer],
        }
    }
}

impl Daily<'_> {
    /// Without what comes after a day.
    pub(crate) fn up_to(self, last: Day) -> Self {
        let later = self.days.iter().rev().take_while(|day| **day > last).count();
        let end = self.days.len() - later;
        Self { days: &self.days[..end], value_minor: &self.value_minor[..end], ..self }
    }
}

//! What each customer is worth at the end of every day on which that changed, so that answers need not net its rows
//! again. Twelve bytes for each such day, and an [`Outline`] for each customer.

use model::{Day, UnixSeconds};

use super::ends::range;
use super::rows::Rows;

/// Stands for the plan of a customer whose rows have several.
const SEVERAL: u32 = u32::MAX;
const DAY_SECONDS: i64 = 86_400;

/// All rows of a customer together, whatever their currencies: only where they are one series is it worth that.
#[derive(Debug, Default)]
pub(super) struct DailyValues {
    /// One per customer: where its days end.
    ends: Vec<u32>,
    days: Vec<Day>,
    value_minor: Vec<i64>,
    /// One per customer.
    outlines: Vec<Outline>,
}

/// What there is to say of a customer without a look at its days: most of it is as it has been for long. Forty bytes that
/// lie side by side, so that a walk over everybody reads them in one go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outline {
    /// The plan of all rows, or [`SEVERAL`].
    plan: u32,
    /// The days of the first and the last row; [`NEVER`] without any.
    first_on: Day,
    pub(crate) last_on: Day,
    /// The first day with a value above 0 at its end; [`NEVER`] without one.
    first_above_on: Day,
    /// After all days, and before the last of them.
    minor: i64,
    before_minor: i64,
    pub(crate) is_of_one_subscription: bool,
}

/// A customer's value, day by day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Daily<'a> {
    /// Those on which the value changed.
    pub(crate) days: &'a [Day],
    /// At the end of each.
    pub(crate) value_minor: &'a [i64],
    pub(crate) outline: &'a Outline,
}

/// Before any day.
pub(crate) const NEVER: Day = Day(i32::MIN);

impl DailyValues {
    pub(super) fn of(rows: &Rows, days: &[Day]) -> Self {
        let mut all = Self::default();
        for customer in 0..rows.ends.len() {
            let own = range(&rows.ends, customer);
            let start = all.days.len();
            all.push(&days[own.clone()], &rows.delta_minor[own.clone()]);
            let values = all.days[start..].iter().zip(&all.value_minor[start..]);
            let mut outline = Outline::of_days(values);
            let (first_on, last_on) = (days[own.clone()].first(), days[own.clone()].last());
            outline.first_on = first_on.copied().unwrap_or(NEVER);
            outline.last_on = last_on.copied().unwrap_or(NEVER);
            let is_one = |numbers: &[u32]| numbers.windows(2).all(|pair| pair[0] == pair[1]);
            let plans = &rows.plan[own.clone()];
            outline.plan = plans.first().copied().filter(|_| is_one(plans)).unwrap_or(SEVERAL);
            outline.is_of_one_subscription = is_one(&rows.subscription[own]);
            all.outlines.push(outline);
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
    }

    pub(super) fn of_customer(&self, customer: usize) -> Daily<'_> {
        let own = range(&self.ends, customer);
        Daily {
            days: &self.days[own.clone()],
            value_minor: &self.value_minor[own],
            outline: &self.outlines[customer],
        }
    }

    pub(super) fn outline(&self, customer: usize) -> &Outline {
        &self.outlines[customer]
    }
}

impl Outline {
    fn of_days<'d>(values: impl DoubleEndedIterator<Item = (&'d Day, &'d i64)> + Clone) -> Self {
        let first_above = values.clone().find(|(_, minor)| **minor > 0);
        let mut latest = values.rev().map(|(_, minor)| *minor);
        Self {
            plan: SEVERAL,
            first_on: NEVER,
            last_on: NEVER,
            first_above_on: first_above.map_or(NEVER, |(day, _)| *day),
            minor: latest.next().unwrap_or(0),
            before_minor: latest.next().unwrap_or(0),
            is_of_one_subscription: false,
        }
    }

    /// The plan of all rows; `None` where there are several, or no rows.
    pub(crate) fn plan(&self) -> Option<u32> {
        Some(self.plan).filter(|plan| *plan != SEVERAL)
    }

    /// Whether all rows are one price of one subscription, which is what is converted as a whole.
    pub(crate) fn is_one_line(&self) -> bool {
        self.plan != SEVERAL && self.is_of_one_subscription
    }

    /// Whether there is any row up to the end of a day.
    pub(crate) fn has_row(&self, last: Day) -> bool {
        self.last_on != NEVER && self.first_on <= last
    }

    /// The first day up to another with a value above 0 at its end.
    pub(crate) fn first_above(&self, last: Day) -> Option<Day> {
        Some(self.first_above_on).filter(|day| *day != NEVER && *day <= last)
    }

    /// Whether all rows are of before a moment, in whatever zone.
    pub(crate) fn ended_before(&self, now: UnixSeconds) -> bool {
        // In no zone does a day end later than this.
        (i64::from(self.last_on.0) + 2) * DAY_SECONDS < now.0
    }
}

impl Daily<'_> {
    /// Without what comes after a day.
    pub(crate) fn up_to(self, last: Day) -> Self {
        let later = self.days.iter().rev().take_while(|day| **day > last).count();
        let end = self.days.len() - later;
        Self { days: &self.days[..end], value_minor: &self.value_minor[..end], ..self }
    }

    /// The value at the end of a day, and before the last change up to then.
    pub(crate) fn latest(self, last: Day) -> (i64, i64) {
        if self.outline.last_on <= last {
            return (self.outline.minor, self.outline.before_minor);
        }
        match self.up_to(last).value_minor {
            [] => (0, 0),
            [only] => (*only, 0),
            [.., before, last] => (*last, *before),
        }
    }

    /// The value just before a day, and the changes of that day and after it up to another: earlier ones are not looked at.
    pub(crate) fn within(self, first: Day, last: Day) -> (i64, Self) {
        if self.outline.last_on < first {
            return (self.outline.minor, Self { days: &[], value_minor: &[], ..self });
        }
        let so_far = self.up_to(last);
        let own = so_far.days.iter().rev().take_while(|day| **day >= first).count();
        let start = so_far.days.len() - own;
        let opening = start.checked_sub(1).map_or(0, |before| so_far.value_minor[before]);
        (opening, Self { days: &so_far.days[start..], value_minor: &so_far.value_minor[start..], ..self })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One customer whose value changes by so much on each of these days.
    fn daily(changes: &[(i32, i64)]) -> DailyValues {
        let days: Vec<Day> = changes.iter().map(|(day, _)| Day(*day)).collect();
        let count = u32::try_from(changes.len()).unwrap();
        let rows = Rows {
            ends: vec![count],
            at: days.iter().map(|day| i64::from(day.0) * DAY_SECONDS).collect(),
            subscription: vec![0; days.len()],
            plan: vec![7; days.len()],
            delta_minor: changes.iter().map(|(_, delta)| *delta).collect(),
        };
        DailyValues::of(&rows, &days)
    }

    proptest! {
        #[test]
        fn what_is_said_without_the_days_is_what_they_say(
            mut changes in prop::collection::vec((0..40_i32, -3..4_i64), 0..12),
            first in 0..42_i32,
            length in -1..42_i32,
        ) {
            changes.sort_by_key(|(day, _)| *day);
            let (first, last) = (Day(first), Day(first + length));
            let all = daily(&changes);
            let own = all.of_customer(0);
            let value_at = |on: i32| changes.iter().filter(|(day, _)| *day <= on).map(|(_, delta)| delta).sum::<i64>();
            let (opening, within) = own.within(first, last);
            prop_assert_eq!(opening, value_at(first.0.min(last.0 + 1) - 1));
            let expected: Vec<(Day, i64)> = (first.0..=last.0)
                .filter(|day| value_at(*day) != value_at(*day - 1))
                .map(|day| (Day(day), value_at(day)))
                .collect();
            let found: Vec<(Day, i64)> = within.days.iter().copied().zip(within.value_minor.iter().copied()).collect();
            prop_assert_eq!(found, expected);
            let changed_on = (0..=last.0).rev().find(|day| value_at(*day) != value_at(*day - 1));
            prop_assert_eq!(own.latest(last), (value_at(last.0), changed_on.map_or(0, |on| value_at(on - 1))));
            let above_on = (0..=last.0).find(|day| value_at(*day) > 0).map(Day);
            prop_assert_eq!(own.outline.first_above(last), above_on);
            prop_assert_eq!(own.outline.has_row(last), changes.iter().any(|(day, _)| *day <= last.0));
            prop_assert_eq!(own.outline.plan(), (!changes.is_empty()).then_some(7));
        }
    }

    #[test]
    fn a_day_has_ended_when_it_has_in_every_zone() {
        let all = daily(&[(10, 1)]);
        let ends_at = 12 * DAY_SECONDS;
        assert!(!all.outline(0).ended_before(UnixSeconds(ends_at)));
        assert!(all.outline(0).ended_before(UnixSeconds(ends_at + 1)));
    }
}

//! Months as instants.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use model::UnixSeconds;

/// How far a running clock may carry on after the present.
const FUTURE_MONTHS: usize = 240;

/// The first instant of every month that can matter, in UTC; month 0 is the first of the history.
pub struct Calendar {
    starts: Vec<i64>,
}

impl Calendar {
    /// `history` months before that of `now`.
    pub fn ending_with(now: UnixSeconds, history: usize) -> Self {
        let this_month = now.timestamp().to_zoned_datetime(TimeZone::UTC).date().first_of_month();
        let first = this_month.saturating_sub((history as i64).months());
        let starts = (0..history + FUTURE_MONTHS).map(|month| {
            let date = first.saturating_add((month as i64).months());
            model::Day::from(date).starts_at(&TimeZone::UTC).0
        });
        Self { starts: starts.collect() }
    }

    /// Beyond the last month: never.
    pub fn start_of(&self, month: usize) -> i64 {
        self.starts.get(month).copied().unwrap_or(i64::MAX / 2)
    }

    /// The month that an instant falls in; the first for what lies before it.
    pub fn month_of(&self, at: i64) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    pub fn last_month(&self) -> usize {
        self.starts.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_begins_where_the_calendar_says() {
        let now = UnixSeconds(1_763_900_000); // in November 2025
        let calendar = Calendar::ending_with(now, 2);
        assert_eq!(UnixSeconds(calendar.start_of(0)).to_string(), "2025-09-01T00:00:00Z");
        assert_eq!(UnixSeconds(calendar.start_of(2)).to_string(), "2025-11-01T00:00:00Z");
        assert_eq!(calendar.month_of(now.0), 2);
        assert_eq!(calendar.month_of(calendar.start_of(1) - 1), 0);
        assert_eq!(calendar.month_of(0), 0);
    }
}

//! Ranges that are named by what they are of today, such as the last twelve months, and the days that they mean.

use jiff::ToSpan;
use model::Day;

/// A range that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedRange {
    LastDays(i32),
    /// The full months before the current one, and that one so far.
    LastMonths(i64),
    FullMonths(i64),
    /// The month, quarter or year of today so far, by its months.
    Current(i64),
    /// The whole one before it.
    Last(i64),
    All,
    /// The next twelve months.
    Ahead,
}

impl NamedRange {
    /// The one that is meant where none is named.
    pub const USUAL: Self = Self::LastMonths(12);

    /// Its first and its last day. `first_on` is the first day of all data.
    pub fn days(self, today: Day, first_on: Option<Day>) -> (Day, Day) {
        let month = first_of(today, 1);
        match self {
            Self::LastDays(count) => (Day(today.0 + 1 - count), today),
            Self::LastMonths(count) => (months_later(month, 1 - count), today),
            Self::FullMonths(count) => (months_later(month, -count), month.previous()),
            Self::Current(months) => (first_of(today, months), today),
            Self::Last(months) => {
                let first = first_of(today, months);
                (months_later(first, -months), first.previous())
            }
            Self::All => {
                let first_on = first_on.filter(|day| *day < today);
                (first_on.unwrap_or_else(|| Self::USUAL.days(today, None).0), today)
            }
            Self::Ahead => (month, months_later(month, 12).previous()),
        }
    }
}

/// The first day of the month, quarter or year of a day, by its months.
pub fn first_of(day: Day, months: i64) -> Day {
    let date = day.date().first_of_month();
    let into = i64::from(date.month() - 1).rem_euclid(months);
    Day::from(date.saturating_sub(into.months()))
}

/// The same day of a month later or earlier, or that month's last day where it is shorter.
pub fn months_later(day: Day, months: i64) -> Day {
    Day::from(day.date().saturating_add(months.months()))
}

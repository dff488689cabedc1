//! The buckets that time is cut into on a page.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Day;

/// How long one bucket of a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WeekStart {
    #[default]
    Monday,
    Sunday,
}

/// One bucket: its first and its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bucket {
    pub start_on: Day,
    pub end_on: Day,
}

impl Interval {
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The bucket that a day falls in.
    pub fn bucket(self, day: Day, week_start: WeekStart) -> Bucket {
        let start = self.first_date(day.date(), week_start);
        let next = match self {
            Self::Day => start.saturating_add(1.day()),
            Self::Week => start.saturating_add(7.days()),
            Self::Month => start.saturating_add(1.month()),
            Self::Quarter => start.saturating_add(3.months()),
            Self::Year => start.saturating_add(1.year()),
        };
        Bucket { start_on: Day::from(start), end_on: Day::from(next).previous() }
    }

    /// Every bucket that has a day of `from..=to`, in order. Whole ones: a month is the month.
    pub fn buckets(self, from: Day, to: Day, week_start: WeekStart) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        let mut day = from;
        while day <= to {
            let bucket = self.bucket(day, week_start);
            buckets.push(bucket);
            if bucket.end_on < day {
                break; // the end of the calendar
            }
            day = bucket.end_on.next();
        }
        buckets
    }

    fn first_date(self, date: Date, week_start: WeekStart) -> Date {
        let month = match self {
            Self::Day => return date,
            Self::Week => {
                let first = match week_start {
                    WeekStart::Monday => Weekday::Monday,
                    WeekStart::Sunday => Weekday::Sunday,
                };
                return date.saturating_sub(i64::from(date.weekday().since(first)).days());
            }
            Self::Month => date.month(),
            Self::Quarter => (date.month() - 1) / 3 * 3 + 1,
            Self::Year => 1,
        };
        Date::new(date.year(), month, 1).unwrap_or(date)
    }
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|interval| interval.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is not an interval: use day, week, month, quarter or year"))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(interval: Interval, day: &str, week_start: WeekStart) -> (String, String) {
        let bucket = interval.bucket(day.parse().unwrap(), week_start);
        (bucket.start_on.to_string(), bucket.end_on.to_string())
    }

    #[test]
    fn a_bucket_holds_whole_days_from_its_first_to_its_last() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let monday = WeekStart::Monday;
        assert_eq!(bucket(Interval::Day, "2024-02-29", monday), pair("2024-02-29", "2024-02-29"));
        assert_eq!(bucket(Interval::Week, "2026-11-22", monday), pair("2026-11-16", "2026-11-22"));
        assert_eq!(bucket(Interval::Week, "2026-11-22", WeekStart::Sunday), pair("2026-11-22", "2026-11-28"));
        assert_eq!(bucket(Interval::Month, "2024-02-10", monday), pair("2024-02-01", "2024-02-29"));
        assert_eq!(bucket(Interval::Quarter, "2026-11-23", monday), pair("2026-10-01", "2026-12-31"));
        assert_eq!(bucket(Interval::Year, "2026-11-23", monday), pair("2026-01-01", "2026-12-31"));
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        let buckets = Interval::Month.buckets(
            "2025-12-31".parse().unwrap(),
            "2026-03-01".parse().unwrap(),
            WeekStart::Monday,
        );
        assert_eq!(buckets.len(), 4);
        for pair in buckets.windows(2) {
            assert_eq!(pair[0].end_on.next(), pair[1].start_on);
        }
    }
}

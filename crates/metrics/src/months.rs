//! The months of a range, and the month of every instant.

use std::ops::Range;

use jiff::tz::TimeZone;
use model::{Day, Interval, UnixSeconds, WeekStart};

/// Consecutive months of a zone.
pub(crate) struct Months {
    first_days: Vec<Day>,
    /// The first instant of each, and of the month after the last.
    starts_at: Vec<UnixSeconds>,
}

impl Months {
    pub(crate) fn of(from: Day, to: Day, zone: &TimeZone) -> Self {
        let months = Interval::Month.buckets(from, to, WeekStart::default());
        let first_days: Vec<Day> = months.iter().map(|month| month.start_on).collect();
        let next = months.last().map(|month| month.end_on.next());
        let starts_at = first_days.iter().copied().chain(next).map(|day| day.starts_at(zone)).collect();
        Self { first_days, starts_at }
    }

    /// The place of the month that an instant is in.
    pub(crate) fn place(&self, at: UnixSeconds) -> Option<usize> {
        let place = self.starts_at.partition_point(|start| *start <= at).checked_sub(1)?;
        (place < self.first_days.len()).then_some(place)
    }

    /// From the first instant of the first month to that of the month after the last.
    pub(crate) fn instants(&self) -> Range<UnixSeconds> {
        let ends = self.starts_at.first().zip(self.starts_at.last());
        ends.map_or(UnixSeconds(0)..UnixSeconds(0), |(start, end)| *start..*end)
    }

    pub(crate) fn first_day(&self, place: usize) -> Day {
        self.first_days[place]
    }

    pub(crate) fn len(&self) -> usize {
        self.first_days.len()
    }
}

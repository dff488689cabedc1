//! The periods of a query, and the period of every day.

use model::{Day, UnixSeconds};

use super::{Query, QueryError};
use crate::columns::Ledger;

/// Eleven years of days.
const BUCKETS_MAX: usize = 4_000;
const DAYS_MAX: i64 = 100 * 366;

/// A period as it is shown: cut to the range, and to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) start_on: Day,
    pub(super) end_on: Day,
    /// Less than the whole period: the range begins or ends within it, or it still runs.
    pub(super) is_partial: bool,
}

/// The period of each day of a span.
#[derive(Debug, Clone, Copy)]
pub(super) struct Periods<'a> {
    first: Day,
    bucket_of_day: &'a [u32],
}

impl Periods<'_> {
    /// Only for days of the span.
    #[inline]
    pub(super) fn of(self, day: Day) -> usize {
        self.bucket_of_day[day.0.wrapping_sub(self.first.0).cast_unsigned() as usize] as usize
    }
}

/// Consecutive periods.
#[derive(Debug, Clone)]
pub(super) struct Span {
    /// The first day of the first bucket.
    pub(super) first: Day,
    /// The last day that counts.
    pub(super) last: Day,
    /// Nothing after it counts, also within the last day.
    pub(super) now: UnixSeconds,
    pub(super) buckets: Vec<Cut>,
    bucket_of_day: Vec<u32>,
}

impl Span {
    /// The periods that have a day of the query's range up to today.
    pub(super) fn of(query: &Query, ledger: &Ledger) -> Result<Self, QueryError> {
        let today = ledger.calendar().day(query.now);
        Self::cut(query, query.to.min(today), today)
    }

    /// The periods that have a day of the query's range, also when they have not begun.
    pub(super) fn ahead(query: &Query, ledger: &Ledger) -> Result<Self, QueryError> {
        Self::cut(query, query.to, ledger.calendar().day(query.now))
    }

    /// All of the query's range as one period: up to today, or also what is ahead.
    pub(super) fn whole(query: &Query, ledger: &Ledger, looks_ahead: bool) -> Result<Self, QueryError> {
        let Query { from, to, now, .. } = *query;
        let today = ledger.calendar().day(now);
        let end_on = if looks_ahead { to } else { to.min(today) };
        if from > end_on {
            return Err(QueryError::EmptyRange { from, to: end_on });
        }
        if i64::from(end_on.0) - i64::from(from.0) > DAYS_MAX {
            return Err(QueryError::TooManyPoints);
        }
        let is_partial = end_on < to || end_on >= today;
        Ok(Self::new(vec![Cut { start_on: from, end_on, is_partial }], from, now))
    }

    fn cut(query: &Query, to: Day, today: Day) -> Result<Self, QueryError> {
        let from = query.from;
        if from > query.to {
            return Err(QueryError::EmptyRange { from, to: query.to });
        }
        if i64::from(to.0) - i64::from(from.0) > DAYS_MAX {
            return Err(QueryError::TooManyPoints);
        }
        let whole = query.interval.buckets(from, to, query.week_start);
        if whole.len() > BUCKETS_MAX {
            return Err(QueryError::TooManyPoints);
        }
        let cut = whole.into_iter().map(|whole| {
            let (start_on, end_on) = (whole.start_on.max(from), whole.end_on.min(to));
            let runs = start_on <= today && end_on >= today;
            let is_whole = start_on == whole.start_on && end_on == whole.end_on && !runs;
            Cut { start_on, end_on, is_partial: !is_whole }
        });
        Ok(Self::new(cut.collect(), from, query.now))
    }

    fn new(buckets: Vec<Cut>, from: Day, now: UnixSeconds) -> Self {
        let last = buckets.last().map_or(from.previous(), |bucket| bucket.end_on);
        let mut bucket_of_day = Vec::new();
        for (index, bucket) in (0_u32..).zip(&buckets) {
            let days = bucket.end_on.0 - bucket.start_on.0 + 1;
            bucket_of_day.extend(std::iter::repeat_n(index, usize::try_from(days).unwrap_or(0)));
        }
        Self { first: from, last, now, buckets, bucket_of_day }
    }

    /// Days since the first. Only for days of the span.
    pub(super) fn offset(&self, day: Day) -> usize {
        usize::try_from(day.0 - self.first.0).unwrap_or(0)
    }

    /// Only for days of the span.
    pub(super) fn bucket(&self, day: Day) -> usize {
        self.bucket_of_day[self.offset(day)] as usize
    }

    /// The same for many days one after the other.
    pub(super) fn periods(&self) -> Periods<'_> {
        Periods { first: self.first, bucket_of_day: &self.bucket_of_day }
    }

    /// The last day of a bucket.
    pub(super) fn end_of(&self, bucket: usize) -> Day {
        self.buckets[bucket].end_on
    }
}

//! The buckets of a query, and the bucket of every day.

use model::{Bucket, Day, UnixSeconds};

use super::{Query, QueryError};
use crate::columns::Ledger;

/// Eleven years of days.
const BUCKETS_MAX: usize = 4_000;
const DAYS_MAX: i64 = 100 * 366;

/// Consecutive whole buckets; the last may still run.
#[derive(Debug, Clone)]
pub(super) struct Span {
    /// The first day of the first bucket.
    pub(super) first: Day,
    /// The last day that counts: the end of the last bucket, or today.
    pub(super) last: Day,
    /// Nothing after it counts, also within the last day.
    pub(super) now: UnixSeconds,
    pub(super) buckets: Vec<Bucket>,
    bucket_of_day: Vec<u32>,
}

impl Span {
    /// The buckets that have a day of the query's range. Those that start after now are left out.
    pub(super) fn of(query: &Query, ledger: &Ledger) -> Result<Self, QueryError> {
        let Query { from, to, .. } = *query;
        if from > to {
            return Err(QueryError::EmptyRange { from, to });
        }
        let today = ledger.calendar().day(query.now);
        // A bucket that runs is of interest even when what was asked for of it is still to come.
        let to = to.min(today).max(from);
        if i64::from(to.0) - i64::from(from.0) > DAYS_MAX {
            return Err(QueryError::TooManyPoints);
        }
        let mut buckets = query.interval.buckets(from, to, query.week_start);
        buckets.retain(|bucket| bucket.start_on <= today);
        if buckets.len() > BUCKETS_MAX {
            return Err(QueryError::TooManyPoints);
        }
        Ok(Self::new(buckets, today, query.now))
    }

    fn new(buckets: Vec<Bucket>, today: Day, now: UnixSeconds) -> Self {
        let first = buckets.first().map_or(today, |bucket| bucket.start_on);
        let last = buckets.last().map_or(first.previous(), |bucket| bucket.end_on).min(today);
        let mut bucket_of_day = Vec::new();
        for (index, bucket) in (0_u32..).zip(&buckets) {
            let days = bucket.end_on.0 - bucket.start_on.0 + 1;
            bucket_of_day.extend(std::iter::repeat_n(index, usize::try_from(days).unwrap_or(0)));
        }
        Self { first, last, now, buckets, bucket_of_day }
    }

    /// Days since the first. Only for days of the span.
    pub(super) fn offset(&self, day: Day) -> usize {
        usize::try_from(day.0 - self.first.0).unwrap_or(0)
    }

    /// Only for days of the span.
    pub(super) fn bucket(&self, day: Day) -> usize {
        self.bucket_of_day[self.offset(day)] as usize
    }

    /// How many days count.
    pub(super) fn day_count(&self) -> usize {
        self.offset(self.last.next())
    }

    /// The last day of a bucket that counts.
    pub(super) fn end_of(&self, bucket: usize) -> Day {
        self.buckets[bucket].end_on.min(self.last)
    }
}

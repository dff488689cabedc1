//! Which days a page asks about: the rules of the pages (`ui/src/view`), so that what a link may ask is known without them.
//! Both are tested against the same cases.

use std::collections::HashSet;

use ::metrics::named_range::{NamedRange, first_of, months_later};
use jiff::civil::Date;
use model::{Day, Interval};

/// More points than this are nobody's chart.
const BUCKETS_AT_MOST: i32 = 400;

/// A run of whole days, both of them included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) start: Day,
    pub(super) end: Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShownRange {
    Named(NamedRange),
    Custom(Days),
}

/// What a change is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Versus {
    #[default]
    Previous,
    Year,
    None,
}

/// What an address says of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Choice {
    pub(super) range: Option<ShownRange>,
    pub(super) interval: Option<Interval>,
    pub(super) versus: Versus,
}

/// The days and the interval of one request for figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ChartRange {
    pub(super) start: Day,
    pub(super) end: Day,
    pub(super) interval: Interval,
}

#[derive(Debug, Clone, Copy)]
struct Compared {
    what: Versus,
    days: Days,
    /// The day whose end a level is compared with.
    level_on: Day,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub(super) days: Days,
    pub(super) interval: Interval,
    /// The days that its figures are of.
    focus: Days,
    compared: Option<Compared>,
}

/// As an address names it.
pub(super) fn named(name: &str) -> Option<NamedRange> {
    Some(match name {
        "today" => NamedRange::LastDays(1),
        "7d" => NamedRange::LastDays(7),
        "30d" => NamedRange::LastDays(30),
        "90d" => NamedRange::LastDays(90),
        "month" => NamedRange::Current(1),
        "last-month" => NamedRange::Last(1),
        "quarter" => NamedRange::Current(3),
        "last-quarter" => NamedRange::Last(3),
        "ytd" => NamedRange::Current(12),
        "last-year" => NamedRange::Last(12),
        "6m" => NamedRange::LastMonths(6),
        "12m" => NamedRange::LastMonths(12),
        "24m" => NamedRange::LastMonths(24),
        "6m-full" => NamedRange::FullMonths(6),
        "12m-full" => NamedRange::FullMonths(12),
        "24m-full" => NamedRange::FullMonths(24),
        "all" => NamedRange::All,
        _ => return None,
    })
}

impl ShownRange {
    fn before(self, days: Days) -> Option<Days> {
        let by_days = |count: i32| Days { start: Day(days.start.0 - count), end: Day(days.end.0 - count) };
        match self {
            Self::Custom(_) => Some(by_days(days.length())),
            Self::Named(NamedRange::LastDays(count)) => Some(by_days(count)),
            Self::Named(
                NamedRange::LastMonths(months)
                | NamedRange::FullMonths(months)
                | NamedRange::Current(months)
                | NamedRange::Last(months),
            ) => Some(days.shifted(-months)),
            Self::Named(NamedRange::All | NamedRange::Ahead) => None,
        }
    }
}

impl Days {
    fn length(self) -> i32 {
        self.end.0 - self.start.0 + 1
    }

    /// The same days `months` later: the last day of a month stays one.
    fn shifted(self, months: i64) -> Self {
        let end = if self.end == last_of_month(self.end) {
            last_of_month(months_later(first_of(self.end, 1), months))
        } else {
            months_later(self.end, months)
        };
        Self { start: months_later(self.start, months), end }
    }

    fn buckets(self, interval: Interval) -> i32 {
        let per =
            |months: i32| month_of(self.end).div_euclid(months) - month_of(self.start).div_euclid(months) + 1;
        match interval {
            Interval::Day => self.length(),
            // One more at most: weeks begin on one day or another.
            Interval::Week => (self.length() + 6).div_euclid(7) + 1,
            Interval::Month => per(1),
            Interval::Quarter => per(3),
            Interval::Year => per(12),
        }
    }

    /// The coarsest calendar interval that all of the days are in.
    fn single_bucket(self) -> Option<Interval> {
        let single = [Interval::Year, Interval::Quarter, Interval::Month, Interval::Day];
        single.into_iter().find(|interval| self.buckets(*interval) == 1)
    }

    fn usual_interval(self) -> Interval {
        match self.length() {
            ..=45 => Interval::Day,
            46..=120 => Interval::Week,
            121..=1464 => Interval::Month,
            _ => Interval::Quarter,
        }
    }

    /// The finest interval, from the chosen one on, that can be read.
    fn readable_interval(self, chosen: Interval) -> Interval {
        let mut coarser = Interval::ALL.into_iter().skip_while(|interval| *interval != chosen);
        coarser.find(|interval| self.buckets(*interval) <= BUCKETS_AT_MOST).unwrap_or(Interval::Year)
    }

    /// As one question, of an interval where they are not a single period.
    pub(super) fn by(self, interval: Interval) -> ChartRange {
        ChartRange { start: self.start, end: self.end, interval: self.single_bucket().unwrap_or(interval) }
    }
}

impl Period {
    pub(super) fn of(choice: Choice, today: Day, first_on: Option<Day>, usual: NamedRange) -> Self {
        let range = choice.range.unwrap_or(ShownRange::Named(usual));
        let days = match range {
            ShownRange::Custom(days) => days,
            ShownRange::Named(range) => {
                let (start, end) = range.days(today, first_on);
                Days { start, end }
            }
        };
        let interval = days.readable_interval(choice.interval.unwrap_or_else(|| days.usual_interval()));
        // The usual range is read as of now, against the end of last month; any other one as a whole.
        let is_usual = range == ShownRange::Named(NamedRange::USUAL);
        let focus = if is_usual { Days { start: first_of(today, 1), end: today } } else { days };
        let against = if is_usual { ShownRange::Named(NamedRange::Current(1)) } else { range };
        let compared = Compared::of(choice.versus, against, focus);
        Self { days, interval, focus, compared }
    }

    /// The period of a range by itself, whatever else an address says.
    pub(super) fn over(rule: NamedRange, today: Day, first_on: Option<Day>) -> Self {
        let choice = Choice { range: Some(ShownRange::Named(rule)), ..Choice::default() };
        Self::of(choice, today, first_on, NamedRange::USUAL)
    }

    /// Everything that the charts and figures of a page ask about.
    pub(super) fn spans(&self) -> HashSet<ChartRange> {
        let Self { days, interval, focus, compared } = *self;
        let on = |day: Day| Days { start: day, end: day };
        let by_day = |day: Day| ChartRange { start: day, end: day, interval: Interval::Day };
        let mut spans =
            HashSet::from([ChartRange { start: days.start, end: days.end, interval }, by_day(focus.end)]);
        let month = first_of(focus.end, 1);
        let is_whole = focus.single_bucket().is_some() || month <= focus.start;
        let ratio = if is_whole { focus } else { Days { start: month, end: focus.end } };
        spans.extend([on(focus.end), focus, ratio].map(|days| days.by(interval)));
        let Some(Compared { what, days: before, level_on }) = compared else { return spans };
        let ratio_before = if ratio.start == focus.start {
            Some(before)
        } else if what == Versus::Year {
            Some(ratio.shifted(-12))
        } else {
            ShownRange::Named(NamedRange::Current(1)).before(ratio)
        };
        spans.insert(by_day(level_on));
        spans.extend(
            [Some(on(level_on)), Some(before), ratio_before]
                .into_iter()
                .flatten()
                .map(|days| days.by(interval)),
        );
        // What moved a level since.
        if level_on < focus.end {
            spans.insert(Days { start: level_on.next(), end: focus.end }.by(interval));
        }
        spans
    }
}

impl Compared {
    fn of(what: Versus, range: ShownRange, focus: Days) -> Option<Self> {
        if what == Versus::None || range == ShownRange::Named(NamedRange::Ahead) {
            return None;
        }
        if what == Versus::Year {
            let days = focus.shifted(-12);
            return Some(Self { what, days, level_on: days.end });
        }
        let days = range.before(focus)?;
        Some(Self { what, days, level_on: focus.start.previous() })
    }
}

fn last_of_month(day: Day) -> Day {
    Day::from(day.date().last_of_month())
}

fn month_of(day: Day) -> i32 {
    let date: Date = day.date();
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

#[cfg(test)]
mod tests;

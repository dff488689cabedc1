//! Where a walk through a list is. Lists have offsets or pages and no order that is promised, so they are walked by state, or
//! by windows of time, the newest first.

use jiff::Span;
use jiff::civil::{Date, date};
use model::{Day, UnixSeconds};

/// The states of a subscription; without being asked for them the list leaves `deleted` out.
pub(super) const STATES: [&str; 5] = ["active", "trialing", "past_due", "paused", "deleted"];
/// The history of webhooks reaches back so far.
pub(super) const ALERTS_REACH_DAYS: usize = 90;
/// How many months of payments are walked month by month; those before them year by year.
const MONTHS: i64 = 12;
/// Paddle is from 2012.
pub(super) const FIRST_DAY: Date = date(2012, 1, 1);

/// The steps of a walk, and how far the present one got, in rows or pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Kept from the first page on, so that the windows stay when a day begins.
    pub anchor: Day,
    pub step: usize,
    pub at: u64,
}

impl Cursor {
    /// Where a page begins; at the beginning if a cursor says nothing.
    pub(super) fn of(text: Option<&str>, now: UnixSeconds) -> Self {
        let start = Self { anchor: UnixSeconds(now.0).day(&jiff::tz::TimeZone::UTC), step: 0, at: 0 };
        text.and_then(Self::read).unwrap_or(start)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let cursor = Self {
            anchor: parts.next()?.parse().ok()?,
            step: parts.next()?.parse().ok()?,
            at: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }

    pub(super) fn text(self) -> String {
        format!("{}/{}/{}", self.anchor, self.step, self.at)
    }

    /// The page after this one: further in the same step where it was full. `None`: it was the last of all `steps`.
    pub(super) fn after(self, is_full: bool, advance: u64, steps: usize) -> Option<Self> {
        if is_full {
            return Some(Self { at: self.at + advance, ..self });
        }
        let next = Self { step: self.step + 1, at: 0, ..self };
        (next.step < steps).then_some(next)
    }
}

/// A window of payments: from a day on, and before a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub from: Option<Date>,
    pub before: Option<Date>,
}

/// Windows that together are all of time, the newest first.
pub(super) fn payment_windows(anchor: Day) -> Vec<Days> {
    let month = anchor.date().first_of_month();
    let months = (0..=MONTHS).filter_map(|back| month.checked_sub(Span::new().months(back)).ok());
    let mut starts: Vec<Date> = months.collect();
    let oldest = starts.last().copied().unwrap_or(month);
    let years = (1..).map_while(|back| oldest.checked_sub(Span::new().years(back)).ok());
    starts.extend(years.take_while(|start| *start > FIRST_DAY));
    let mut windows = Vec::new();
    let mut before = None;
    for start in starts {
        windows.push(Days { from: Some(start), before });
        before = Some(start);
    }
    windows.push(Days { from: None, before });
    windows
}

/// The day of alerts that a step is, as `from` and `to`; the newest has no end.
pub(super) fn alert_window(anchor: Day, step: usize) -> (Day, Option<Day>) {
    let back = i32::try_from(step.min(ALERTS_REACH_DAYS)).unwrap_or_default();
    (Day(anchor.0 - back), (back > 0).then_some(Day(anchor.0 - back + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_of_payments_leave_nothing_out_and_begin_with_this_month() {
        let windows = payment_windows(Day::from(date(2026, 3, 31)));
        assert_eq!(windows[0], Days { from: Some(date(2026, 3, 1)), before: None });
        assert_eq!(windows[1], Days { from: Some(date(2026, 2, 1)), before: Some(date(2026, 3, 1)) });
        assert!(windows.windows(2).all(|pair| pair[0].from == pair[1].before));
        assert_eq!(windows.last().unwrap().from, None);
        // A month each for a year and this month, then a year each.
        assert!(windows.len() < 30, "{}", windows.len());
    }

    #[test]
    fn a_walk_goes_on_from_its_cursor_and_ends_after_its_last_step() {
        let now = UnixSeconds(1_770_714_005);
        let start = Cursor::of(None, now);
        assert_eq!(start.text(), "2026-02-10/0/0");
        let second = start.after(true, 500, 2).unwrap();
        assert_eq!(Cursor::of(Some(&second.text()), UnixSeconds(0)), second);
        let next = second.after(false, 500, 2).unwrap();
        assert_eq!((next.step, next.at), (1, 0));
        assert_eq!(next.after(false, 500, 2), None);
        assert_eq!(Cursor::of(Some("2746-8936"), now), start);
    }

    #[test]
    fn alerts_are_walked_day_by_day_for_ninety_days() {
        let anchor = Day::from(date(2026, 2, 10));
        assert_eq!(alert_window(anchor, 0), (anchor, None));
        assert_eq!(alert_window(anchor, 1), (anchor.previous(), Some(anchor)));
        assert_eq!(alert_window(anchor, 90).0, Day(anchor.0 - 90));
    }
}

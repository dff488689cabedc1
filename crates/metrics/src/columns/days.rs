//! Instants to calendar days of a zone, a few nanoseconds each.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use jiff::tz::TimeZone;
use model::{Day, UnixSeconds};

/// 2005-01-01 to 2050-01-01: longer than any provider's history. What lies outside asks the zone itself.
const FIRST: Day = Day(12_784);
const LAST: Day = Day(29_220);

/// Those in use. Of each zone there is one for all ledgers: it has 130 KB, and takes longer to make than a small ledger.
static IN_USE: Mutex<Vec<Weak<CalendarDays>>> = Mutex::new(Vec::new());

/// The first instant of every day of a zone.
///
/// A day reaches from its first instant to that of the next, so days never run backwards, not even where clocks were
/// set back across midnight.
#[derive(Debug, Clone)]
pub(crate) struct CalendarDays {
    zone: TimeZone,
    starts_at: Vec<i64>,
}

impl CalendarDays {
    pub(crate) fn of(zone: &TimeZone) -> Arc<Self> {
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.retain(|days| days.strong_count() > 0);
        let known = in_use.iter().filter_map(Weak::upgrade).find(|days| days.zone == *zone);
        known.unwrap_or_else(|| {
            let new = Arc::new(Self::new(zone.clone()));
            in_use.push(Arc::downgrade(&new));
            new
        })
    }

    fn new(zone: TimeZone) -> Self {
        let starts_at = (FIRST.0..=LAST.0).map(|day| Day(day).starts_at(&zone).0).collect();
        Self { zone, starts_at }
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(crate) fn day(&self, at: UnixSeconds) -> Day {
        self.tabled(at.0).unwrap_or_else(|| at.day(&self.zone))
    }

    fn tabled(&self, at: i64) -> Option<Day> {
        // No zone is a whole day away from UTC, so the day is this one or a neighbor.
        let guess = at.div_euclid(86_400).checked_sub(i64::from(FIRST.0))?.checked_add(1)?;
        let mut index = usize::try_from(guess).ok().filter(|index| *index < self.starts_at.len())?;
        while *self.starts_at.get(index)? > at {
            index = index.checked_sub(1)?;
        }
        i32::try_from(index).ok().map(|index| Day(FIRST.0 + index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixSeconds {
        UnixSeconds(text.parse::<jiff::Timestamp>().unwrap().as_second())
    }

    #[test]
    fn the_table_says_what_the_zone_says() {
        for zone in ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "America/Sao_Paulo"]
        {
            let zone = TimeZone::get(zone).unwrap();
            let days = CalendarDays::new(zone.clone());
            for hour in 0..70_000 {
                let at = UnixSeconds(1_100_000_000 + hour * 25_000);
                assert_eq!(days.day(at), at.day(&zone), "{at}");
            }
        }
    }

    #[test]
    fn a_day_that_clocks_are_set_back_into_does_not_come_again() {
        // In St. John's the clocks went from 2010-11-07 00:01 back to 2010-11-06 23:01.
        let days = CalendarDays::new(TimeZone::get("America/St_Johns").unwrap());
        assert_eq!(days.day(at("2010-11-07T02:29:59Z")).to_string(), "2010-11-06");
        assert_eq!(days.day(at("2010-11-07T02:30:30Z")).to_string(), "2010-11-07");
        assert_eq!(days.day(at("2010-11-07T02:31:30Z")).to_string(), "2010-11-07");
    }

    #[test]
    fn ledgers_of_one_zone_share_its_days_for_as_long_as_one_is_there() {
        let zone = |name: &str| TimeZone::get(name).unwrap();
        let days = CalendarDays::of(&zone("Africa/Maputo"));
        assert!(Arc::ptr_eq(&days, &CalendarDays::of(&zone("Africa/Maputo"))));
        assert_eq!(CalendarDays::of(&zone("Africa/Lusaka")).zone(), &zone("Africa/Lusaka"));
        let before = Arc::downgrade(&days);
        drop(days);
        assert!(before.upgrade().is_none());
    }

    #[test]
    fn a_day_that_a_zone_skipped_holds_nothing() {
        // Samoa went from 2011-12-29 straight to 2011-12-31.
        let days = CalendarDays::new(TimeZone::get("Pacific/Apia").unwrap());
        assert_eq!(days.day(at("2011-12-30T09:59:59Z")).to_string(), "2011-12-29");
        assert_eq!(days.day(at("2011-12-30T10:00:00Z")).to_string(), "2011-12-31");
    }
}

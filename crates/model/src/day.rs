//! Instants in seconds and calendar days, both small enough to be columns.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// An instant, in seconds since 1970 in UTC, as providers send it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    pub const MIN: Self = Self(i64::MIN);
    pub const MAX: Self = Self(i64::MAX);

    /// As a calendar instant. What lies outside the calendar's years (−9999 to 9999) comes back as its nearest end.
    pub fn timestamp(self) -> jiff::Timestamp {
        let clamped = self.0.clamp(jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
        jiff::Timestamp::from_second(clamped).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// The calendar day of this instant in a time zone.
    pub fn day(self, zone: &TimeZone) -> Day {
        Day::from(self.timestamp().to_zoned_datetime(zone.clone()).date())
    }
}

impl fmt::Debug for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}

/// A calendar day, as days since 1970-01-01. Written `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Day(pub i32);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a date: use YYYY-MM-DD, such as 2026-01-31")]
pub struct DayError(String);

const EPOCH: Date = Date::constant(1970, 1, 1);

impl Day {
    pub fn date(self) -> Date {
        EPOCH.saturating_add(jiff::Span::new().days(self.0.clamp(-4_371_587, 2_932_896)))
    }

    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The first instant of the day in a time zone (not always midnight: some zones skip it when clocks change).
    pub fn starts_at(self, zone: &TimeZone) -> UnixSeconds {
        let start = self.date().to_zoned_datetime(zone.clone());
        UnixSeconds(start.map_or_else(|_| i64::from(self.0) * 86_400, |zoned| zoned.timestamp().as_second()))
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let days = EPOCH.until(date).map_or(0, |span| span.get_days());
        Self(days)
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if !is_plain {
            return Err(DayError(text.to_owned()));
        }
        text.parse::<Date>().map(Self::from).map_err(|_| DayError(text.to_owned()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_the_same_thing() {
        for text in ["1970-01-01", "2000-02-29", "2026-11-23", "1969-12-31"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        assert_eq!("1970-01-02".parse::<Day>().unwrap(), Day(1));
    }

    #[test]
    fn an_impossible_date_is_refused() {
        for bad in ["2026-02-30", "2026-13-01", "26-01-01", "2026-1-1", "", "2026-01-01T00:00"] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_day_of_an_instant_depends_on_the_zone() {
        let at = UnixSeconds(1_735_689_600 - 1800); // half an hour before 2025 begins in UTC
        assert_eq!(at.day(&TimeZone::UTC).to_string(), "2024-12-31");
        assert_eq!(at.day(&TimeZone::get("Europe/Berlin").unwrap()).to_string(), "2025-01-01");
    }

    #[test]
    fn a_day_starts_where_its_zone_says() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        // Clocks went from 2018-11-03 24:00 straight to 01:00.
        let day: Day = "2018-11-04".parse().unwrap();
        assert_eq!(day.starts_at(&zone).timestamp().to_string(), "2018-11-04T03:00:00Z");
    }
}

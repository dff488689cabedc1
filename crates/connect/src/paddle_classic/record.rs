//! A row's fields by their names. Amounts are in major units, as numbers or texts; they are read from how they are written,
//! never by way of a float.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use model::{Currency, ObjectKind, RawObject, UnixSeconds};
use rust_decimal::Decimal;
use rust_decimal::prelude::{RoundingStrategy, ToPrimitive};
use serde_json::value::RawValue;

use crate::ReadError;

/// What no merchant's amounts or quantities reach; sums of them fit.
const LARGEST: i64 = 1_000_000_000_000_000;

/// A row, or a part of one, and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub kind: ObjectKind,
    pub id: String,
    fields: BTreeMap<String, Box<RawValue>>,
}

impl Record {
    /// # Errors
    /// When it is no JSON object. Names the place, and nothing of what stands there.
    pub fn of(object: &RawObject) -> Result<Self, ReadError> {
        Ok(Self { id: object.id.clone(), ..Self::read(object.kind, &object.body)? })
    }

    /// # Errors
    /// As [`Record::of`].
    pub fn read(kind: ObjectKind, body: &str) -> Result<Self, ReadError> {
        let fields = serde_json::from_str(body).map_err(|error: serde_json::Error| {
            let reason = format!("at line {}, column {}", error.line(), error.column());
            ReadError::NotAnObject { kind, reason }
        })?;
        Ok(Self { kind, id: String::new(), fields })
    }

    pub fn missing(&self, field: &'static str) -> ReadError {
        ReadError::Missing { kind: self.kind, id: self.id.clone(), field }
    }

    pub fn wrong(&self, field: &'static str) -> ReadError {
        ReadError::Wrong { kind: self.kind, id: self.id.clone(), field }
    }

    /// As it is written; null counts as nothing.
    fn raw(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(|value| value.get()).filter(|text| *text != "null")
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// A text, or a number as it is written; `None` where there is none or something else.
    pub fn text(&self, field: &str) -> Option<String> {
        let raw = self.raw(field)?;
        let text = match raw.as_bytes().first()? {
            b'"' => serde_json::from_str::<String>(raw).ok()?,
            b'{' | b'[' => return None,
            _ => raw.to_owned(),
        };
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub fn is(&self, field: &str, word: &str) -> bool {
        self.text(field).as_deref() == Some(word)
    }

    /// `1`, `"1"` or `true`.
    pub fn flag(&self, field: &str) -> bool {
        matches!(self.text(field).as_deref(), Some("1" | "true"))
    }

    /// A part of it, if it is there.
    pub fn part(&self, field: &str) -> Option<Self> {
        let part = Self::read(self.kind, self.raw(field)?).ok()?;
        Some(Self { id: self.id.clone(), ..part })
    }

    /// # Errors
    /// When it is not a number.
    pub fn number(&self, field: &'static str) -> Result<Option<Decimal>, ReadError> {
        let Some(text) = self.text(field) else { return Ok(None) };
        decimal(&text).map(Some).ok_or_else(|| self.wrong(field))
    }

    /// An amount in the smallest unit of a currency.
    ///
    /// # Errors
    /// When it is not an amount.
    pub fn minor(&self, field: &'static str, currency: Currency) -> Result<Option<i64>, ReadError> {
        let Some(number) = self.number(field)? else { return Ok(None) };
        in_minor(number, currency).and_then(whole).map(Some).ok_or_else(|| self.wrong(field))
    }

    /// # Errors
    /// When there is none, or it is no amount.
    pub fn need_minor(&self, field: &'static str, currency: Currency) -> Result<i64, ReadError> {
        self.minor(field, currency)?.ok_or_else(|| self.missing(field))
    }

    /// `YYYY-MM-DD` or `YYYY-MM-DD hh:mm:ss`, in UTC.
    ///
    /// # Errors
    /// When it is not a time.
    pub fn instant(&self, field: &'static str) -> Result<Option<UnixSeconds>, ReadError> {
        let Some(text) = self.text(field) else { return Ok(None) };
        // What a database writes where there is no date.
        if text.starts_with("0000-00-00") {
            return Ok(None);
        }
        instant(&text).map(Some).ok_or_else(|| self.wrong(field))
    }

    /// # Errors
    /// When there is none, or it is no currency.
    pub fn need_currency(&self, field: &'static str) -> Result<Currency, ReadError> {
        let code = self.text(field).ok_or_else(|| self.missing(field))?;
        code.to_lowercase().parse().map_err(|_| self.wrong(field))
    }

    /// Amounts by currency, in the smallest unit of each; those of unknown currencies are left out.
    pub fn amounts(&self, field: &str) -> BTreeMap<Currency, Decimal> {
        let Some(part) = self.part(field) else { return BTreeMap::new() };
        let amounts = part.names().filter_map(|code| {
            let currency: Currency = code.to_lowercase().parse().ok()?;
            Some((currency, in_minor(decimal(&part.text(code)?)?, currency)?))
        });
        amounts.collect()
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    let number = Decimal::from_str(text).ok().or_else(|| Decimal::from_scientific(text).ok())?;
    (number.abs() <= Decimal::from(LARGEST)).then_some(number)
}

/// From major units to the smallest.
fn in_minor(amount: Decimal, currency: Currency) -> Option<Decimal> {
    amount.checked_mul(Decimal::from(10_i64.checked_pow(currency.exponent())?))
}

/// Halves away from zero.
fn whole(amount: Decimal) -> Option<i64> {
    let rounded = amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    rounded.to_i64().filter(|amount| amount.abs() <= LARGEST)
}

/// A date or a time, in UTC.
pub(super) fn instant(text: &str) -> Option<UnixSeconds> {
    let at = match text.parse::<DateTime>() {
        Ok(at) => at,
        Err(_) => text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()),
    };
    Some(UnixSeconds(at.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_second()))
}

#[cfg(test)]
mod tests {
    use super::super::kind;
    use super::*;

    fn record(body: &str) -> Record {
        Record::read(kind::PAYMENT, body).unwrap()
    }

    #[test]
    fn money_is_read_from_how_it_is_written_and_scaled_by_its_currency() {
        let usd = Currency::USD;
        for (text, minor) in [("5", 500), ("9.99", 999), ("\"5.00\"", 500), ("-0.07", -7), ("0.1e1", 100)] {
            assert_eq!(record(&format!("{{\"a\":{text}}}")).minor("a", usd), Ok(Some(minor)), "{text}");
        }
        // 2^53 + 1 cents, which no float holds.
        let large = record("{\"a\":900719925474.0993}");
        assert_eq!(large.number("a").unwrap().unwrap().to_string(), "900719925474.0993");
        let yen: Currency = "jpy".parse().unwrap();
        assert_eq!(record("{\"a\":\"500.00\"}").minor("a", yen), Ok(Some(500)));
        assert!(record("{\"a\":\"five\"}").minor("a", usd).is_err());
        assert_eq!(record("{\"a\":null}").minor("a", usd), Ok(None));
    }

    #[test]
    fn times_are_in_utc_with_or_without_an_hour() {
        let at = |text: &str| record(&format!("{{\"a\":\"{text}\"}}")).instant("a");
        assert_eq!(at("2026-02-10 09:00:05"), Ok(Some(UnixSeconds(1_770_714_005))));
        assert_eq!(at("2026-02-10"), Ok(Some(UnixSeconds(1_770_681_600))));
        assert_eq!(at("0000-00-00"), Ok(None));
        assert_eq!(at(""), Ok(None));
        assert!(at("soon").is_err());
    }
}

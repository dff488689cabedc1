//! An entity's fields by their place. Amounts are texts of whole numbers, in the smallest unit.

use std::str::FromStr;

use jiff::Timestamp;
use model::billing::{ImportedFrom, Period};
use model::{Currency, ObjectKind, RawObject, UnixSeconds};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::ReadError;

/// What Paddle calls its older billing system, and a connection to it is called.
const PADDLE_CLASSIC: &str = "paddle_classic";
/// What no merchant's amounts or quantities reach; sums of them fit.
const LARGEST: i64 = 1_000_000_000_000_000;

/// An entity, or a part of one, and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub kind: ObjectKind,
    pub id: String,
    value: Value,
}

impl Record {
    /// # Errors
    /// When it is no JSON object. Names the place, and nothing of what stands there.
    pub fn of(object: &RawObject) -> Result<Self, ReadError> {
        let kind = object.kind;
        let not_an_object = |reason| ReadError::NotAnObject { kind, reason };
        let value: Value = serde_json::from_str(&object.body)
            .map_err(|error| not_an_object(format!("at line {}, column {}", error.line(), error.column())))?;
        if !value.is_object() {
            return Err(not_an_object("it is no object".to_owned()));
        }
        Ok(Self { kind, id: object.id.clone(), value })
    }

    pub fn missing(&self, field: &'static str) -> ReadError {
        ReadError::Missing { kind: self.kind, id: self.id.clone(), field: named(field) }
    }

    pub fn wrong(&self, field: &'static str) -> ReadError {
        ReadError::Wrong { kind: self.kind, id: self.id.clone(), field: named(field) }
    }

    /// What is there; null counts as nothing.
    fn at(&self, field: &str) -> Option<&Value> {
        self.value.pointer(field).filter(|value| !value.is_null())
    }

    pub fn has(&self, field: &str) -> bool {
        self.at(field).is_some()
    }

    /// A text; `None` where there is none or something else.
    pub fn text(&self, field: &str) -> Option<String> {
        self.at(field)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// What it was where it was imported from. Sellers who import on their own fill in any id; only what Paddle moved over
    /// from its Classic names one of an account there.
    pub fn imported_from(&self) -> Option<ImportedFrom> {
        let id = self.text("/import_meta/external_id")?;
        self.is("/import_meta/imported_from", PADDLE_CLASSIC)
            .then(|| ImportedFrom { source: PADDLE_CLASSIC.to_owned(), id })
    }

    pub fn is(&self, field: &str, word: &str) -> bool {
        self.at(field).and_then(Value::as_str) == Some(word)
    }

    pub fn flag(&self, field: &str) -> Option<bool> {
        self.at(field)?.as_bool()
    }

    /// The parts of a list, each with the name of the entity.
    pub fn list(&self, field: &str) -> Vec<Self> {
        let parts = self.at(field).and_then(Value::as_array).into_iter().flatten();
        parts.map(|value| Self { kind: self.kind, id: self.id.clone(), value: value.clone() }).collect()
    }

    /// A part of it, if it is there.
    pub fn part(&self, field: &str) -> Option<Self> {
        let value = self.at(field)?.clone();
        Some(Self { kind: self.kind, id: self.id.clone(), value })
    }

    /// # Errors
    /// When it is not a whole number.
    pub fn amount(&self, field: &'static str) -> Result<Option<i64>, ReadError> {
        let Some(number) = self.number(field)? else { return Ok(None) };
        let whole = if number.fract().is_zero() { i64::try_from(number).ok() } else { None };
        whole.filter(|whole| whole.abs() <= LARGEST).map(Some).ok_or_else(|| self.wrong(field))
    }

    /// # Errors
    /// When there is none, or it is no whole number.
    pub fn need_amount(&self, field: &'static str) -> Result<i64, ReadError> {
        self.amount(field)?.ok_or_else(|| self.missing(field))
    }

    /// A number, as text or as it is.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self, field: &'static str) -> Result<Option<Decimal>, ReadError> {
        let read = match self.at(field) {
            None => return Ok(None),
            Some(Value::String(text)) => Decimal::from_str(text).ok(),
            Some(Value::Number(number)) => Decimal::from_str(&number.to_string()).ok(),
            Some(_) => None,
        };
        let fits = read.filter(|number| number.abs() <= Decimal::from(LARGEST));
        fits.map(Some).ok_or_else(|| self.wrong(field))
    }

    /// # Errors
    /// When it is not a time.
    pub fn instant(&self, field: &'static str) -> Result<Option<UnixSeconds>, ReadError> {
        let Some(value) = self.at(field) else { return Ok(None) };
        let read = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
        read.map(|at| Some(UnixSeconds(at.as_second()))).ok_or_else(|| self.wrong(field))
    }

    /// # Errors
    /// When its ends are not times.
    pub fn period(&self, field: &'static str) -> Result<Option<Period>, ReadError> {
        let Some(period) = self.part(field) else { return Ok(None) };
        let ends = period.instant("/starts_at")?.zip(period.instant("/ends_at")?);
        Ok(ends.map(|(start, end)| Period { start, end }))
    }

    /// # Errors
    /// When it is not a currency.
    pub fn currency(&self, field: &'static str) -> Result<Option<Currency>, ReadError> {
        let Some(code) = self.text(field) else { return Ok(None) };
        code.to_lowercase().parse().map(Some).map_err(|_| self.wrong(field))
    }

    /// # Errors
    /// When there is none.
    pub fn need_currency(&self, field: &'static str) -> Result<Currency, ReadError> {
        self.currency(field)?.ok_or_else(|| self.missing(field))
    }
}

/// As it is called in messages.
fn named(field: &'static str) -> &'static str {
    field.strip_prefix('/').unwrap_or(field)
}

//! Tables as rows of cells, before a format writes them.

use std::borrow::Cow;

use model::{Currency, Day, UnixSeconds};
use rust_decimal::Decimal;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    Decimal,
    Flag,
    Day,
    Instant,
}

#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
}

/// One file of an export.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    Missing,
    Text(Cow<'a, str>),
    Integer(i64),
    Decimal(Decimal),
    Flag(bool),
    Day(Day),
    Instant(UnixSeconds),
}

impl<'a> Cell<'a> {
    /// Anything that is written by its name, such as an id.
    pub fn named(value: impl ToString) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }

    pub fn named_if_any(value: Option<impl ToString>) -> Self {
        value.map_or(Self::Missing, Self::named)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Decimal> for Cell<'_> {
    fn from(number: Decimal) -> Self {
        Self::Decimal(number)
    }
}

impl From<bool> for Cell<'_> {
    fn from(is_so: bool) -> Self {
        Self::Flag(is_so)
    }
}

impl From<Day> for Cell<'_> {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl From<UnixSeconds> for Cell<'_> {
    fn from(at: UnixSeconds) -> Self {
        Self::Instant(at)
    }
}

impl From<Currency> for Cell<'_> {
    fn from(currency: Currency) -> Self {
        Self::named(currency)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

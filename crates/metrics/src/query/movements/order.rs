//! What a list of movements is sorted by, and where a page of it ends.

use std::cmp::{Ordering, Reverse};

use model::{Currency, CustomerId, Day};

use crate::query::QueryError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MovementSort {
    #[default]
    Date,
    /// In the reporting currency; natively by what the amounts are worth compared with each other.
    Change,
    /// What the customer's MRR is afterwards, compared in the same way.
    MrrAfter,
}

/// What is sorted by, in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovementOrder {
    pub by: MovementSort,
    pub is_descending: bool,
}

/// The newest first.
impl Default for MovementOrder {
    fn default() -> Self {
        Self { by: MovementSort::Date, is_descending: true }
    }
}

impl std::str::FromStr for MovementOrder {
    type Err = &'static str;

    /// As it is written with its direction: `-date`, `change`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let by = match name {
            "date" => MovementSort::Date,
            "change" => MovementSort::Change,
            "mrr_after" => MovementSort::MrrAfter,
            _ => return Err("use date, change or mrr_after, with a leading - for descending order"),
        };
        Ok(Self { by, is_descending })
    }
}

/// By what it is sorted, then by what it is: unlike places, these outlive the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key<'a> {
    pub(super) number: i64,
    pub(super) on: Day,
    pub(super) customer: &'a str,
    pub(super) currency: Currency,
}

impl MovementOrder {
    pub(super) fn by_number(self, a: i64, b: i64) -> Ordering {
        if self.is_descending { b.cmp(&a) } else { a.cmp(&b) }
    }

    pub(super) fn compare(self, a: &Key<'_>, b: &Key<'_>) -> Ordering {
        let by_number = self.by_number(a.number, b.number);
        by_number.then_with(|| {
            (Reverse(a.on), a.customer, a.currency).cmp(&(Reverse(b.on), b.customer, b.currency))
        })
    }
}

/// The last movement of a page.
pub(super) struct Cursor {
    number: i64,
    on: Day,
    currency: Currency,
    customer: CustomerId,
}

impl Cursor {
    pub(super) fn write(key: &Key<'_>) -> String {
        format!("{},{},{},{}", key.number, key.on, key.currency, key.customer)
    }

    pub(super) fn read(text: &str) -> Result<Self, QueryError> {
        Self::of_parts(text).ok_or_else(|| QueryError::BadCursor(text.to_owned()))
    }

    fn of_parts(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ',');
        let number = parts.next()?.parse().ok()?;
        let (on, currency) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { number, on, currency, customer: CustomerId::from(parts.next()?) })
    }

    pub(super) fn key(&self) -> Key<'_> {
        Key { number: self.number, on: self.on, customer: self.customer.as_str(), currency: self.currency }
    }
}

//! Stripe's objects in our billing words. Pure, and tolerant of both families of shapes: the current one, and the one before
//! version 2025-03-31 that old events and other servers still carry. Ids may be ids or expanded objects everywhere.

mod balance;
mod charge;
mod customer;
mod event;
mod goods;
mod invoice;
mod line;
mod method;
mod price;
mod subscription;

pub use balance::{balance_transaction, booked_for};
pub use charge::{charge, credit_note, dispute, invoice_payment, refund};
pub use customer::{customer, product};
pub use event::{created_object, event};
pub use goods::{coupon, payment_intent};
pub use invoice::{InvoiceParts, invoice};
pub use line::{invoice_item, invoice_line};
pub use price::price;
pub use subscription::{SubscriptionParts, subscription, subscription_item};

use model::{Currency, ObjectKind, UnixSeconds};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;

use super::loose::{self, Number, Text};
pub use crate::ReadError;

/// Beyond these a number is a mistake, and sums and products of it would not fit.
const LARGEST_AMOUNT: i64 = 1_000_000_000_000_000;
const LARGEST_QUANTITY: i64 = 1_000_000_000_000;
/// The ends of the calendar, years 1 and 9999. A time in milliseconds lies beyond.
const FIRST_INSTANT: i64 = -62_135_596_800;
const LAST_INSTANT: i64 = 253_402_207_200;

/// Which object is being read, for errors; and the readings that can fail.
#[derive(Clone, Copy)]
struct Reading<'a> {
    kind: ObjectKind,
    id: &'a str,
}

impl<'a> Reading<'a> {
    fn begin(kind: ObjectKind, id: &'a Text) -> Result<Self, ReadError> {
        let nameless = Self { kind, id: "without an id" };
        let id = id.as_str().filter(|id| !id.is_empty()).ok_or_else(|| nameless.missing("id"))?;
        Ok(Self { kind, id })
    }

    fn missing(self, field: &'static str) -> ReadError {
        ReadError::Missing { kind: self.kind, id: self.id.to_owned(), field }
    }

    fn wrong(self, field: &'static str) -> ReadError {
        ReadError::Wrong { kind: self.kind, id: self.id.to_owned(), field }
    }

    fn amount(self, number: Number, field: &'static str) -> Result<i64, ReadError> {
        self.optional_amount(number, field)?.ok_or_else(|| self.missing(field))
    }

    fn optional_amount(self, number: Number, field: &'static str) -> Result<Option<i64>, ReadError> {
        self.optional_whole(number, -LARGEST_AMOUNT, LARGEST_AMOUNT, field)
    }

    /// A sum of amounts, each of which may be missing.
    fn sum(self, mut numbers: impl Iterator<Item = Number>, field: &'static str) -> Result<i64, ReadError> {
        numbers.try_fold(0_i64, |sum, number| {
            let amount = self.optional_amount(number, field)?.unwrap_or(0);
            sum.checked_add(amount).filter(|sum| sum.abs() <= LARGEST_AMOUNT).ok_or_else(|| self.wrong(field))
        })
    }

    fn instant(self, number: Number, field: &'static str) -> Result<UnixSeconds, ReadError> {
        self.optional_instant(number, field)?.ok_or_else(|| self.missing(field))
    }

    fn optional_instant(self, number: Number, field: &'static str) -> Result<Option<UnixSeconds>, ReadError> {
        Ok(self.optional_whole(number, FIRST_INSTANT, LAST_INSTANT, field)?.map(UnixSeconds))
    }

    fn optional_whole(
        self,
        number: Number,
        least: i64,
        most: i64,
        field: &'static str,
    ) -> Result<Option<i64>, ReadError> {
        if number.is_absent() {
            return Ok(None);
        }
        let fits = number.whole().filter(|whole| (least..=most).contains(whole));
        fits.map(Some).ok_or_else(|| self.wrong(field))
    }

    /// A unit amount or a quantity, which may have decimals.
    fn optional_decimal(
        self,
        number: Number,
        most: i64,
        field: &'static str,
    ) -> Result<Option<Decimal>, ReadError> {
        match number {
            Number::Absent => Ok(None),
            Number::Is(decimal) if decimal.abs() <= Decimal::from(most) => Ok(Some(decimal)),
            Number::Is(_) | Number::Wrong => Err(self.wrong(field)),
        }
    }

    fn currency(self, code: &Text) -> Result<Currency, ReadError> {
        let code = code.as_str().ok_or_else(|| self.missing("currency"))?;
        code.parse().map_err(|_| self.wrong("currency"))
    }
}

fn read<T: DeserializeOwned>(kind: ObjectKind, body: &str) -> Result<T, ReadError> {
    loose::read(body).map_err(|reason| ReadError::NotAnObject { kind, reason })
}

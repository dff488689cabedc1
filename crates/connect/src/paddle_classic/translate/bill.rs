//! Payments of subscriptions, and sales of what is bought once.

use model::{Currency, UnixSeconds};

use super::super::record::Record;
use super::alert::Paid;
use super::basis::Reading;
use crate::ReadError;

/// A payment of a subscription.
#[derive(Debug, Clone)]
pub(super) struct Payment {
    /// As it is filed.
    pub id: String,
    pub subscription: String,
    /// The beginning of the day, or the instant where an alert says it.
    pub at: UnixSeconds,
    /// What the buyer was charged.
    pub amount_minor: i64,
    pub currency: Currency,
    pub is_paid: bool,
    pub is_one_off: bool,
    /// What the alert about it says.
    pub exact: Option<Paid>,
    /// What that says of the value.
    pub reading: Option<Reading>,
}

/// # Errors
/// When it has no day, amount or currency, or one that cannot be understood.
pub(super) fn payment(record: &Record) -> Result<Payment, ReadError> {
    let currency = record.need_currency("currency")?;
    Ok(Payment {
        id: record.id.clone(),
        subscription: record.text("subscription_id").ok_or_else(|| record.missing("subscription_id"))?,
        at: record.instant("payout_date")?.ok_or_else(|| record.missing("payout_date"))?,
        amount_minor: record.need_minor("amount", currency)?,
        currency,
        is_paid: record.flag("is_paid"),
        is_one_off: record.flag("is_one_off_charge"),
        exact: None,
        reading: None,
    })
}

/// A sale of a product that is bought once.
#[derive(Debug, Clone)]
pub(super) struct Sale {
    pub id: String,
    pub user: Option<String>,
    pub product: Option<String>,
    pub at: UnixSeconds,
    pub amount_minor: i64,
    pub currency: Currency,
    /// What the alert about it says.
    pub exact: Option<Paid>,
}

/// `None`: it belongs to a subscription, whose payments have a list of their own.
///
/// # Errors
/// When it has no time, amount or currency, or one that cannot be understood.
pub(super) fn sale(record: &Record) -> Result<Option<Sale>, ReadError> {
    if record.flag("is_subscription") {
        return Ok(None);
    }
    let currency = record.need_currency("currency")?;
    Ok(Some(Sale {
        id: record.id.clone(),
        user: record.part("user").and_then(|user| user.text("user_id")),
        product: record.text("product_id"),
        at: record.instant("created_at")?.ok_or_else(|| record.missing("created_at"))?,
        amount_minor: record.need_minor("amount", currency)?,
        currency,
        exact: None,
    }))
}

impl Payment {
    pub fn of(id: &str, subscription: &str, paid: &Paid) -> Self {
        Self {
            id: id.to_owned(),
            subscription: subscription.to_owned(),
            at: paid.at,
            amount_minor: paid.gross_minor,
            currency: paid.currency,
            is_paid: true,
            is_one_off: false,
            exact: Some(paid.clone()),
            reading: None,
        }
    }

    pub fn take(&mut self, paid: &Paid) {
        self.at = paid.at;
        self.is_paid = true;
        self.exact = Some(paid.clone());
    }

    /// Whether an alert says that it is not the price of a period, or not that alone.
    pub fn is_netted(&self) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.is_netted)
    }

    pub fn gross_minor(&self) -> i64 {
        self.exact.as_ref().map_or(self.amount_minor, |exact| exact.gross_minor)
    }

    pub fn tax_minor(&self) -> i64 {
        self.exact.as_ref().map_or(0, |exact| exact.tax_minor)
    }
}

impl Sale {
    pub fn of(id: &str, user: Option<String>, paid: &Paid) -> Self {
        Self {
            id: id.to_owned(),
            user,
            product: None,
            at: paid.at,
            amount_minor: paid.gross_minor,
            currency: paid.currency,
            exact: Some(paid.clone()),
        }
    }

    pub fn gross_minor(&self) -> i64 {
        self.exact.as_ref().map_or(self.amount_minor, |exact| exact.gross_minor)
    }

    pub fn tax_minor(&self) -> i64 {
        self.exact.as_ref().map_or(0, |exact| exact.tax_minor)
    }
}

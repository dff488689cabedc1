//! Alerts: what happened, exactly.

use model::{Currency, UnixSeconds};
use rust_decimal::Decimal;

use super::super::filing::{self, payment_id};
use super::super::record::Record;
use super::coupon;
use crate::{Coupon, ReadError};

#[derive(Debug, Clone)]
pub(super) struct Alert {
    pub at: UnixSeconds,
    pub subscription: Option<String>,
    pub user: Option<String>,
    pub country: Option<String>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Created(Terms),
    /// New terms, and whether they differ from the old ones in what they are worth.
    Updated(Terms),
    Cancelled {
        effective_at: Option<UnixSeconds>,
    },
    Paid(Box<Paid>),
    Failed(Failed),
    Refunded(Refunded),
    Disputed {
        order: String,
        amount_minor: i64,
        currency: Currency,
        outcome: Option<String>,
    },
}

/// What was agreed at an instant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Terms {
    pub plan: Option<String>,
    pub quantity: Decimal,
    /// For one, in the smallest unit.
    pub unit_minor: Option<Decimal>,
    /// What all of it cost before the change.
    pub old_minor: Option<Decimal>,
    pub currency: Option<Currency>,
    pub next_at: Option<UnixSeconds>,
    pub status: Option<String>,
    pub paused_at: Option<UnixSeconds>,
    /// A change of the plan, the price or the quantity.
    pub is_change: bool,
}

/// A payment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paid {
    pub order: Option<String>,
    /// As it is filed; `None`: a sale of what is bought once.
    pub payment: Option<String>,
    pub at: UnixSeconds,
    pub currency: Currency,
    /// Tax inside.
    pub gross_minor: i64,
    pub tax_minor: i64,
    pub plan: Option<String>,
    pub quantity: Decimal,
    pub unit_minor: Option<i64>,
    pub next_at: Option<UnixSeconds>,
    /// What the next payment will be, as far as that was known then; tax inside.
    pub next_minor: Option<i64>,
    pub coupon: Option<String>,
    /// The coupon as it is listed.
    pub coupon_terms: Option<Coupon>,
    pub is_initial: bool,
    /// It says what came into the balance.
    pub is_booked: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failed {
    pub payment: String,
    pub currency: Currency,
    pub amount_minor: i64,
    pub attempt: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refunded {
    pub order: Option<String>,
    pub payment: Option<String>,
    pub currency: Currency,
    pub gross_minor: i64,
    pub tax_minor: i64,
}

/// `None`: an alert that says nothing that is counted.
///
/// # Errors
/// When it has no time, or an amount that is missing or cannot be understood.
pub(super) fn alert(record: Record) -> Result<Option<Alert>, ReadError> {
    let name = record.text("alert_name").ok_or_else(|| record.missing("alert_name"))?;
    let at = record.instant("event_time")?.ok_or_else(|| record.missing("event_time"))?;
    let what = match name.as_str() {
        "subscription_created" => What::Created(terms(&record, false)?),
        "subscription_updated" => What::Updated(terms(&record, true)?),
        "subscription_cancelled" => {
            What::Cancelled { effective_at: record.instant("cancellation_effective_date")? }
        }
        "subscription_payment_succeeded" | "payment_succeeded" => What::Paid(Box::new(paid(&record, at)?)),
        "subscription_payment_failed" => What::Failed(failed(&record)?),
        "subscription_payment_refunded" | "payment_refunded" => What::Refunded(refunded(&record)?),
        "payment_dispute_created" | "payment_dispute_closed" => {
            let currency = record.need_currency("currency")?;
            What::Disputed {
                order: record.text("order_id").ok_or_else(|| record.missing("order_id"))?,
                amount_minor: record.need_minor("amount", currency)?,
                currency,
                outcome: record.text("status").filter(|_| name.ends_with("closed")),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(Alert {
        at,
        subscription: record.text("subscription_id"),
        user: record.text("user_id"),
        country: record.text("country").map(|code| code.to_uppercase()),
        what,
    }))
}

fn terms(record: &Record, is_update: bool) -> Result<Terms, ReadError> {
    let currency = record.text("currency").and_then(|code| code.to_lowercase().parse::<Currency>().ok());
    let unit = |field: &'static str| -> Result<Option<Decimal>, ReadError> {
        let Some(currency) = currency else { return Ok(None) };
        Ok(record.minor(field, currency)?.map(Decimal::from))
    };
    let quantity = |field| Ok(record.number(field)?.unwrap_or(Decimal::ONE));
    if !is_update {
        return Ok(Terms {
            plan: record.text("subscription_plan_id"),
            quantity: quantity("quantity")?,
            unit_minor: unit("unit_price")?,
            old_minor: None,
            currency,
            next_at: record.instant("next_bill_date")?,
            status: record.text("status"),
            paused_at: None,
            is_change: false,
        });
    }
    let (new_unit, old_unit) = (unit("new_unit_price")?, unit("old_unit_price")?);
    let (new_quantity, old_quantity) = (quantity("new_quantity")?, quantity("old_quantity")?);
    let (plan, old_plan) = (record.text("subscription_plan_id"), record.text("old_subscription_plan_id"));
    let is_change =
        new_unit != old_unit || new_quantity != old_quantity || old_plan.is_some() && old_plan != plan;
    Ok(Terms {
        plan,
        quantity: new_quantity,
        unit_minor: new_unit,
        old_minor: old_unit.and_then(|unit| unit.checked_mul(old_quantity)),
        currency,
        next_at: record.instant("next_bill_date")?,
        status: record.text("status"),
        paused_at: record.instant("paused_from")?,
        is_change,
    })
}

fn paid(record: &Record, at: UnixSeconds) -> Result<Paid, ReadError> {
    let currency = record.need_currency("currency")?;
    Ok(Paid {
        order: record.text("order_id"),
        payment: payment_of(record),
        at,
        currency,
        gross_minor: record.need_minor("sale_gross", currency)?,
        tax_minor: record.minor("payment_tax", currency)?.unwrap_or(0),
        plan: record.text("subscription_plan_id"),
        quantity: record.number("quantity")?.unwrap_or(Decimal::ONE),
        unit_minor: record.minor("unit_price", currency)?,
        next_at: record.instant("next_bill_date")?,
        next_minor: record.minor("next_payment_amount", currency)?,
        coupon: record.text("coupon"),
        coupon_terms: record.part(filing::COUPON_TERMS).and_then(|terms| coupon::coupon(&terms).ok()),
        is_initial: record.flag("initial_payment"),
        is_booked: record.text("balance_currency").is_some(),
    })
}

fn failed(record: &Record) -> Result<Failed, ReadError> {
    let currency = record.need_currency("currency")?;
    let attempt = record.text("attempt_number").and_then(|text| text.parse().ok()).unwrap_or(1);
    Ok(Failed {
        payment: payment_of(record).ok_or_else(|| record.missing("subscription_payment_id"))?,
        currency,
        amount_minor: record.need_minor("amount", currency)?,
        attempt,
    })
}

fn refunded(record: &Record) -> Result<Refunded, ReadError> {
    let currency = record.need_currency("currency")?;
    Ok(Refunded {
        order: record.text("order_id"),
        payment: payment_of(record),
        currency,
        gross_minor: record.need_minor("gross_refund", currency)?.abs(),
        tax_minor: record.minor("tax_refund", currency)?.unwrap_or(0).abs(),
    })
}

fn payment_of(record: &Record) -> Option<String> {
    Some(payment_id(&record.text("subscription_id")?, &record.text("subscription_payment_id")?))
}

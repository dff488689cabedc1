//! What alerts say of the balance, in its own currency: Paddle pays the tax, keeps a fee, and what is left are earnings.

use model::billing::Charge;
use model::{BalanceCategory, BalanceTransaction, RawObject};

use super::super::filing::payment_id;
use super::super::record::Record;
use super::whole;
use crate::ReadError;

const TAX: &str = "/tax";
/// An alert moves the balance by its amount, and by the tax in it.
pub const BALANCE_PARTS: &[&str] = &["", TAX];

/// How what an alert tells of moved the balance; not at all for most of them.
///
/// # Errors
/// When it has no time, or an amount that cannot be understood.
pub fn balance_transactions(object: &RawObject) -> Result<Vec<BalanceTransaction>, ReadError> {
    let record = Record::of(object)?;
    let (category, sign, [gross, tax, fee]) = match record.text("alert_name").as_deref() {
        Some("subscription_payment_succeeded" | "payment_succeeded") => {
            (BalanceCategory::Charge, 1, ["balance_gross", "balance_tax", "balance_fee"])
        }
        Some("subscription_payment_refunded" | "payment_refunded") => (
            BalanceCategory::Refund,
            -1,
            ["balance_gross_refund", "balance_tax_refund", "balance_fee_refund"],
        ),
        Some("payment_dispute_closed") if record.is("status", "lost") => {
            (BalanceCategory::Dispute, -1, ["balance_amount", "", ""])
        }
        _ => return Ok(Vec::new()),
    };
    // Alerts from before balances had a currency of their own say nothing.
    if record.text("balance_currency").is_none() {
        return Ok(Vec::new());
    }
    let currency = record.need_currency("balance_currency")?;
    let minor = |field: &'static str| Ok(sign * record.minor(field, currency)?.unwrap_or(0).abs());
    let (gross_minor, tax_minor, fee_minor) = (minor(gross)?, minor(tax)?, minor(fee)?);
    let created_at = record.instant("event_time")?.ok_or_else(|| record.missing("event_time"))?;
    let payment = record.text("subscription_id").zip(record.text("subscription_payment_id"));
    let source = payment.map(|(subscription, payment)| payment_id(&subscription, &payment));
    let source = source.or_else(|| record.text("order_id"));
    let one = |part: &str, category, amount_minor, fee_minor| BalanceTransaction {
        id: format!("{}{part}", object.id).into(),
        source: source.clone(),
        category,
        created_at,
        currency,
        amount_minor,
        fee_minor,
        net_minor: amount_minor - fee_minor,
    };
    let all =
        [one("", category, gross_minor, fee_minor), one(TAX, BalanceCategory::RemittedTax, -tax_minor, 0)];
    Ok(all.into_iter().filter(|one| one.amount_minor != 0 || one.fee_minor != 0).collect())
}

/// The payment that an object of the kind that balance transactions are made for is.
///
/// # Errors
/// When it is not paid, or cannot be read.
pub fn payment(object: &RawObject) -> Result<Charge, ReadError> {
    let record = Record::of(object)?;
    let payment = super::bill::payment(&record)?;
    if !payment.is_paid {
        return Err(record.missing("is_paid"));
    }
    Ok(whole::payment(&payment))
}

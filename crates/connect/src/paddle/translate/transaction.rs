//! Transactions: a bill with its lines, and the attempts to collect it.

use std::collections::HashMap;

use model::UnixSeconds;
use model::billing::{
    Card, CardExpiry, Charge, ChargeStatus, Invoice, InvoiceLine, InvoiceStatus, PaymentMeans, PaymentMethod,
    Price,
};

use super::line::{Around, line};
use super::price;
use super::record::Record;
use crate::ReadError;

const DAY_S: i64 = 86_400;

/// A transaction.
#[derive(Debug)]
pub(super) struct Bill {
    pub invoice: Invoice,
    pub charges: Vec<Charge>,
    /// What it was paid with, and when.
    pub paid_with: Option<(UnixSeconds, PaymentMethod)>,
    pub address: Option<String>,
    pub prices: Vec<Price>,
    /// How long a trial of these prices is, in days, where it costs something.
    pub paid_trials: HashMap<String, i64>,
}

/// # Errors
/// When it has no currency or time of creation, or one of its amounts or lines cannot be understood: with a part of it the
/// numbers would be wrong.
pub(super) fn transaction(record: Record) -> Result<Bill, ReadError> {
    let created_at = record.instant("/created_at")?.ok_or_else(|| record.missing("/created_at"))?;
    let billed_at = record.instant("/billed_at")?;
    let around = Around {
        origin: record.text("/origin"),
        currency: record.need_currency("/currency_code")?,
        created_at,
        billed_at: billed_at.unwrap_or(created_at),
        period: record.period("/billing_period")?,
        subscription: record.text("/subscription_id").map(Into::into),
    };
    let items = record.list("/items");
    let embedded = || items.iter().filter_map(|item| item.part("/price"));
    // One that cannot be read is not among the prices, which its lines say.
    let prices: Vec<Price> = embedded().filter_map(|price| price::price(price).ok()).collect();
    let mut lines = Vec::new();
    for (number, own) in record.list("/details/line_items").iter().enumerate() {
        let line = line(own, number, &around)?;
        // A merchant may have edited it since.
        let then = prices.iter().find(|price| Some(&price.id) == line.price.as_ref());
        lines.push(InvoiceLine { price_then: then.cloned().map(Box::new), ..line });
    }
    let status = match status(record.text("/status").as_deref()) {
        // A checkout that was left, or an invoice that was never issued.
        InvoiceStatus::Void if billed_at.is_none() => InvoiceStatus::Draft,
        status => status,
    };
    // Somebody who tries to pay at a checkout and leaves is not a customer whose payment failed.
    let payments = if status == InvoiceStatus::Draft { Vec::new() } else { record.list("/payments") };
    let (mut charges, mut paid_with) = (Vec::new(), None);
    for (number, payment) in payments.iter().enumerate() {
        let is_paying = payment.is("/status", "captured")
            && charges.iter().all(|charge: &Charge| charge.status != ChargeStatus::Succeeded);
        let charge = charge(payment, number, is_paying, &record, &around)?;
        if is_paying {
            paid_with = method(payment).map(|method| (charge.created_at, method));
        }
        charges.push(charge);
    }
    let captured = charges.iter().filter(|charge| charge.status == ChargeStatus::Succeeded);
    let captured_at = captured.map(|charge| charge.created_at).max();
    let is_paid = status == InvoiceStatus::Paid;
    let lines_minor: i64 = lines.iter().map(|line| line.amount_minor - line.discount_minor).sum();
    let tax_minor = record.amount("/details/totals/tax")?.unwrap_or(0);
    let total_minor = record.amount("/details/totals/total")?.unwrap_or(lines_minor + tax_minor);
    let due_minor = record.amount("/details/totals/grand_total")?.unwrap_or(total_minor.max(0));
    let tried = charges
        .iter()
        .filter(|charge| matches!(charge.status, ChargeStatus::Succeeded | ChargeStatus::Failed));
    let invoice = Invoice {
        number: record.text("/invoice_number"),
        customer: record.text("/customer_id").map(Into::into),
        subscription: around.subscription.clone(),
        status,
        paid_at: is_paid.then_some(captured_at.unwrap_or(around.billed_at)),
        finalized_at: billed_at,
        due_at: if record.is("/collection_mode", "manual") {
            let days = record.part("/billing_details/payment_terms").and_then(|terms| days_of(&terms));
            Some(UnixSeconds(around.billed_at.0.saturating_add(days.unwrap_or(0).saturating_mul(DAY_S))))
        } else {
            None
        },
        given_up_at: if status == InvoiceStatus::Void { record.instant("/updated_at")? } else { None },
        billing_reason: around.origin.clone(),
        attempt_count: u32::try_from(tried.count()).unwrap_or(u32::MAX),
        total_minor,
        tax_minor,
        amount_paid_minor: if is_paid { due_minor } else { 0 },
        amount_due_minor: due_minor,
        ..Invoice::open(record.id.as_str().into(), around.currency, created_at, lines)
    };
    Ok(Bill {
        invoice,
        charges,
        paid_with,
        address: record.text("/address_id"),
        paid_trials: embedded().filter_map(|price| paid_trial(&price)).collect(),
        prices,
    })
}

fn status(word: Option<&str>) -> InvoiceStatus {
    match word {
        // A checkout that was opened, and an invoice that is not issued.
        Some("draft" | "ready") => InvoiceStatus::Draft,
        Some("billed" | "past_due") => InvoiceStatus::Open,
        Some("paid" | "completed") => InvoiceStatus::Paid,
        Some("canceled") => InvoiceStatus::Void,
        _ => InvoiceStatus::Unknown,
    }
}

/// A price's trial, in days, if it has an amount of its own.
fn paid_trial(price: &Record) -> Option<(String, i64)> {
    if !price.has("/trial_period/unit_price") {
        return None;
    }
    Some((price.text("/id")?, days_of(&price.part("/trial_period")?)?))
}

/// About how many days a number of intervals has.
fn days_of(time: &Record) -> Option<i64> {
    let days = match time.text("/interval")?.as_str() {
        "day" => 1,
        "week" => 7,
        "month" => 30,
        _ => 365,
    };
    Some(days * time.amount("/frequency").ok()?.unwrap_or(1).clamp(0, 10_000))
}

/// An attempt to collect. The one that paid has the transaction's id, by which it is found in Paddle and in the balance.
fn charge(
    payment: &Record,
    number: usize,
    is_paying: bool,
    record: &Record,
    around: &Around,
) -> Result<Charge, ReadError> {
    let status = match payment.text("/status").as_deref() {
        Some("captured") => ChargeStatus::Succeeded,
        Some("error") => ChargeStatus::Failed,
        Some("canceled" | "dropped" | "unknown") | None => ChargeStatus::Unknown,
        Some(_) => ChargeStatus::Pending,
    };
    let attempt = payment.text("/payment_attempt_id");
    let attempt = attempt.unwrap_or_else(|| format!("{}-{number}", record.id));
    let amount_minor = payment.need_amount("/amount")?;
    let captured_at = payment.instant("/captured_at")?.filter(|_| status == ChargeStatus::Succeeded);
    let created_at = captured_at.or(payment.instant("/created_at")?).unwrap_or(around.billed_at);
    let error = payment.text("/error_code").filter(|_| status == ChargeStatus::Failed);
    Ok(Charge {
        id: if is_paying { record.id.as_str().into() } else { attempt.into() },
        customer: record.text("/customer_id").map(Into::into),
        invoice: Some(record.id.as_str().into()),
        payment_intent: None,
        payment_method: method(payment),
        status,
        currency: around.currency,
        amount_minor,
        amount_captured_minor: if status == ChargeStatus::Succeeded { amount_minor } else { 0 },
        amount_refunded_minor: 0,
        created_at,
        failure_code: error.clone(),
        decline_code: error,
        is_disputed: false,
        is_booked: is_paying && record.has("/details/payout_totals"),
    })
}

fn method(payment: &Record) -> Option<PaymentMethod> {
    let details = payment.part("/method_details")?;
    let means = match (details.text("/type")?.as_str(), details.part("/card")) {
        ("card", Some(card)) => {
            let month = card.amount("/expiry_month").ok().flatten();
            let year = card.amount("/expiry_year").ok().flatten();
            let expiry = year.zip(month).and_then(|(year, month)| CardExpiry::new(year, month));
            expiry.map_or(PaymentMeans::Unknown, |expiry| {
                PaymentMeans::Card(Card { brand: card.text("/type"), last4: card.text("/last4"), expiry })
            })
        }
        ("card", None) => PaymentMeans::Unknown,
        _ => PaymentMeans::NoCard,
    };
    let id = payment.text("/payment_method_id").or_else(|| payment.text("/payment_attempt_id"))?;
    Some(PaymentMethod { id, means })
}

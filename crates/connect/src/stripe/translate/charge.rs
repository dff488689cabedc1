//! Money that moved: charges, refunds, credit notes, and which payment paid which invoice.

use model::billing::{
    Charge, ChargeStatus, CreditNote, Dispute, DisputeStatus, InvoicePayment, PaymentMethod, Refund,
};
use model::{ChargeId, CreditNoteId, CustomerId, DisputeId, InvoiceId, RefundId};
use serde::Deserialize;

use super::line::Amount;
use super::method::{MethodShape, method};
use super::{ReadError, Reading, read};
use crate::stripe::kind;
use crate::stripe::loose::{Array, Flag, Link, Number, Object, Ref, Text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChargeShape {
    id: Text,
    customer: Ref,
    invoice: Ref,
    payment_intent: Ref,
    payment_method: Text,
    payment_method_details: Object<MethodShape>,
    /// What was charged, in the older shape.
    source: Link<MethodShape>,
    status: Text,
    paid: Flag,
    captured: Flag,
    currency: Text,
    amount: Number,
    amount_captured: Number,
    amount_refunded: Number,
    created: Number,
    failure_code: Text,
    outcome: Object<Outcome>,
    disputed: Flag,
    dispute: Ref,
    balance_transaction: Ref,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Outcome {
    reason: Text,
}

impl ChargeShape {
    fn method(&self) -> Option<PaymentMethod> {
        let Some(id) = self.payment_method.said() else { return method([&self.source]) };
        let details = self.payment_method_details.get();
        Some(PaymentMethod { id, means: details.map(MethodShape::means).unwrap_or_default() })
    }
}

/// A charge.
///
/// # Errors
/// When it is no JSON object with an id, an amount, a currency and a time of creation, or one cannot be understood.
pub fn charge(body: &str) -> Result<Charge, ReadError> {
    let shape: ChargeShape = read(kind::CHARGE, body)?;
    let reading = Reading::begin(kind::CHARGE, &shape.id)?;
    let amount_minor = reading.amount(shape.amount, "amount")?;
    let captured = reading.optional_amount(shape.amount_captured, "amount_captured")?;
    let refunded = reading.optional_amount(shape.amount_refunded, "amount_refunded")?;
    let status = match shape.status.as_str() {
        Some("succeeded" | "paid") => ChargeStatus::Succeeded,
        Some("pending") => ChargeStatus::Pending,
        Some("failed") => ChargeStatus::Failed,
        Some(_) => ChargeStatus::Unknown,
        None => match shape.paid.0 {
            Some(true) => ChargeStatus::Succeeded,
            Some(false) => ChargeStatus::Failed,
            None => ChargeStatus::Unknown,
        },
    };
    // Before charges said how much was captured, it was all or nothing.
    let is_captured = shape.captured.0.unwrap_or(status == ChargeStatus::Succeeded);
    let reason = shape.outcome.get().and_then(|outcome| outcome.reason.said());
    let failure_code = shape.failure_code.said();
    let is_failed = status == ChargeStatus::Failed;
    Ok(Charge {
        id: ChargeId::from(reading.id),
        customer: shape.customer.id().map(CustomerId::from),
        invoice: shape.invoice.id().map(InvoiceId::from),
        payment_intent: shape.payment_intent.id().map(str::to_owned),
        payment_method: shape.method(),
        status,
        currency: reading.currency(&shape.currency)?,
        amount_minor,
        amount_captured_minor: captured.unwrap_or(if is_captured { amount_minor } else { 0 }),
        amount_refunded_minor: refunded.unwrap_or(0),
        created_at: reading.instant(shape.created, "created")?,
        decline_code: reason.or_else(|| failure_code.clone()).filter(|_| is_failed),
        failure_code,
        is_disputed: shape.disputed.is_set() || shape.dispute.id().is_some(),
        is_booked: shape.balance_transaction.id().is_some(),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RefundShape {
    id: Text,
    charge: Ref,
    payment_intent: Ref,
    status: Text,
    currency: Text,
    amount: Number,
    created: Number,
}

/// A refund.
///
/// # Errors
/// When it is no JSON object with an id, an amount, a currency and a time of creation, or one cannot be understood.
pub fn refund(body: &str) -> Result<Refund, ReadError> {
    let shape: RefundShape = read(kind::REFUND, body)?;
    let reading = Reading::begin(kind::REFUND, &shape.id)?;
    Ok(Refund {
        id: RefundId::from(reading.id),
        charge: shape.charge.id().map(ChargeId::from),
        payment_intent: shape.payment_intent.id().map(str::to_owned),
        // Refunds had no status at first: there were only such as went through.
        is_succeeded: shape.status.as_str().is_none_or(|status| status == "succeeded"),
        currency: reading.currency(&shape.currency)?,
        amount_minor: reading.amount(shape.amount, "amount")?,
        created_at: reading.instant(shape.created, "created")?,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DisputeShape {
    id: Text,
    charge: Ref,
    status: Text,
    currency: Text,
    amount: Number,
    created: Number,
    balance_transactions: Array<Moved>,
}

/// Money that was taken or given back for a dispute, in the account's own currency.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Moved {
    amount: Number,
    created: Number,
}

/// A dispute. Nothing says when it was closed; money last moved when it was lost, or given back when it was won.
///
/// # Errors
/// When it is no JSON object with an id, an amount, a currency and a time of creation, or one cannot be understood.
pub fn dispute(body: &str) -> Result<Dispute, ReadError> {
    let shape: DisputeShape = read(kind::DISPUTE, body)?;
    let reading = Reading::begin(kind::DISPUTE, &shape.id)?;
    let amount_minor = reading.amount(shape.amount, "amount")?;
    let (mut taken, mut returned, mut moved_at) = (0_i64, 0_i64, None);
    for moved in shape.balance_transactions.iter() {
        let amount = reading.optional_amount(moved.amount, "balance_transactions.amount")?.unwrap_or(0);
        taken = taken.saturating_sub(amount.min(0));
        returned = returned.saturating_add(amount.max(0));
        moved_at = moved_at.max(reading.optional_instant(moved.created, "balance_transactions.created")?);
    }
    // A part that was given back is the same part of the disputed amount, whatever currency the account is in.
    let won_back = i128::from(amount_minor) * i128::from(returned.min(taken)) / i128::from(taken.max(1));
    Ok(Dispute {
        id: DisputeId::from(reading.id),
        charge: shape.charge.id().map(ChargeId::from),
        status: match shape.status.as_str() {
            // A charge that was refunded to end its dispute is among the refunds.
            Some("won" | "warning_closed" | "prevented" | "charge_refunded") => DisputeStatus::Won,
            Some("lost") => DisputeStatus::Lost,
            _ => DisputeStatus::Open,
        },
        currency: reading.currency(&shape.currency)?,
        amount_minor,
        created_at: reading.instant(shape.created, "created")?,
        won_back_minor: i64::try_from(won_back).unwrap_or(amount_minor),
        moved_at,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CreditNoteShape {
    id: Text,
    invoice: Ref,
    customer: Ref,
    status: Text,
    currency: Text,
    created: Number,
    amount: Number,
    post_payment_amount: Number,
    refunds: Array<CreditedRefund>,
    // Before a note could have several refunds and both parts.
    #[serde(rename = "type")]
    note_type: Text,
    refund: Link<Amount>,
    out_of_band_amount: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CreditedRefund {
    amount_refunded: Number,
}

/// A credit note.
///
/// # Errors
/// When it is no JSON object with an id, a currency and a time of creation, or an amount cannot be understood.
pub fn credit_note(body: &str) -> Result<CreditNote, ReadError> {
    let shape: CreditNoteShape = read(kind::CREDIT_NOTE, body)?;
    let reading = Reading::begin(kind::CREDIT_NOTE, &shape.id)?;
    let post_payment_minor = match reading
        .optional_amount(shape.post_payment_amount, "post_payment_amount")?
    {
        Some(amount) => amount,
        None if shape.note_type.as_str() == Some("post_payment") => reading.amount(shape.amount, "amount")?,
        None => 0,
    };
    let refunded = match (&shape.refunds.0, &shape.refund) {
        (Some(refunds), _) => reading.sum(refunds.iter().map(|refund| refund.amount_refunded), "refunds")?,
        (None, Link::Expanded(refund)) => reading.optional_amount(refund.amount, "refund")?.unwrap_or(0),
        (None, Link::Id(_)) => {
            let elsewhere = reading.optional_amount(shape.out_of_band_amount, "out_of_band_amount")?;
            post_payment_minor - elsewhere.unwrap_or(0)
        }
        (None, Link::Absent) => 0,
    };
    Ok(CreditNote {
        id: CreditNoteId::from(reading.id),
        invoice: shape.invoice.id().map(InvoiceId::from),
        customer: shape.customer.id().map(CustomerId::from),
        is_void: shape.status.as_str() == Some("void"),
        currency: reading.currency(&shape.currency)?,
        created_at: reading.instant(shape.created, "created")?,
        post_payment_minor,
        refunded_minor: refunded.min(post_payment_minor),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InvoicePaymentShape {
    id: Text,
    invoice: Ref,
    payment: Object<Payment>,
    status: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payment {
    payment_intent: Ref,
    charge: Ref,
}

/// What links a payment to the invoice that it paid.
///
/// # Errors
/// When it is no JSON object with an id and an invoice.
pub fn invoice_payment(body: &str) -> Result<InvoicePayment, ReadError> {
    let shape: InvoicePaymentShape = read(kind::INVOICE_PAYMENT, body)?;
    let reading = Reading::begin(kind::INVOICE_PAYMENT, &shape.id)?;
    let invoice = shape.invoice.id().ok_or_else(|| reading.missing("invoice"))?;
    let payment = shape.payment.get();
    Ok(InvoicePayment {
        invoice: InvoiceId::from(invoice),
        payment_intent: payment.and_then(|payment| payment.payment_intent.id()).map(str::to_owned),
        charge: payment.and_then(|payment| payment.charge.id()).map(ChargeId::from),
        is_paid: shape.status.as_str() == Some("paid"),
    })
}

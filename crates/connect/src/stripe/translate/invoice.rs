//! Invoices with the lines inside them.

use model::billing::{Invoice, InvoiceLine, InvoiceStatus, Price};
use model::{CustomerId, InvoiceId, SubscriptionId};
use serde::Deserialize;

use super::line::{Amount, Around, LineShape};
use super::{ReadError, Reading, read};
use crate::stripe::kind;
use crate::stripe::loose::{Array, Embedded, Flag, Number, Object, Ref, Text};

/// An invoice with the lines that came inside it, and the prices that came inside those.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceParts {
    pub invoice: Invoice,
    /// Whether there are more lines than came inside it.
    pub is_cut: bool,
    pub inline_prices: Vec<Price>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    id: Text,
    number: Text,
    customer: Ref,
    parent: Object<Parent>,
    subscription: Ref,
    status: Text,
    // What stood for the status before there was one.
    paid: Flag,
    closed: Flag,
    forgiven: Flag,
    currency: Text,
    created: Number,
    date: Number,
    status_transitions: Object<Transitions>,
    billing_reason: Text,
    from_invoice: Object<FromInvoice>,
    attempt_count: Number,
    attempted: Flag,
    total: Number,
    total_excluding_tax: Number,
    total_taxes: Array<Amount>,
    total_tax_amounts: Array<Amount>,
    tax: Number,
    shipping_cost: Object<Shipping>,
    amount_shipping: Number,
    total_pretax_credit_amounts: Array<Credit>,
    amount_paid: Number,
    amount_due: Number,
    lines: Object<Embedded<LineShape>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parent {
    subscription_details: Object<Details>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FromInvoice {
    action: Text,
    invoice: Ref,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    subscription: Ref,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shipping {
    amount_total: Number,
    amount_tax: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Credit {
    amount: Number,
    #[serde(rename = "type")]
    credit_type: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Transitions {
    finalized_at: Number,
    marked_uncollectible_at: Number,
    paid_at: Number,
    voided_at: Number,
}

/// An invoice.
///
/// # Errors
/// When it is no JSON object with an id, a currency and a time of creation, or when one of its amounts or lines
/// cannot be understood: with a part of it the numbers would be wrong.
pub fn invoice(body: &str) -> Result<InvoiceParts, ReadError> {
    let shape: Shape = read(kind::INVOICE, body)?;
    let reading = Reading::begin(kind::INVOICE, &shape.id)?;
    let created_at = reading.instant(shape.created.or(shape.date), "created")?;
    let currency = reading.currency(&shape.currency)?;
    let below = shape.parent.get().and_then(|parent| parent.subscription_details.get());
    let subscription =
        below.and_then(|details| details.subscription.id()).or_else(|| shape.subscription.id());
    let around = Around { created_at: Some(created_at), currency: Some(currency), subscription };
    let (mut lines, mut inline_prices) = (Vec::new(), Vec::new());
    for line in shape.lines.get().iter().flat_map(|list| list.data.iter()) {
        let (line, price) = line.read(kind::INVOICE_LINE, around)?;
        lines.push(line);
        inline_prices.extend(price);
    }
    let status = shape.status();
    let is_paid = status == InvoiceStatus::Paid;
    let reached = |at: fn(&Transitions) -> Number, field| {
        let at = shape.status_transitions.get().map_or(Number::Absent, at);
        reading.optional_instant(at, field)
    };
    let paid_at = reached(|at| at.paid_at, "status_transitions.paid_at")?;
    let given_up_at = match status {
        InvoiceStatus::Void => reached(|at| at.voided_at, "status_transitions.voided_at")?,
        InvoiceStatus::Uncollectible => {
            reached(|at| at.marked_uncollectible_at, "status_transitions.marked_uncollectible_at")?
        }
        _ => None,
    };
    // A server that does not add up is added up for.
    let lines_minor = lines.iter().map(|line: &InvoiceLine| line.amount_minor - line.discount_minor).sum();
    let total_minor = reading.optional_amount(shape.total, "total")?.unwrap_or(lines_minor);
    let amount_paid = reading.optional_amount(shape.amount_paid, "amount_paid")?;
    let invoice = Invoice {
        id: InvoiceId::from(reading.id),
        number: shape.number.said(),
        customer: shape.customer.id().map(CustomerId::from),
        subscription: subscription.map(SubscriptionId::from),
        revises: shape.revises().map(InvoiceId::from),
        status,
        currency,
        created_at,
        // In the oldest shape a paid invoice does not say when; it was charged when it was made.
        paid_at: paid_at.or(is_paid.then_some(created_at)),
        finalized_at: reached(|at| at.finalized_at, "status_transitions.finalized_at")?,
        due_at: None,
        given_up_at,
        billing_reason: shape.billing_reason.said(),
        attempt_count: shape.attempt_count(),
        total_minor,
        tax_minor: shape.tax(reading, total_minor)?,
        shipping_minor: shape.shipping(reading)?,
        billing_credits_minor: shape.billing_credits(reading)?,
        amount_paid_minor: amount_paid.unwrap_or(if is_paid { total_minor } else { 0 }),
        amount_due_minor: reading.optional_amount(shape.amount_due, "amount_due")?.unwrap_or(total_minor),
        lines,
    };
    let is_cut = shape.lines.get().is_some_and(|list| list.has_more.is_set());
    Ok(InvoiceParts { invoice, is_cut, inline_prices })
}

impl Shape {
    /// An invoice can also be copied from another one, which then stays as it is.
    fn revises(&self) -> Option<&str> {
        let from = self.from_invoice.get().filter(|from| from.action.as_str() == Some("revision"));
        from.and_then(|from| from.invoice.id())
    }

    fn status(&self) -> InvoiceStatus {
        match self.status.as_str() {
            Some("draft") => InvoiceStatus::Draft,
            Some("open") => InvoiceStatus::Open,
            Some("paid") => InvoiceStatus::Paid,
            Some("void") => InvoiceStatus::Void,
            Some("uncollectible") => InvoiceStatus::Uncollectible,
            Some(_) => InvoiceStatus::Unknown,
            None if self.paid.is_set() => InvoiceStatus::Paid,
            None if self.forgiven.is_set() => InvoiceStatus::Uncollectible,
            None if self.closed.is_set() => InvoiceStatus::Void,
            None if self.paid.0.is_some() => InvoiceStatus::Open,
            None => InvoiceStatus::Unknown,
        }
    }

    fn attempt_count(&self) -> u32 {
        let count = self.attempt_count.whole().and_then(|count| u32::try_from(count).ok());
        count.unwrap_or_else(|| u32::from(self.attempted.is_set()))
    }

    /// Without its tax, which is among the invoice's taxes.
    fn shipping(&self, reading: Reading<'_>) -> Result<i64, ReadError> {
        let Some(cost) = self.shipping_cost.get() else {
            return Ok(reading.optional_amount(self.amount_shipping, "amount_shipping")?.unwrap_or(0));
        };
        let total = reading.optional_amount(cost.amount_total, "shipping_cost.amount_total")?;
        let tax = reading.optional_amount(cost.amount_tax, "shipping_cost.amount_tax")?;
        Ok(total.unwrap_or(0).saturating_sub(tax.unwrap_or(0)))
    }

    /// The list has discounts too, which the lines have already.
    fn billing_credits(&self, reading: Reading<'_>) -> Result<i64, ReadError> {
        let credits = self.total_pretax_credit_amounts.iter();
        let granted =
            credits.filter(|credit| credit.credit_type.as_str() == Some("credit_balance_transaction"));
        reading.sum(granted.map(|credit| credit.amount), "total_pretax_credit_amounts")
    }

    fn tax(&self, reading: Reading<'_>, total_minor: i64) -> Result<i64, ReadError> {
        for (taxes, field) in
            [(&self.total_taxes, "total_taxes"), (&self.total_tax_amounts, "total_tax_amounts")]
        {
            if taxes.0.is_some() {
                return reading.sum(taxes.iter().map(|tax| tax.amount), field);
            }
        }
        if let Some(tax) = reading.optional_amount(self.tax, "tax")? {
            return Ok(tax);
        }
        let net = reading.optional_amount(self.total_excluding_tax, "total_excluding_tax")?;
        Ok(net.map_or(0, |net| total_minor - net))
    }
}

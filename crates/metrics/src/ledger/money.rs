//! Money that moved or was earned: revenue, refunds and payments, each on its own day.

use std::collections::HashSet;

use model::billing::{Charge, ChargeStatus, CustomerHistory, InvoiceStatus};
use model::{Currency, UnixSeconds};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MoneyKind {
    /// Total without tax of an invoice, on the day it was paid.
    InvoiceRevenue,
    /// A succeeded charge that belongs to no invoice.
    ChargeRevenue,
    /// A succeeded refund, on its own day.
    Refund,
    /// A credit note after payment, as far as it was not paid out as a refund.
    CreditNote,
    /// A succeeded charge.
    Payment,
    /// A failed charge.
    FailedPayment,
}

/// One amount; its kind says whether it adds or takes away.
#[derive(Debug, Clone, PartialEq)]
pub struct MoneyFact {
    pub at: UnixSeconds,
    pub kind: MoneyKind,
    pub currency: Currency,
    /// Above or at zero, but for an invoice whose total is negative.
    pub amount_minor: i64,
    /// The provider's id of the invoice, charge, refund or credit note.
    pub source: String,
}

pub(super) fn facts(history: &CustomerHistory) -> Vec<MoneyFact> {
    let mut facts = Vec::new();
    invoices(history, &mut facts);
    charges(history, &mut facts);
    refunds(history, &mut facts);
    credit_notes(history, &mut facts);
    facts.sort_by(|a, b| (a.at, a.kind, &a.source).cmp(&(b.at, b.kind, &b.source)));
    facts
}

fn invoices(history: &CustomerHistory, facts: &mut Vec<MoneyFact>) {
    for invoice in history.invoices.iter().filter(|invoice| invoice.status == InvoiceStatus::Paid) {
        facts.push(MoneyFact {
            at: invoice.paid_at.unwrap_or(invoice.created_at),
            kind: MoneyKind::InvoiceRevenue,
            currency: invoice.currency,
            amount_minor: invoice.total_minor.saturating_sub(invoice.tax_minor),
            source: invoice.id.to_string(),
        });
    }
}

fn charges(history: &CustomerHistory, facts: &mut Vec<MoneyFact>) {
    let payments = &history.invoice_payments;
    let paying_charges: HashSet<&str> =
        payments.iter().filter_map(|p| p.charge.as_ref().map(|id| id.as_str())).collect();
    let paying_intents: HashSet<&str> = payments.iter().filter_map(|p| p.payment_intent.as_deref()).collect();
    let pays_an_invoice = |charge: &Charge| {
        charge.invoice.is_some()
            || paying_charges.contains(charge.id.as_str())
            || charge.payment_intent.as_deref().is_some_and(|intent| paying_intents.contains(intent))
    };
    for charge in &history.charges {
        let mut push = |kind, amount_minor| {
            let source = charge.id.to_string();
            facts.push(MoneyFact {
                at: charge.created_at,
                kind,
                currency: charge.currency,
                amount_minor,
                source,
            });
        };
        match charge.status {
            // Authorized and never captured: no money moved.
            ChargeStatus::Succeeded if charge.amount_captured_minor == 0 => {}
            ChargeStatus::Succeeded => {
                push(MoneyKind::Payment, charge.amount_captured_minor);
                if !pays_an_invoice(charge) {
                    push(MoneyKind::ChargeRevenue, charge.amount_captured_minor);
                }
            }
            ChargeStatus::Failed => push(MoneyKind::FailedPayment, charge.amount_minor),
            ChargeStatus::Pending | ChargeStatus::Unknown => {}
        }
    }
}

fn refunds(history: &CustomerHistory, facts: &mut Vec<MoneyFact>) {
    for refund in history.refunds.iter().filter(|refund| refund.is_succeeded) {
        facts.push(MoneyFact {
            at: refund.created_at,
            kind: MoneyKind::Refund,
            currency: refund.currency,
            amount_minor: refund.amount_minor,
            source: refund.id.to_string(),
        });
    }
}

fn credit_notes(history: &CustomerHistory, facts: &mut Vec<MoneyFact>) {
    for note in history.credit_notes.iter().filter(|note| !note.is_void) {
        let amount_minor = note.post_payment_minor.saturating_sub(note.refunded_minor);
        if amount_minor > 0 {
            facts.push(MoneyFact {
                at: note.created_at,
                kind: MoneyKind::CreditNote,
                currency: note.currency,
                amount_minor,
                source: note.id.to_string(),
            });
        }
    }
}

//! Money that moved or was earned: revenue, refunds and payments, each on its own day.

use std::collections::HashSet;
use std::str::FromStr;

use model::billing::{Charge, ChargeStatus, CustomerHistory, DisputeStatus, Invoice, InvoiceStatus};
use model::{Currency, UnixSeconds};

use super::attempts::{Failing, failing};

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
    /// What was due on an invoice whose first attempt failed, by the time of that attempt.
    FailedInvoice,
    /// What was paid of such an invoice in the end, by the same time.
    RecoveredInvoice,
    /// A dispute, by the time it was opened.
    DisputeOpened,
    /// What was lost in a dispute, by the time it was closed.
    DisputeLost,
    /// What is still due on an issued invoice that is neither paid nor given up, by the time it was issued.
    OpenInvoice,
    /// What was due on a voided invoice, by the time it was voided.
    VoidedInvoice,
    /// What was due on an invoice that was written off, by the time it was.
    UncollectibleInvoice,
    /// A succeeded charge once more, where it names nothing that it moved the balance by.
    UnbookedPayment,
}

impl MoneyKind {
    /// Whether an amount of this kind adds to net revenue or is taken from it; `None`: neither.
    pub fn revenue_sign(self) -> Option<i64> {
        match self {
            Self::InvoiceRevenue | Self::ChargeRevenue => Some(1),
            Self::Refund | Self::CreditNote => Some(-1),
            _ => None,
        }
    }

    pub const ALL: [Self; 14] = [
        Self::InvoiceRevenue,
        Self::ChargeRevenue,
        Self::Refund,
        Self::CreditNote,
        Self::Payment,
        Self::FailedPayment,
        Self::FailedInvoice,
        Self::RecoveredInvoice,
        Self::DisputeOpened,
        Self::DisputeLost,
        Self::OpenInvoice,
        Self::VoidedInvoice,
        Self::UncollectibleInvoice,
        Self::UnbookedPayment,
    ];
    /// What is shown one by one unless it is asked for: not what only says again that a payment was made.
    pub const LISTED: &[Self] = Self::ALL.split_at(Self::ALL.len() - 1).0;

    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvoiceRevenue => "paid_invoice",
            Self::ChargeRevenue => "charge_without_invoice",
            Self::Refund => "refund",
            Self::CreditNote => "credit_note",
            Self::Payment => "payment",
            Self::FailedPayment => "failed_payment",
            Self::FailedInvoice => "failed_invoice",
            Self::RecoveredInvoice => "recovered_invoice",
            Self::DisputeOpened => "dispute_opened",
            Self::DisputeLost => "dispute_lost",
            Self::OpenInvoice => "open_invoice",
            Self::VoidedInvoice => "voided_invoice",
            Self::UncollectibleInvoice => "uncollectible_invoice",
            Self::UnbookedPayment => "unbooked_payment",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::InvoiceRevenue => "Paid invoices, without tax",
            Self::ChargeRevenue => "Charges without an invoice",
            Self::Refund => "Refunds",
            Self::CreditNote => "Credit notes after payment",
            Self::Payment => "Payments",
            Self::FailedPayment => "Failed payments",
            Self::FailedInvoice => "Invoices whose first attempt failed",
            Self::RecoveredInvoice => "Of them: paid by now",
            Self::DisputeOpened => "Disputes opened",
            Self::DisputeLost => "Disputes lost",
            Self::OpenInvoice => "Open invoices",
            Self::VoidedInvoice => "Voided invoices",
            Self::UncollectibleInvoice => "Uncollectible invoices",
            Self::UnbookedPayment => "Payments that are not booked",
        }
    }
}

impl FromStr for MoneyKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("'{text}' is not a type of payment: use {}", known.join(", "))
        })
    }
}

/// One amount; its kind says whether it adds or takes away.
#[derive(Debug, Clone, PartialEq)]
pub struct MoneyFact {
    pub at: UnixSeconds,
    pub kind: MoneyKind,
    pub currency: Currency,
    /// Above or at zero, but for an invoice whose total is negative, and for what takes a credit note or a dispute back.
    pub amount_minor: i64,
    /// The provider's id of the invoice, charge, refund or credit note.
    pub source: String,
    /// Why what failed did, in the provider's words.
    pub decline_code: Option<String>,
}

/// All money of a customer, in order.
pub fn money_of(history: &CustomerHistory) -> Vec<MoneyFact> {
    facts(history, &failing(history))
}

pub(super) fn facts(history: &CustomerHistory, failing: &[Failing<'_>]) -> Vec<MoneyFact> {
    let mut facts = Vec::new();
    invoices(history, &mut facts);
    charges(history, &mut facts);
    refunds(history, &mut facts);
    credit_notes(history, &mut facts);
    failed_invoices(failing, &mut facts);
    disputes(history, &mut facts);
    facts.sort_by(|a, b| (a.at, a.kind, &a.source).cmp(&(b.at, b.kind, &b.source)));
    facts
}

fn invoices(history: &CustomerHistory, facts: &mut Vec<MoneyFact>) {
    for invoice in &history.invoices {
        let Some((kind, at, amount_minor)) = stand(invoice) else { continue };
        facts.push(MoneyFact {
            at: at.unwrap_or(invoice.created_at),
            kind,
            currency: invoice.currency,
            amount_minor,
            source: invoice.id.to_string(),
            decline_code: None,
        });
    }
}

/// What became of an invoice, when, and how much of it that concerns. `None`: it is not issued, or it asks for nothing.
fn stand(invoice: &Invoice) -> Option<(MoneyKind, Option<UnixSeconds>, i64)> {
    // What was paid of it already is a payment.
    let due_minor = invoice.amount_due_minor.saturating_sub(invoice.amount_paid_minor);
    let (kind, at) = match invoice.status {
        InvoiceStatus::Paid => {
            let net_minor = invoice.total_minor.saturating_sub(invoice.tax_minor);
            return Some((MoneyKind::InvoiceRevenue, invoice.paid_at, net_minor));
        }
        InvoiceStatus::Open => (MoneyKind::OpenInvoice, invoice.finalized_at),
        InvoiceStatus::Void => (MoneyKind::VoidedInvoice, invoice.given_up_at),
        InvoiceStatus::Uncollectible => (MoneyKind::UncollectibleInvoice, invoice.given_up_at),
        InvoiceStatus::Draft | InvoiceStatus::Unknown => return None,
    };
    (due_minor > 0).then_some((kind, at, due_minor))
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
        let Some(attempt) = attempt(charge) else { continue };
        let again = |kind| MoneyFact { kind, ..attempt.clone() };
        if attempt.kind == MoneyKind::Payment && !charge.is_booked {
            facts.push(again(MoneyKind::UnbookedPayment));
        }
        if attempt.kind == MoneyKind::Payment && !pays_an_invoice(charge) {
            facts.push(again(MoneyKind::ChargeRevenue));
        }
        facts.push(attempt);
    }
}

/// The payment that a charge was, or the failed one. `None`: no money moved, or it is not decided yet.
pub fn attempt(charge: &Charge) -> Option<MoneyFact> {
    let (kind, amount_minor) = match charge.status {
        // Authorized and never captured: no money moved.
        ChargeStatus::Succeeded if charge.amount_captured_minor == 0 => return None,
        ChargeStatus::Succeeded => (MoneyKind::Payment, charge.amount_captured_minor),
        ChargeStatus::Failed => (MoneyKind::FailedPayment, charge.amount_minor),
        ChargeStatus::Pending | ChargeStatus::Unknown => return None,
    };
    Some(MoneyFact {
        at: charge.created_at,
        kind,
        currency: charge.currency,
        amount_minor,
        source: charge.id.to_string(),
        decline_code: charge.decline_code.clone(),
    })
}

fn refunds(history: &CustomerHistory, facts: &mut Vec<MoneyFact>) {
    for refund in history.refunds.iter().filter(|refund| refund.is_succeeded) {
        facts.push(MoneyFact {
            at: refund.created_at,
            kind: MoneyKind::Refund,
            currency: refund.currency,
            amount_minor: refund.amount_minor,
            source: refund.id.to_string(),
            decline_code: None,
        });
    }
}

fn failed_invoices(failing: &[Failing<'_>], facts: &mut Vec<MoneyFact>) {
    for Failing { invoice, failed_at, decline_code, .. } in failing.iter().filter(|one| one.is_first) {
        let recovered = (invoice.status == InvoiceStatus::Paid).then_some(invoice.amount_paid_minor);
        let kinds = [
            (MoneyKind::FailedInvoice, Some(invoice.amount_due_minor)),
            (MoneyKind::RecoveredInvoice, recovered),
        ];
        facts.extend(kinds.into_iter().filter_map(|(kind, amount_minor)| {
            Some(MoneyFact {
                at: *failed_at,
                kind,
                currency: invoice.currency,
                amount_minor: amount_minor?,
                source: invoice.id.to_string(),
                decline_code: decline_code.map(str::to_owned),
            })
        }));
    }
}

fn disputes(history: &CustomerHistory, facts: &mut Vec<MoneyFact>) {
    for dispute in &history.disputes {
        let fact = |at, kind, amount_minor| MoneyFact {
            at,
            kind,
            currency: dispute.currency,
            amount_minor,
            source: dispute.id.to_string(),
            decline_code: None,
        };
        // What came back is not opened once more.
        if dispute.amount_minor >= 0 {
            facts.push(fact(dispute.created_at, MoneyKind::DisputeOpened, dispute.amount_minor));
        }
        if dispute.status == DisputeStatus::Lost {
            let lost_minor = dispute.amount_minor.saturating_sub(dispute.won_back_minor);
            let closed_at = dispute.moved_at.unwrap_or(dispute.created_at);
            facts.push(fact(closed_at, MoneyKind::DisputeLost, lost_minor));
        }
    }
}

fn credit_notes(history: &CustomerHistory, facts: &mut Vec<MoneyFact>) {
    for note in history.credit_notes.iter().filter(|note| !note.is_void) {
        let amount_minor = note.post_payment_minor.saturating_sub(note.refunded_minor);
        if amount_minor > 0 || note.post_payment_minor < 0 {
            facts.push(MoneyFact {
                at: note.created_at,
                kind: MoneyKind::CreditNote,
                currency: note.currency,
                amount_minor,
                source: note.id.to_string(),
                decline_code: None,
            });
        }
    }
}

//! Invoices whose payment failed, or did not come: from when on, until when, and what became of them.

use std::collections::HashMap;

use model::billing::{
    Charge, ChargeStatus, CustomerHistory, Invoice, InvoiceStatus, LineEffect, SubscriptionStatus,
};
use model::{InvoiceId, UnixSeconds};

/// An invoice of which at least one attempt to collect it failed, or which the customer did not pay in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failing<'a> {
    pub invoice: &'a Invoice,
    pub failed_at: UnixSeconds,
    /// Whether the very first attempt failed.
    pub is_first: bool,
    /// Why its first failed attempt did, where that is known.
    pub decline_code: Option<&'a str>,
    /// When it was paid or given up; `None` while neither is so.
    pub until: Option<UnixSeconds>,
}

/// In the order of the invoices.
pub(super) fn failing(history: &CustomerHistory) -> Vec<Failing<'_>> {
    let mut charges: HashMap<&InvoiceId, Vec<&Charge>> = HashMap::new();
    for charge in &history.charges {
        if let Some(invoice) = &charge.invoice {
            charges.entry(invoice).or_default().push(charge);
        }
    }
    let of_invoice = |id: &InvoiceId| charges.get(id).map_or(&[][..], Vec::as_slice);
    let of_one = |invoice| of(invoice, of_invoice(&invoice.id)).or_else(|| late(invoice, history));
    history.invoices.iter().filter_map(of_one).collect()
}

/// One that the customer has to pay by itself, paid or given up after it was due. One that is still open is late if its
/// subscription is said to be, also where nobody tried to collect it yet. Only where bills of differences are written.
fn late<'a>(invoice: &'a Invoice, history: &CustomerHistory) -> Option<Failing<'a>> {
    if invoice.lines.iter().all(|line| line.effect == LineEffect::Whole) {
        return None;
    }
    let until = until(invoice);
    let is_late = match invoice.status {
        InvoiceStatus::Open => history.subscriptions.iter().any(|subscription| {
            let is_past_due = subscription.status == SubscriptionStatus::PastDue;
            is_past_due && invoice.subscription.as_ref() == Some(&subscription.id)
        }),
        _ => invoice.due_at.zip(until).is_some_and(|(due_at, until)| due_at < until),
    };
    let since = invoice.due_at.or(invoice.finalized_at).unwrap_or(invoice.created_at);
    is_late.then_some(Failing { invoice, failed_at: since, is_first: false, decline_code: None, until })
}

fn of<'a>(invoice: &'a Invoice, charges: &[&'a Charge]) -> Option<Failing<'a>> {
    let failed = charges.iter().filter(|charge| charge.status == ChargeStatus::Failed);
    let told = failed.min_by_key(|charge| (charge.created_at, &charge.id));
    let first = charges.iter().map(|charge| charge.created_at).min();
    let until = until(invoice);
    if let Some(Charge { created_at: failed_at, decline_code, .. }) = told {
        let is_first = Some(*failed_at) == first;
        let decline_code = decline_code.as_deref();
        return Some(Failing { invoice, failed_at: *failed_at, is_first, decline_code, until });
    }
    // Without its charges an invoice only says how often it was attempted: each time but the one that paid it failed. It
    // was attempted first when it became due.
    let that_paid = u32::from(invoice.status == InvoiceStatus::Paid);
    let failed_at = invoice.finalized_at.unwrap_or(invoice.created_at);
    let failing = Failing { invoice, failed_at, is_first: true, decline_code: None, until };
    (invoice.attempt_count > that_paid).then_some(failing)
}

/// One that was given up at a time that is not known is no risk any more.
fn until(invoice: &Invoice) -> Option<UnixSeconds> {
    match invoice.status {
        InvoiceStatus::Paid => invoice.paid_at,
        InvoiceStatus::Void | InvoiceStatus::Uncollectible => {
            Some(invoice.given_up_at.unwrap_or(invoice.created_at))
        }
        InvoiceStatus::Draft | InvoiceStatus::Open | InvoiceStatus::Unknown => None,
    }
}

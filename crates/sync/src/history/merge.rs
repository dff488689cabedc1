//! Puts together what a provider sends apart.

use std::collections::{HashMap, HashSet};

use model::billing::{CustomerHistory, Invoice, InvoiceLine, Subscription, SubscriptionItem};
use model::{ChargeId, InvoiceId, InvoiceItemId, UnixSeconds};

/// A child that was seen this much earlier than its parent no longer belongs to it: whenever a parent is fetched, the
/// rest of its cut list is fetched right after.
const STALE_SECONDS: i64 = 3600;

pub(super) struct Parent<T> {
    pub value: T,
    pub seen_at: UnixSeconds,
}

/// A part of a parent's list that the list itself left out.
pub(super) struct Child<T> {
    pub value: T,
    pub parent: Option<String>,
    pub seen_at: UnixSeconds,
}

type ByParent<T> = HashMap<String, Vec<Child<T>>>;

fn by_parent<T>(children: Vec<Child<T>>) -> ByParent<T> {
    let mut by_parent = ByParent::new();
    for mut child in children {
        if let Some(parent) = child.parent.take() {
            by_parent.entry(parent).or_default().push(child);
        }
    }
    by_parent
}

fn fresh<T>(by_parent: &mut ByParent<T>, id: &str, seen_at: UnixSeconds) -> impl Iterator<Item = T> + use<T> {
    let children = by_parent.remove(id).unwrap_or_default().into_iter();
    let is_fresh = move |child: &Child<T>| child.seen_at.0.saturating_add(STALE_SECONDS) >= seen_at.0;
    children.filter(is_fresh).map(|child| child.value)
}

/// The embedded lines, then those that were fetched apart and are not among them.
pub(super) fn lines_into_invoices(
    invoices: Vec<Parent<Invoice>>,
    lines: Vec<Child<InvoiceLine>>,
) -> Vec<Invoice> {
    let mut lines = by_parent(lines);
    let merged = invoices.into_iter().map(|Parent { value: mut invoice, seen_at }| {
        let mut known: HashSet<_> = invoice.lines.iter().map(|line| line.id.clone()).collect();
        let more = fresh(&mut lines, invoice.id.as_str(), seen_at);
        invoice.lines.extend(more.filter(|line| known.insert(line.id.clone())));
        invoice
    });
    merged.collect()
}

pub(super) fn items_into_subscriptions(
    subscriptions: Vec<Parent<Subscription>>,
    items: Vec<Child<SubscriptionItem>>,
) -> Vec<Subscription> {
    let mut items = by_parent(items);
    let merged = subscriptions.into_iter().map(|Parent { value: mut subscription, seen_at }| {
        let mut known: HashSet<_> = subscription.items.iter().map(|item| item.id.clone()).collect();
        let more = fresh(&mut items, subscription.id.as_str(), seen_at);
        subscription.items.extend(more.filter(|item| known.insert(item.id.clone())));
        subscription
    });
    merged.collect()
}

/// An item may have been read while it was pending, and the invoice that it went to later. It is one or the other.
pub(super) fn settle_pending_items(history: &mut CustomerHistory) {
    let mut invoiced: HashMap<InvoiceItemId, InvoiceId> = HashMap::new();
    for invoice in &history.invoices {
        for item in invoice.lines.iter().filter_map(|line| line.invoice_item.clone()) {
            invoiced.insert(item, invoice.id.clone());
        }
    }
    for item in &mut history.invoice_items {
        if item.invoice.is_none() {
            item.invoice = invoiced.get(&item.id).cloned();
        }
    }
}

/// In the newer shape a charge does not name its invoice: an invoice payment names both, often by the payment intent.
pub(super) fn link_charges(history: &mut CustomerHistory) {
    let mut by_charge: HashMap<&ChargeId, &InvoiceId> = HashMap::new();
    let mut by_intent: HashMap<&str, &InvoiceId> = HashMap::new();
    for payment in &history.invoice_payments {
        by_charge.extend(payment.charge.as_ref().map(|charge| (charge, &payment.invoice)));
        by_intent.extend(payment.payment_intent.as_deref().map(|intent| (intent, &payment.invoice)));
    }
    for charge in history.charges.iter_mut().filter(|charge| charge.invoice.is_none()) {
        let intent = charge.payment_intent.as_deref();
        let invoice = by_charge.get(&charge.id).or_else(|| by_intent.get(intent?));
        charge.invoice = invoice.map(|invoice| (*invoice).clone());
    }
}

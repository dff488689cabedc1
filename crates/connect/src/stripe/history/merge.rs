//! Assembles what a provider sends in separate objects.

use std::collections::{HashMap, HashSet};

use model::billing::{
    Charge, ChargeStatus, CustomerHistory, Invoice, InvoiceLine, InvoiceStatus, Subscription,
    SubscriptionItem,
};
use model::{ChargeId, InvoiceId, InvoiceItemId};

/// An object with a list inside it, which may be cut.
pub(super) struct Parent<T> {
    pub value: T,
    pub is_cut: bool,
}

/// A part of a parent's list that the list itself left out.
pub(super) struct Child<T> {
    pub value: T,
    pub parent: Option<String>,
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

/// What a parent's list left out. Where it left out nothing, what is kept apart comes from an earlier, longer list.
fn rest<T>(by_parent: &mut ByParent<T>, id: &str, is_cut: bool) -> impl Iterator<Item = T> + use<T> {
    let children = by_parent.remove(id).filter(|_| is_cut).unwrap_or_default();
    children.into_iter().map(|child| child.value)
}

/// The embedded lines, then those that were fetched apart and are not among them.
pub(super) fn lines_into_invoices(
    invoices: Vec<Parent<Invoice>>,
    lines: Vec<Child<InvoiceLine>>,
) -> Vec<Invoice> {
    let mut lines = by_parent(lines);
    let merged = invoices.into_iter().map(|Parent { value: mut invoice, is_cut }| {
        let mut known: HashSet<_> = invoice.lines.iter().map(|line| line.id.clone()).collect();
        let more = rest(&mut lines, invoice.id.as_str(), is_cut);
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
    let merged = subscriptions.into_iter().map(|Parent { value: mut subscription, is_cut }| {
        let mut known: HashSet<_> = subscription.items.iter().map(|item| item.id.clone()).collect();
        let more = rest(&mut items, subscription.id.as_str(), is_cut);
        subscription.items.extend(more.filter(|item| known.insert(item.id.clone())));
        subscription
    });
    merged.collect()
}

/// An item may have been read while it was pending, and the invoice that it went to later. It is one or the other.
pub(super) fn mark_invoiced_items(history: &mut CustomerHistory) {
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

/// A provider's clocks differ by no more than this.
const SAME_MOMENT_SECONDS: i64 = 60;

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

/// Where nothing says which payment paid which invoice, as on servers without that list or for keys that may not read it, a
/// charge would count beside the invoice that it paid. So a paid invoice takes the charge of its amount and currency that
/// was made last between its creation and its payment. Any other charge stays one of its own.
pub(super) fn match_charges(history: &mut CustomerHistory) {
    if !history.invoice_payments.is_empty() {
        return;
    }
    let CustomerHistory { invoices, charges, .. } = history;
    let named: HashSet<InvoiceId> = charges.iter().filter_map(|charge| charge.invoice.clone()).collect();
    let mut paid: Vec<&Invoice> = invoices
        .iter()
        .filter(|invoice| invoice.status == InvoiceStatus::Paid && invoice.amount_paid_minor > 0)
        .filter(|invoice| !named.contains(&invoice.id))
        .collect();
    paid.sort_by(|a, b| (a.paid_at, &a.id).cmp(&(b.paid_at, &b.id)));
    for invoice in paid {
        let fitting = charges.iter_mut().filter(|charge| may_have_paid(charge, invoice));
        let last = fitting.max_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        if let Some(charge) = last {
            charge.invoice = Some(invoice.id.clone());
        }
    }
}

fn may_have_paid(charge: &Charge, invoice: &Invoice) -> bool {
    let from = invoice.created_at.0 - SAME_MOMENT_SECONDS;
    let to = invoice.paid_at.unwrap_or(invoice.created_at).0 + SAME_MOMENT_SECONDS;
    charge.invoice.is_none()
        && charge.status == ChargeStatus::Succeeded
        && charge.currency == invoice.currency
        && charge.amount_captured_minor == invoice.amount_paid_minor
        && (from..=to).contains(&charge.created_at.0)
}

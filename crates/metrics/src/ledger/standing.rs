//! Whether a line counts, depending on what happened to its invoice.

use std::collections::{BTreeMap, BTreeSet};

use model::billing::{Invoice, InvoiceStatus, Subscription, SubscriptionStatus};
use model::{InvoiceId, PriceId, UnixSeconds};
use rust_decimal::Decimal;

use super::deltas;
use super::entry::{Entry, Item, Standing};

/// A subscription that still provides service: its unpaid invoices may yet be paid.
pub(super) fn is_alive(status: SubscriptionStatus) -> bool {
    use SubscriptionStatus::{Active, PastDue, Paused, Trialing};
    matches!(status, Active | PastDue | Trialing | Paused)
}

/// The same of a line that sets or changes a value by itself: a draft is nothing yet, and while a subscription rests nothing
/// is collected.
pub(super) fn of_bill(invoice: Option<&Invoice>, subscription: Option<&Subscription>) -> Standing {
    use SubscriptionStatus::{Active, PastDue, Trialing};
    let is_served = subscription.is_some_and(|known| matches!(known.status, Active | PastDue | Trialing));
    match invoice.map(|invoice| invoice.status) {
        None | Some(InvoiceStatus::Paid) => Standing::Counts,
        Some(InvoiceStatus::Void | InvoiceStatus::Uncollectible) => Standing::GivenUp,
        Some(InvoiceStatus::Open) if is_served => Standing::Counts,
        Some(InvoiceStatus::Open | InvoiceStatus::Draft | InvoiceStatus::Unknown) => Standing::Unpaid,
    }
}

/// How lines stand by the state of their invoice alone.
pub(super) fn of_invoice(invoice: Option<&Invoice>, subscription: Option<&Subscription>) -> Standing {
    let Some(invoice) = invoice else { return Standing::Counts };
    match invoice.status {
        InvoiceStatus::Paid => Standing::Counts,
        InvoiceStatus::Void | InvoiceStatus::Uncollectible => Standing::GivenUp,
        InvoiceStatus::Open | InvoiceStatus::Draft
            if subscription.is_some_and(|subscription| is_alive(subscription.status)) =>
        {
            Standing::Counts
        }
        InvoiceStatus::Open | InvoiceStatus::Draft | InvoiceStatus::Unknown => Standing::Unpaid,
    }
}

/// How lines stand beside each other. `entries` are one subscription's, in order of period.
pub(super) fn decide(entries: &mut [Entry<'_>], subscription: Option<&Subscription>) {
    if deltas::speak(entries) {
        deltas::make_changes(entries, subscription);
        return replace(entries);
    }
    await_payment(entries, subscription);
    revise(entries);
    replace(entries);
    make_changes(entries, subscription);
}

/// The lines of the invoice that a pending update waits for.
fn await_payment(entries: &mut [Entry<'_>], subscription: Option<&Subscription>) {
    let Some(update) = subscription.and_then(|subscription| subscription.pending_update.as_ref()) else {
        return;
    };
    let is_unpaid = |invoice: &&Invoice| matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Draft);
    let unpaid = || entries.iter().filter_map(|entry| entry.invoice).filter(is_unpaid);
    let said = unpaid().find(|invoice| Some(&invoice.id) == update.invoice.as_ref());
    // Not said which, or one that is paid: the newest, since nothing else is billed while the update waits.
    let awaited = said.or_else(|| unpaid().max_by_key(|invoice| (invoice.created_at, &invoice.id)));
    let Some(awaited) = awaited.map(|invoice| invoice.id.clone()) else { return };
    for entry in entries.iter_mut().filter(|entry| entry.invoice.is_some_and(|own| own.id == awaited)) {
        entry.standing = Standing::AwaitingPayment;
    }
}

/// An invoice that another one was made in place of bills nothing beside it, not even changes.
fn revise(entries: &mut [Entry<'_>]) {
    let revisions = entries.iter().filter(|entry| entry.counts()).filter_map(|entry| entry.invoice);
    let revised: BTreeSet<&InvoiceId> = revisions.filter_map(|invoice| invoice.revises.as_ref()).collect();
    if revised.is_empty() {
        return;
    }
    let is_revised = |entry: &Entry<'_>| entry.invoice.is_some_and(|invoice| revised.contains(&invoice.id));
    for entry in entries.iter_mut().filter(|entry| entry.counts() && is_revised(entry)) {
        entry.standing = Standing::Replaced;
    }
}

/// Of two bills of the same period of the same item the newer one counts. Usage is billed bit by bit, which adds up.
fn replace(entries: &mut [Entry<'_>]) {
    let is_bill = |entry: &&mut Entry<'_>| entry.counts() && entry.is_ordinary() && !entry.is_usage();
    let mut newest: BTreeMap<(Item<'_>, i64, i64), &Invoice> = BTreeMap::new();
    let key = |entry: &Entry<'_>| (entry.period().start.0, entry.period().end.0);
    for entry in entries.iter_mut().filter(is_bill) {
        let Some(invoice) = entry.invoice else { continue };
        let (start, end) = key(entry);
        let known = newest.entry((entry.item, start, end)).or_insert(invoice);
        if (invoice.created_at, &invoice.id) > (known.created_at, &known.id) {
            *known = invoice;
        }
    }
    for entry in entries.iter_mut().filter(is_bill) {
        let (start, end) = key(entry);
        let newest = newest.get(&(entry.item, start, end));
        if let (Some(newest), Some(invoice)) = (newest, entry.invoice)
            && newest.id != invoice.id
        {
            entry.standing = Standing::Replaced;
        }
    }
}

/// A change whose bill was given up counts all the same where it shows that it was made: the subscription has its price,
/// or a later line bills or credits it.
fn make_changes(entries: &mut [Entry<'_>], subscription: Option<&Subscription>) {
    let is_open = |entry: &Entry<'_>| {
        entry.line.is_proration && matches!(entry.standing, Standing::GivenUp | Standing::Unpaid)
    };
    if !entries.iter().any(is_open) {
        return;
    }
    // The latest first: a change that was made shows that the one before it was.
    for index in (0..entries.len()).rev() {
        let entry = entries[index];
        if is_open(&entry) && entry.is_charge() && was_made(&entry, entries, subscription) {
            entries[index].standing = Standing::Counts;
            give_back_with(&entry, entries);
        }
    }
    for index in 0..entries.len() {
        let entry = entries[index];
        if is_open(&entry) && entry.is_credit() && was_removed(&entry, entries, subscription) {
            entries[index].standing = Standing::Counts;
        }
    }
}

/// The credits of a change are as true as what it charges.
fn give_back_with(charge: &Entry<'_>, entries: &mut [Entry<'_>]) {
    let is_of_it = |entry: &Entry<'_>| {
        entry.is_credit()
            && entry.is_on_invoice_of(charge)
            && entry.period().start == charge.period().start
            && (entry.item == charge.item || matches!(entry.item, Item::Priced(_)))
    };
    for entry in entries.iter_mut().filter(|entry| is_of_it(entry)) {
        entry.standing = Standing::Counts;
    }
}

fn was_made(change: &Entry<'_>, entries: &[Entry<'_>], subscription: Option<&Subscription>) -> bool {
    let at = change.period().start;
    let counted_before = entries
        .iter()
        .any(|entry| entry.counts() && entry.period().start <= at && !entry.is_on_invoice_of(change));
    // Billed again on another invoice, it counts there.
    let is_billed_elsewhere = entries.iter().any(|entry| {
        entry.counts()
            && entry.is_charge()
            && entry.item == change.item
            && entry.period().start == at
            && !entry.is_on_invoice_of(change)
    });
    counted_before
        && !is_billed_elsewhere
        && is_known_later(change.price_id(), at, entries, subscription)
        // With the next period's bill it had waited, and was made before that.
        && (change.is_beside_a_period(entries) || shows_quantity(change, entries, subscription))
}

/// Whether the subscription or a later line has the quantity of a change that was billed at once, and which may have
/// depended on its payment. A price that is new to the item shows by itself.
fn shows_quantity<'a>(
    change: &Entry<'a>,
    entries: &[Entry<'a>],
    subscription: Option<&Subscription>,
) -> bool {
    let (price, at) = (change.price_id(), change.period().start);
    let had_it = entries.iter().any(|entry| {
        entry.bills() && entry.item == change.item && entry.price_id() == price && entry.period().start < at
    });
    if !had_it {
        return true;
    }
    // A graduated price bills a line per tier.
    let key = |entry: &Entry<'a>| -> (Option<&'a InvoiceId>, UnixSeconds, bool) {
        (entry.invoice.map(|invoice| &invoice.id), entry.period().start, entry.is_credit())
    };
    let of_price = || entries.iter().filter(|entry| entry.price_id() == price);
    let is_own =
        |entry: &&Entry<'a>| entry.is_charge() && entry.item == change.item && key(entry) == key(change);
    let own: Decimal = of_price().filter(is_own).map(|entry| entry.line.quantity).sum();
    let mut items = subscription.iter().flat_map(|subscription| &subscription.items);
    if items.any(|item| item.price == *price && [own, change.line.quantity].contains(&item.quantity)) {
        return true;
    }
    let mut later: BTreeMap<_, Decimal> = BTreeMap::new();
    for entry in of_price().filter(|entry| entry.counts() && entry.period().start > at) {
        *later.entry(key(entry)).or_default() += entry.line.quantity;
    }
    later.values().any(|quantity| *quantity == own)
}

/// Whether a credit on a bill that was given up shows that its price was dropped: it stood alone, and the price came
/// back later or is there still.
fn was_removed(credit: &Entry<'_>, entries: &[Entry<'_>], subscription: Option<&Subscription>) -> bool {
    let at = credit.period().start;
    // Also of another interval, which begins a period.
    let is_part_of_a_change = entries
        .iter()
        .any(|entry| !entry.is_credit() && entry.is_on_invoice_of(credit) && entry.period().start == at);
    let counted_before = entries.iter().any(|e| e.counts() && e.period().start <= at);
    counted_before && !is_part_of_a_change && is_known_later(credit.price_id(), at, entries, subscription)
}

/// Whether the subscription has the price, or a later line knows of it.
fn is_known_later(
    price: &PriceId,
    at: UnixSeconds,
    entries: &[Entry<'_>],
    subscription: Option<&Subscription>,
) -> bool {
    let items = subscription.map(|subscription| subscription.items.as_slice()).unwrap_or_default();
    items.iter().any(|item| item.price == *price)
        || entries.iter().any(|e| e.counts() && e.period().start > at && e.price_id() == price)
}

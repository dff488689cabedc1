//! Lists: everything is kept in the order of its creation, so a list is a range of numbers, read backwards.

use super::calendar::DAY;
use super::ids::{self, Tag};
use super::records::{InvoiceStatus, Status};
use super::simulated::World;
use super::{Cursor, ListFilter, ListPage, ListQuery, UnknownCursor};
use crate::ObjectKind;

const EVENTS_LISTED_S: i64 = 30 * DAY;

/// The number of the object that an id names.
pub(super) fn number(world: &World, kind: ObjectKind, id: &str) -> Option<u32> {
    if kind == ObjectKind::Coupon {
        return world.catalog.coupons.iter().position(|coupon| coupon.id == id).map(|number| number as u32);
    }
    let number = ids::index(world.seed, tag(kind)?, id)? as usize;
    (number < count(world, kind)).then_some(number as u32)
}

fn tag(kind: ObjectKind) -> Option<Tag> {
    Some(match kind {
        ObjectKind::Customer => Tag::Customer,
        ObjectKind::Product => Tag::Product,
        ObjectKind::Price => Tag::Price,
        ObjectKind::PromotionCode => Tag::Promotion,
        ObjectKind::Subscription => Tag::Subscription,
        ObjectKind::SubscriptionItem => Tag::Item,
        ObjectKind::Invoice => Tag::Invoice,
        ObjectKind::InvoiceItem => Tag::InvoiceItem,
        ObjectKind::Charge => Tag::Charge,
        ObjectKind::Refund => Tag::Refund,
        ObjectKind::Dispute => Tag::Dispute,
        ObjectKind::CreditNote => Tag::CreditNote,
        ObjectKind::PaymentIntent => Tag::PaymentIntent,
        ObjectKind::InvoicePayment => Tag::InvoicePayment,
        ObjectKind::BalanceTransaction => Tag::BalanceTransaction,
        ObjectKind::Event => Tag::Event,
        ObjectKind::Account | ObjectKind::Coupon | ObjectKind::InvoiceLine => return None,
    })
}

fn count(world: &World, kind: ObjectKind) -> usize {
    match kind {
        ObjectKind::Account | ObjectKind::InvoiceLine => 0,
        ObjectKind::Customer => world.customers.len(),
        ObjectKind::Product => world.catalog.products.len(),
        ObjectKind::Price => world.catalog.prices.len(),
        ObjectKind::Coupon => world.catalog.coupons.len(),
        ObjectKind::PromotionCode => world.catalog.promotion_codes.len(),
        ObjectKind::Subscription => world.subscriptions.len(),
        ObjectKind::SubscriptionItem => world.items.len(),
        ObjectKind::Invoice => world.invoices.len(),
        ObjectKind::InvoiceItem => world.invoice_items.len(),
        ObjectKind::Charge => world.charges.len(),
        ObjectKind::Refund => world.refunds.len(),
        ObjectKind::Dispute => world.disputes.len(),
        ObjectKind::CreditNote => world.credit_notes.len(),
        ObjectKind::PaymentIntent => world.payment_intents.len(),
        ObjectKind::InvoicePayment => world.invoice_payments.len(),
        ObjectKind::BalanceTransaction => world.balance_transactions.len(),
        ObjectKind::Event => world.events.len(),
    }
}

fn created(world: &World, kind: ObjectKind, number: usize) -> i64 {
    match kind {
        ObjectKind::Account | ObjectKind::InvoiceLine => world.opened_at,
        ObjectKind::Customer => world.customers[number].created,
        ObjectKind::Product => world.catalog.products[number].created,
        ObjectKind::Price => world.catalog.prices[number].created,
        ObjectKind::Coupon => world.catalog.coupons[number].created,
        ObjectKind::PromotionCode => world.catalog.promotion_codes[number].created,
        ObjectKind::Subscription => world.subscriptions[number].created,
        ObjectKind::SubscriptionItem => world.subscriptions[world.items[number] as usize].created,
        ObjectKind::Invoice => world.invoices[number].created,
        ObjectKind::InvoiceItem => world.invoice_items[number].created,
        ObjectKind::Charge => world.charges[number].created,
        ObjectKind::Refund => world.refunds[number].created,
        ObjectKind::Dispute => world.disputes[number].created,
        ObjectKind::CreditNote => world.credit_notes[number].created,
        ObjectKind::PaymentIntent => world.payment_intents[number].created,
        ObjectKind::InvoicePayment => world.invoice_payments[number].created,
        ObjectKind::BalanceTransaction => world.balance_transactions[number].created,
        ObjectKind::Event => world.events[number].created,
    }
}

/// A page, newest first.
pub(super) fn list(world: &World, query: &ListQuery) -> Result<ListPage, UnknownCursor> {
    let (numbers, has_more) = page(world, query)?;
    let objects = numbers.into_iter().map(|number| world.object(query.kind, number as u32)).collect();
    Ok(ListPage { objects, has_more })
}

/// How many objects the whole list of a kind has.
pub(super) fn total(world: &World, kind: ObjectKind) -> u64 {
    let mut query = ListQuery::new(kind, usize::MAX);
    query.filter.status = (kind == ObjectKind::Subscription).then(|| "all".to_owned());
    page(world, &query).map_or(0, |(numbers, _)| numbers.len() as u64)
}

/// The numbers of a page's objects, newest first, and whether there are more.
fn page(world: &World, query: &ListQuery) -> Result<(Vec<usize>, bool), UnknownCursor> {
    let kind = query.kind;
    let created_from = |at: i64| first_created_from(world, kind, at);
    let mut first = query.created_gte.map_or(0, created_from);
    let mut end = query.created_lte.map_or(count(world, kind), |at| created_from(at.saturating_add(1)));
    if kind == ObjectKind::Event {
        first = first.max(created_from(world.now - EVENTS_LISTED_S));
    }
    if let Some(Cursor::StartingAfter(id) | Cursor::EndingBefore(id)) = &query.cursor {
        let number = number(world, kind, id).ok_or_else(|| UnknownCursor { kind, id: id.clone() })? as usize;
        match query.cursor {
            Some(Cursor::EndingBefore(_)) => first = first.max(number + 1),
            _ => end = end.min(number),
        }
    }
    let wishes = Wishes::of(world, &query.filter);
    let fits = |number: &usize| is_listed(world, kind, *number, &query.filter, &wishes);
    let wanted = query.limit.max(1);
    let range = first..end.max(first);
    let mut numbers: Vec<usize> = match query.cursor {
        Some(Cursor::EndingBefore(_)) => range.filter(fits).take(wanted.saturating_add(1)).collect(),
        _ => range.rev().filter(fits).take(wanted.saturating_add(1)).collect(),
    };
    let has_more = numbers.len() > wanted;
    numbers.truncate(wanted);
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    Ok((numbers, has_more))
}

/// The first number that was created at an instant or later.
fn first_created_from(world: &World, kind: ObjectKind, at: i64) -> usize {
    let (mut low, mut high) = (0, count(world, kind));
    while low < high {
        let middle = low.midpoint(high);
        if created(world, kind, middle) < at { low = middle + 1 } else { high = middle }
    }
    low
}

/// A wish for an object's counterpart: none, or one that can be compared by number.
struct Wish(Option<Option<u32>>);

impl Wish {
    fn of(world: &World, tag: Tag, id: Option<&String>) -> Self {
        Self(id.map(|id| ids::index(world.seed, tag, id).map(|number| number as u32)))
    }

    fn allows(&self, number: Option<u32>) -> bool {
        self.0.is_none_or(|wanted| wanted.is_some() && wanted == number)
    }
}

/// The counterparts that a filter names, looked up once for all that is filtered.
struct Wishes {
    customer: Wish,
    subscription: Wish,
    invoice: Wish,
    charge: Wish,
    product: Wish,
    payment_intent: Wish,
}

impl Wishes {
    fn of(world: &World, filter: &ListFilter) -> Self {
        Self {
            customer: Wish::of(world, Tag::Customer, filter.customer.as_ref()),
            subscription: Wish::of(world, Tag::Subscription, filter.subscription.as_ref()),
            invoice: Wish::of(world, Tag::Invoice, filter.invoice.as_ref()),
            charge: Wish::of(world, Tag::Charge, filter.charge.as_ref()),
            product: Wish::of(world, Tag::Product, filter.product.as_ref()),
            payment_intent: Wish::of(world, Tag::PaymentIntent, filter.payment_intent.as_ref()),
        }
    }
}

fn is_listed(world: &World, kind: ObjectKind, number: usize, filter: &ListFilter, wishes: &Wishes) -> bool {
    let Wishes { customer, subscription, invoice, charge, product, payment_intent } = wishes;
    match kind {
        ObjectKind::Customer => world.customers[number].deleted_at.is_none(),
        ObjectKind::Product => {
            !world.catalog.products[number].is_deleted
                && filter
                    .is_active
                    .is_none_or(|is_active| world.catalog.products[number].is_active == is_active)
        }
        ObjectKind::Price => {
            let price = &world.catalog.prices[number];
            // "Returns a list of your active prices, excluding inline prices": "List all prices" in Stripe's API reference.
            price.is_listed()
                && product.allows(Some(price.product))
                && price.is_active == filter.is_active.unwrap_or(true)
        }
        ObjectKind::Subscription => {
            let state = &world.subscriptions[number];
            customer.allows(Some(state.customer)) && has_status(state.status, filter.status.as_deref())
        }
        ObjectKind::SubscriptionItem => {
            let of = world.items[number];
            let is_there = |item: &super::records::Item| item.number as usize == number;
            filter.subscription.is_some()
                && subscription.allows(Some(of))
                && world.subscriptions[of as usize].items.iter().any(is_there)
        }
        ObjectKind::Invoice => {
            let state = &world.invoices[number];
            customer.allows(Some(state.customer))
                && subscription.allows(state.subscription)
                && filter.status.as_ref().is_none_or(|status| state.status.as_str() == status)
        }
        ObjectKind::InvoiceItem => {
            let item = &world.invoice_items[number];
            let is_pending = item.invoice.is_none();
            customer.allows(Some(item.customer))
                && invoice.allows(item.invoice)
                && filter.is_pending.is_none_or(|wanted| wanted == is_pending)
        }
        ObjectKind::Charge => customer.allows(Some(world.charges[number].customer)),
        ObjectKind::PaymentIntent => customer.allows(Some(world.payment_intents[number].customer)),
        ObjectKind::Refund => charge.allows(Some(world.refunds[number].charge)),
        ObjectKind::Dispute => charge.allows(Some(world.disputes[number].charge)),
        ObjectKind::CreditNote => {
            let note = &world.credit_notes[number];
            customer.allows(Some(note.customer)) && invoice.allows(Some(note.invoice))
        }
        ObjectKind::InvoicePayment => {
            let payment = &world.invoice_payments[number];
            invoice.allows(Some(payment.invoice)) && payment_intent.allows(payment.payment_intent)
        }
        ObjectKind::Event => {
            let event = world.events[number].kind;
            filter.types.is_empty() || filter.types.iter().any(|wanted| matches_type(wanted, event))
        }
        _ => true,
    }
}

/// `invoice.*` names all events of invoices.
fn matches_type(wanted: &str, event: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(prefix) => event.starts_with(prefix),
        None => event == wanted,
    }
}

fn has_status(status: Status, wanted: Option<&str>) -> bool {
    match wanted {
        None => !status.is_over(),
        Some("all") => true,
        Some("ended") => status.is_over(),
        Some(wanted) => status.as_str() == wanted,
    }
}

/// Whether an invoice can still be paid.
pub(super) fn is_payable(status: InvoiceStatus) -> bool {
    matches!(status, InvoiceStatus::Open | InvoiceStatus::Uncollectible)
}

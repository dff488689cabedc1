//! Everything that was billed to one customer, assembled from the objects as they were received.
//!
//! An unreadable object is skipped and reported; it never affects the rest.

mod merge;

use model::billing::{Customer, CustomerHistory, Price, Product};
use model::{CustomerId, ObjectKind, ProductId, RawObject};

use super::{kind, translate};
use crate::{Billed, Listing, ReadError};
use merge::{Child, Parent};

/// What a history is made of.
pub const KINDS: &[ObjectKind] = &[
    kind::CUSTOMER,
    kind::SUBSCRIPTION,
    kind::SUBSCRIPTION_ITEM,
    kind::INVOICE,
    kind::INVOICE_LINE,
    kind::INVOICE_ITEM,
    kind::CHARGE,
    kind::REFUND,
    kind::CREDIT_NOTE,
    kind::INVOICE_PAYMENT,
    kind::DISPUTE,
];

/// A history from a customer's objects, in whatever order they come.
pub fn billed<'a>(objects: impl IntoIterator<Item = &'a RawObject>) -> Billed {
    let mut collected = Collected::default();
    for object in objects {
        collected.add(object);
    }
    collected.finish()
}

/// An entry of the price list from its object.
pub fn listing(object: &RawObject) -> Result<Listing, ReadError> {
    let read = match object.kind {
        kind::PRICE => translate::price(&object.body).map(Listing::Price),
        _ => translate::product(&object.body).map(Listing::Product),
    };
    match read {
        // A tombstone has nothing to read but its id.
        Err(_) if object.is_deleted && object.kind == kind::PRODUCT => {
            let id = ProductId::from(object.id.as_str());
            Ok(Listing::Product(Product { id, name: None, is_active: false, is_deleted: true }))
        }
        Err(_) if object.is_deleted => Ok(Listing::Nothing),
        read => read,
    }
}

/// What names prices.
pub const PRICED: &[ObjectKind] = &[kind::INVOICE, kind::INVOICE_LINE, kind::INVOICE_ITEM];

/// Prices that an object names without saying what they are.
pub fn named_prices(object: &RawObject) -> Vec<String> {
    let body = &object.body;
    let read: Result<(_, Vec<Price>), _> = match object.kind {
        kind::INVOICE => translate::invoice(body).map(|parts| (parts.invoice.lines, parts.inline_prices)),
        kind::INVOICE_LINE => {
            translate::invoice_line(body).map(|(line, price)| (vec![line], Vec::from_iter(price)))
        }
        kind::INVOICE_ITEM => {
            translate::invoice_item(body).map(|(item, price)| (vec![item.line], Vec::from_iter(price)))
        }
        _ => return Vec::new(),
    };
    let Ok((lines, told)) = read else { return Vec::new() };
    let named = lines.into_iter().filter_map(|line| line.price);
    let untold = named.filter(|named| told.iter().all(|told| told.id != *named));
    untold.map(|price| price.to_string()).collect()
}

#[derive(Default)]
struct Collected {
    billed: Billed,
    subscriptions: Vec<Parent<model::billing::Subscription>>,
    items: Vec<Child<model::billing::SubscriptionItem>>,
    invoices: Vec<Parent<model::billing::Invoice>>,
    lines: Vec<Child<model::billing::InvoiceLine>>,
}

impl Collected {
    fn add(&mut self, object: &RawObject) {
        if object.kind == kind::CUSTOMER {
            self.billed.history.customer = Some(self.customer(object));
        } else if !object.is_deleted
            && let Err(error) = self.add_live(object)
        {
            self.billed.skip(object, &error);
        }
    }

    fn add_live(&mut self, object: &RawObject) -> Result<(), ReadError> {
        let body = &object.body;
        match object.kind {
            kind::SUBSCRIPTION => {
                let parts = translate::subscription(body)?;
                self.billed.inline_prices.extend(parts.inline_prices);
                self.subscriptions.push(Parent { value: parts.subscription, is_cut: parts.is_cut });
            }
            kind::SUBSCRIPTION_ITEM => {
                let (value, price) = translate::subscription_item(body)?;
                self.billed.inline_prices.extend(price);
                let parent = object.counterparts.subscription.clone();
                self.items.push(Child { value, parent });
            }
            kind::INVOICE => {
                let parts = translate::invoice(body)?;
                self.billed.inline_prices.extend(parts.inline_prices);
                self.invoices.push(Parent { value: parts.invoice, is_cut: parts.is_cut });
            }
            kind::INVOICE_LINE => {
                let (value, price) = translate::invoice_line(body)?;
                self.billed.inline_prices.extend(price);
                let parent = object.counterparts.invoice.clone();
                self.lines.push(Child { value, parent });
            }
            kind::INVOICE_ITEM => {
                let (item, price) = translate::invoice_item(body)?;
                self.billed.inline_prices.extend(price);
                self.billed.history.invoice_items.push(item);
            }
            kind::CHARGE => self.billed.history.charges.push(translate::charge(body)?),
            kind::REFUND => self.billed.history.refunds.push(translate::refund(body)?),
            kind::CREDIT_NOTE => self.billed.history.credit_notes.push(translate::credit_note(body)?),
            kind::INVOICE_PAYMENT => {
                self.billed.history.invoice_payments.push(translate::invoice_payment(body)?);
            }
            kind::DISPUTE => self.billed.history.disputes.push(translate::dispute(body)?),
            _ => {}
        }
        Ok(())
    }

    /// A customer is there even if nothing of it can be read: its money is.
    fn customer(&mut self, object: &RawObject) -> Customer {
        let read = translate::customer(&object.body);
        let customer = read.unwrap_or_else(|error| {
            if !object.is_deleted {
                self.billed.skip(object, &error);
            }
            let id = CustomerId::from(object.id.as_str());
            Customer { created_at: object.created_at, is_deleted: object.is_deleted, ..Customer::new(id) }
        });
        Customer { is_deleted: customer.is_deleted || object.is_deleted, ..customer }
    }

    fn finish(self) -> Billed {
        let mut billed = self.billed;
        let history = &mut billed.history;
        history.subscriptions = merge::items_into_subscriptions(self.subscriptions, self.items);
        history.invoices = merge::lines_into_invoices(self.invoices, self.lines);
        link(history);
        billed
    }
}

/// Finds out what of a history belongs together.
pub fn link(history: &mut CustomerHistory) {
    merge::mark_invoiced_items(history);
    merge::link_charges(history);
    merge::match_charges(history);
}

#[cfg(test)]
mod tests;

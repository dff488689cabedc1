//! All that was billed to one customer, put together from the objects as they were received.
//!
//! An object that cannot be read is skipped and said so; it never takes the rest with it.

mod merge;
mod prices;

use connect::stripe::translate::{self, ReadError};
use model::billing::{Customer, CustomerHistory, Price};
use model::{CustomerId, ObjectKind, RawObject};
use store::{Objects, StoreError, Stored};

use crate::problems::Unreadable;
use merge::{Child, Parent};

pub use prices::{Prices, price_book, with_inline};

/// What a history is made of.
pub const KINDS: &[ObjectKind] = &[
    ObjectKind::Customer,
    ObjectKind::Subscription,
    ObjectKind::SubscriptionItem,
    ObjectKind::Invoice,
    ObjectKind::InvoiceLine,
    ObjectKind::InvoiceItem,
    ObjectKind::Charge,
    ObjectKind::Refund,
    ObjectKind::CreditNote,
    ObjectKind::InvoicePayment,
];

/// Stands for everybody who paid without being a customer. No provider's id looks like it.
pub const NOBODY: &str = "without-customer";

/// A history with what came along and what did not.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    pub history: CustomerHistory,
    /// Prices that came inside other objects, as in older shapes.
    pub inline_prices: Vec<Price>,
    pub skipped: Vec<Unreadable>,
}

/// Everything of one customer; of [`NOBODY`], what belongs to no customer.
///
/// # Errors
/// What the store says. Objects that cannot be read are no error.
pub fn read_customer(objects: &Objects, customer: &CustomerId) -> Result<Reading, StoreError> {
    let stored = if customer.as_str() == NOBODY {
        objects.ownerless()?
    } else {
        objects.by_customer(customer, KINDS)?
    };
    Ok(from_objects(stored))
}

/// A history from a customer's objects, in whatever order they come.
pub fn from_objects(stored: Vec<Stored>) -> Reading {
    let mut collected = Collected::default();
    for object in &stored {
        collected.add(object);
    }
    collected.finish()
}

#[derive(Default)]
struct Collected {
    reading: Reading,
    subscriptions: Vec<Parent<model::billing::Subscription>>,
    items: Vec<Child<model::billing::SubscriptionItem>>,
    invoices: Vec<Parent<model::billing::Invoice>>,
    lines: Vec<Child<model::billing::InvoiceLine>>,
}

impl Collected {
    fn add(&mut self, stored: &Stored) {
        let object = &stored.object;
        if object.kind == ObjectKind::Customer {
            self.reading.history.customer = Some(self.customer(object));
        } else if !object.is_deleted
            && let Err(error) = self.add_live(object)
        {
            self.skip(object, &error);
        }
    }

    fn add_live(&mut self, object: &RawObject) -> Result<(), ReadError> {
        let body = &object.body;
        match object.kind {
            ObjectKind::Subscription => {
                let parts = translate::subscription(body)?;
                self.reading.inline_prices.extend(parts.inline_prices);
                self.subscriptions.push(Parent { value: parts.subscription, is_cut: parts.is_cut });
            }
            ObjectKind::SubscriptionItem => {
                let (value, price) = translate::subscription_item(body)?;
                self.reading.inline_prices.extend(price);
                let parent = object.counterparts.subscription.clone();
                self.items.push(Child { value, parent });
            }
            ObjectKind::Invoice => {
                let parts = translate::invoice(body)?;
                self.reading.inline_prices.extend(parts.inline_prices);
                self.invoices.push(Parent { value: parts.invoice, is_cut: parts.is_cut });
            }
            ObjectKind::InvoiceLine => {
                let (value, price) = translate::invoice_line(body)?;
                self.reading.inline_prices.extend(price);
                let parent = object.counterparts.invoice.clone();
                self.lines.push(Child { value, parent });
            }
            ObjectKind::InvoiceItem => {
                let (item, price) = translate::invoice_item(body)?;
                self.reading.inline_prices.extend(price);
                self.reading.history.invoice_items.push(item);
            }
            ObjectKind::Charge => self.reading.history.charges.push(translate::charge(body)?),
            ObjectKind::Refund => self.reading.history.refunds.push(translate::refund(body)?),
            ObjectKind::CreditNote => self.reading.history.credit_notes.push(translate::credit_note(body)?),
            ObjectKind::InvoicePayment => {
                self.reading.history.invoice_payments.push(translate::invoice_payment(body)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// A customer is there even if nothing of it can be read: its money is.
    fn customer(&mut self, object: &RawObject) -> Customer {
        let read = translate::customer(&object.body);
        let customer = read.unwrap_or_else(|error| {
            if !object.is_deleted {
                self.skip(object, &error);
            }
            Customer {
                id: CustomerId::from(object.id.as_str()),
                created_at: object.created_at,
                name: None,
                email: None,
                country: None,
                currency: None,
                is_delinquent: false,
                is_deleted: object.is_deleted,
            }
        });
        Customer { is_deleted: customer.is_deleted || object.is_deleted, ..customer }
    }

    fn skip(&mut self, object: &RawObject, error: &ReadError) {
        let (kind, id) = (object.kind, object.id.clone());
        self.reading.skipped.push(Unreadable { kind, id, reason: error.to_string() });
    }

    fn finish(self) -> Reading {
        let mut reading = self.reading;
        let history = &mut reading.history;
        history.subscriptions = merge::items_into_subscriptions(self.subscriptions, self.items);
        history.invoices = merge::lines_into_invoices(self.invoices, self.lines);
        merge::settle_pending_items(history);
        merge::link_charges(history);
        reading
    }
}

#[cfg(test)]
mod tests;

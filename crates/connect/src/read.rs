//! The result of reading objects: what was billed, and what could not be read.

use model::billing::{CustomerHistory, Price, Product};
use model::{ObjectKind, RawObject};

/// Why an object cannot be used. Names what and where, never its data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("{kind} can't be read: {reason}")]
    NotAnObject { kind: ObjectKind, reason: String },
    #[error("{kind} {id} has no {field}")]
    Missing { kind: ObjectKind, id: String, field: &'static str },
    #[error("{kind} {id} has an invalid {field}")]
    Wrong { kind: ObjectKind, id: String, field: &'static str },
}

/// An object that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub kind: ObjectKind,
    pub id: String,
    /// Names the field, never its content.
    pub reason: String,
}

/// Everything that was billed to one customer, with inline prices and unreadable objects.
#[derive(Debug, Clone, Default)]
pub struct Billed {
    pub history: CustomerHistory,
    /// Prices that came inside other objects, as in older shapes.
    pub inline_prices: Vec<Price>,
    pub skipped: Vec<Unreadable>,
}

impl Billed {
    /// Adds one object after the other; one that can't be read is reported.
    pub fn collect<'a>(
        objects: &mut dyn Iterator<Item = &'a RawObject>,
        add: fn(&mut CustomerHistory, &RawObject) -> Result<(), ReadError>,
    ) -> Self {
        let mut billed = Self::default();
        for object in objects {
            if let Err(error) = add(&mut billed.history, object) {
                billed.skip(object, &error);
            }
        }
        billed
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        let Self { history, inline_prices, skipped } = self;
        history.customer.is_none()
            && history.subscriptions.is_empty()
            && history.invoices.is_empty()
            && history.invoice_items.is_empty()
            && history.charges.is_empty()
            && history.refunds.is_empty()
            && history.credit_notes.is_empty()
            && history.invoice_payments.is_empty()
            && history.disputes.is_empty()
            && history.given_back.is_empty()
            && inline_prices.is_empty()
            && skipped.is_empty()
    }

    /// Adds what was read of other objects. [`Source::linked`](crate::Source::linked) finds out what belongs together.
    pub fn add(&mut self, other: &Self) {
        let Self { history, inline_prices, skipped } = other.clone();
        let own = &mut self.history;
        own.customer = own.customer.take().or(history.customer);
        own.subscriptions.extend(history.subscriptions);
        own.invoices.extend(history.invoices);
        own.invoice_items.extend(history.invoice_items);
        own.charges.extend(history.charges);
        own.refunds.extend(history.refunds);
        own.credit_notes.extend(history.credit_notes);
        own.invoice_payments.extend(history.invoice_payments);
        own.disputes.extend(history.disputes);
        own.given_back.extend(history.given_back);
        self.inline_prices.extend(inline_prices);
        self.skipped.extend(skipped);
    }

    /// Reports an object that can't be read.
    pub(crate) fn skip(&mut self, object: &RawObject, error: &ReadError) {
        let (kind, id) = (object.kind, object.id.clone());
        self.skipped.push(Unreadable { kind, id, reason: error.to_string() });
    }
}

/// An entry of the price list.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    Price(Price),
    Product(Product),
    /// One that was deleted without leaving anything to read.
    Nothing,
}

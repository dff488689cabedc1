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

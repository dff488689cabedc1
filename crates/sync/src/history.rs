//! All that was billed to one customer, from the objects as they are stored.

mod balance;
mod prices;

use connect::{Billed, Source};
use model::CustomerId;
use rayon::prelude::*;
use store::{Objects, StoreError, Stored};

pub use balance::{changes_of_balance, read_balance};
pub use prices::{Prices, price_book, price_book_of, with_inline};

/// Stands for everyone who paid without being a customer. No provider's id looks like it.
pub const NOBODY: &str = "without-customer";

/// Customers whose objects are in memory together.
const READ_AT_ONCE: usize = 50;

/// Everything of one customer; of [`NOBODY`], what belongs to no customer.
///
/// # Errors
/// What the store says. Objects that cannot be read are not an error.
pub fn read_customer(source: Source, objects: &Objects, customer: &CustomerId) -> Result<Billed, StoreError> {
    let stored = if customer.as_str() == NOBODY {
        objects.ownerless()?
    } else {
        objects.by_customer(customer, source.history_kinds())?
    };
    Ok(from_objects(source, &stored))
}

/// The same for many customers, in their order.
///
/// # Errors
/// What the store says.
pub fn read_customers(
    source: Source,
    objects: &Objects,
    customers: &[CustomerId],
) -> Result<Vec<Billed>, StoreError> {
    let read = |customers: &[CustomerId]| -> Result<Vec<Billed>, StoreError> {
        let stored = objects.read_customers(customers, source.history_kinds())?;
        let all = customers.iter().zip(&stored);
        let billed = all.map(|(customer, stored)| {
            if customer.as_str() == NOBODY {
                read_customer(source, objects, customer)
            } else {
                Ok(from_objects(source, stored))
            }
        });
        billed.collect()
    };
    let batches: Result<Vec<_>, StoreError> = customers.par_chunks(READ_AT_ONCE).map(read).collect();
    Ok(batches?.into_iter().flatten().collect())
}

/// A history from a customer's objects, in whatever order they come.
pub fn from_objects(source: Source, stored: &[Stored]) -> Billed {
    source.billed(stored.iter().map(|stored| &stored.object))
}

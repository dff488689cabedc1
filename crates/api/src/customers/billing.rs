//! All that was billed to one customer, from the objects as they were received.

use ::metrics::ledger::PriceBook;
use ::sync::history;
use model::CustomerId;
use model::billing::CustomerHistory;
use store::{Objects, StoreError};

/// A customer's history and the prices it was billed at, those that came inside older objects included.
///
/// # Errors
/// What the store says. Objects that cannot be read are left out, as in the ledger.
pub fn read(objects: &Objects, customer: &CustomerId) -> Result<(CustomerHistory, PriceBook), StoreError> {
    let reading = history::read_customer(objects, customer)?;
    let mut prices = history::price_book(objects)?.book;
    for price in reading.inline_prices {
        prices.insert_inline(price);
    }
    Ok((reading.history, prices))
}

//! All that was billed to one customer, from the objects as they were received.

use ::metrics::ledger::PriceBook;
use ::sync::history;
use connect::Source;
use model::CustomerId;
use model::billing::CustomerHistory;
use store::{Objects, StoreError};

/// A customer's history and the prices it was billed at, those that came inside older objects included.
///
/// # Errors
/// What the store says. Objects that cannot be read are left out, as in the ledger.
pub fn read(
    source: Source,
    objects: &Objects,
    customer: &CustomerId,
) -> Result<(CustomerHistory, PriceBook), StoreError> {
    let billed = history::read_customer(source, objects, customer)?;
    let mut prices = history::price_book_of(source, objects, &billed.history)?;
    for price in billed.inline_prices {
        prices.insert_inline(price);
    }
    Ok((billed.history, prices))
}

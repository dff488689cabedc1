//! The prices and products of a connection.

use std::collections::{BTreeMap, BTreeSet};

use connect::{Listing, Source, Unreadable};
use metrics::ledger::PriceBook;
use model::PriceId;
use model::billing::{CustomerHistory, Price};
use store::{Objects, StoreError};

/// Objects that are read at once.
const BATCH: usize = 1000;

/// The price list as it was received, and what of it could not be read.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    pub book: PriceBook,
    pub skipped: Vec<Unreadable>,
}

/// All prices and products.
///
/// # Errors
/// What the store says. Objects that cannot be read are not an error.
pub fn price_book(source: Source, objects: &Objects) -> Result<Prices, StoreError> {
    let mut prices = Prices::default();
    for kind in source.price_list_kinds() {
        let mut after: Option<String> = None;
        loop {
            let stored = objects.scan(kind, after.as_deref(), BATCH)?;
            let Some(last) = stored.last() else { break };
            after = Some(last.object.id.clone());
            for stored in &stored {
                prices.add(source, &stored.object);
            }
        }
    }
    Ok(prices)
}

/// The prices and products that a history's lines name, of all that there are.
///
/// # Errors
/// What the store says. Objects that cannot be read are not an error.
pub fn price_book_of(
    source: Source,
    objects: &Objects,
    history: &CustomerHistory,
) -> Result<PriceBook, StoreError> {
    let mut prices = Prices::default();
    let ids: BTreeSet<String> = named_prices(history).map(ToString::to_string).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    for stored in objects.get_many(source.prices(), &ids)? {
        prices.add(source, &stored.object);
    }
    let products = prices.book.prices().filter_map(|price| price.product.as_ref()).map(ToString::to_string);
    let products: BTreeSet<String> = products.collect();
    let products: Vec<String> = products.into_iter().collect();
    for stored in objects.get_many(source.products(), &products)? {
        prices.add(source, &stored.object);
    }
    Ok(prices.book)
}

fn named_prices(history: &CustomerHistory) -> impl Iterator<Item = &PriceId> {
    let lines = history.invoices.iter().flat_map(|invoice| &invoice.lines);
    let lines = lines.chain(history.invoice_items.iter().map(|item| &item.line));
    let items = history.subscriptions.iter().flat_map(|subscription| &subscription.items);
    lines.filter_map(|line| line.price.as_ref()).chain(items.map(|item| &item.price))
}

impl Prices {
    fn add(&mut self, source: Source, object: &model::RawObject) {
        match source.listing(object) {
            Ok(Listing::Price(price)) => self.book.insert(price),
            Ok(Listing::Product(product)) => self.book.insert_product(product),
            Ok(Listing::Nothing) => {}
            Err(error) => {
                let (kind, id) = (object.kind, object.id.clone());
                self.skipped.push(Unreadable { kind, id, reason: error.to_string() });
            }
        }
    }
}

/// The prices that a history's lines name, where the price list lacks some of them and they came inline; and those.
/// `None`: the price list has them all.
pub fn with_inline(
    book: &PriceBook,
    history: &CustomerHistory,
    inline: Vec<Price>,
) -> Option<(PriceBook, Vec<Price>)> {
    let gaps: BTreeMap<PriceId, Price> = inline
        .into_iter()
        .filter(|price| book.get(&price.id).is_none())
        .map(|price| (price.id.clone(), price))
        .collect();
    if gaps.is_empty() {
        return None;
    }
    // Small: only what this customer needs, since the whole list may be long and there may be many such customers.
    let mut own = PriceBook::default();
    for price in named_prices(history).filter_map(|id| book.get(id)) {
        own.insert_inline(price.clone());
    }
    for price in gaps.values() {
        own.insert_inline(price.clone());
    }
    Some((own, gaps.into_values().collect()))
}

#[cfg(test)]
mod tests;

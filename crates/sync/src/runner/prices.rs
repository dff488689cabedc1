//! The price list in memory, which is read once and then only where it changed: there may be as many prices as customers.

use std::collections::{BTreeMap, BTreeSet};

use connect::{Listing, Source};
use metrics::ledger::PriceBook;
use model::billing::Price;
use model::{ObjectKind, PriceId};
use store::{Objects, StoreError};

use crate::history;
use crate::projection::{self, FIRST_VERSION};
use crate::writing::SEQUENCE;

/// Whether values that were made with a price are others now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Values {
    AsBefore,
    Others,
}

/// Which objects something in memory is of: of these, up to this commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Of {
    file: Option<String>,
    sequence: Option<String>,
}

impl Of {
    /// # Errors
    /// What the store says.
    pub fn now(objects: &Objects) -> Result<Self, StoreError> {
        Ok(Self { file: objects.meta(FIRST_VERSION)?, sequence: objects.meta(SEQUENCE)? })
    }

    /// What was written up to a commit is taken in.
    pub fn advance(&mut self, sequence: u64) {
        self.sequence = Some(sequence.to_string());
    }
}

#[derive(Debug)]
pub(super) struct KnownPrices {
    book: PriceBook,
    /// Prices of the book that only came inside other objects.
    inline: BTreeSet<PriceId>,
    of: Of,
}

impl KnownPrices {
    /// # Errors
    /// What the store says.
    pub fn read(source: Source, objects: &Objects) -> Result<Self, StoreError> {
        // First: what is written meanwhile is read once more.
        let of = Of::now(objects)?;
        let book = history::price_book(source, objects)?.book;
        Ok(Self { book, inline: BTreeSet::new(), of })
    }

    /// These, if they are of all that the objects have; else what is read now.
    ///
    /// # Errors
    /// What the store says.
    pub fn or_read(known: Option<Self>, source: Source, objects: &Objects) -> Result<Self, StoreError> {
        match known {
            Some(known) if known.of == Of::now(objects)? => Ok(known),
            _ => Self::read(source, objects),
        }
    }

    /// Without what only some customer's objects say: another customer's may say it differently.
    pub fn listed(mut self) -> Self {
        for id in std::mem::take(&mut self.inline) {
            self.book.remove(&id);
        }
        self
    }

    pub fn book(&self) -> &PriceBook {
        &self.book
    }

    pub fn insert_inline(&mut self, prices: Vec<Price>) {
        let new = prices.iter().filter(|price| self.book.get(&price.id).is_none());
        self.inline.extend(new.map(|price| price.id.clone()));
        projection::insert_inline(&mut self.book, prices);
    }

    /// Reads what changed of the list up to a commit. With `Others` all is to be read again.
    ///
    /// # Errors
    /// What the store says.
    pub fn renew(
        &mut self,
        source: Source,
        objects: &Objects,
        changed: &BTreeSet<(ObjectKind, String)>,
        sequence: u64,
    ) -> Result<Values, StoreError> {
        let mut by_kind: BTreeMap<ObjectKind, Vec<String>> = BTreeMap::new();
        for (kind, id) in changed {
            by_kind.entry(*kind).or_default().push(id.clone());
        }
        let mut is_less = false;
        for (kind, ids) in by_kind {
            for stored in objects.get_many(kind, &ids)? {
                match source.listing(&stored.object) {
                    Ok(Listing::Price(price)) => {
                        let known = self.book.get(&price.id);
                        if known.is_some_and(|known| gives_other_values(known, &price)) {
                            return Ok(Values::Others);
                        }
                        self.inline.remove(&price.id);
                        self.book.insert(price);
                    }
                    Ok(Listing::Product(product)) => self.book.insert_product(product),
                    // It may have been listed before.
                    Ok(Listing::Nothing) | Err(_) => is_less = true,
                }
            }
        }
        if is_less {
            *self = Self::read(source, objects)?;
        } else {
            self.of.advance(sequence);
        }
        Ok(Values::AsBefore)
    }
}

/// Labels are none of it.
fn gives_other_values(old: &Price, new: &Price) -> bool {
    (old.currency, old.recurrence, &old.scheme, &old.currency_options, old.transform_quantity)
        != (new.currency, new.recurrence, &new.scheme, &new.currency_options, new.transform_quantity)
}

#[cfg(test)]
mod tests;

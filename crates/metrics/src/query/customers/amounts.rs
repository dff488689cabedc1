//! Amounts of several currencies.

use model::{Currency, Money};
use smallvec::SmallVec;

/// Amounts in order of their currencies: nearly always there is one.
#[derive(Debug, Clone, Default)]
pub(in crate::query) struct Amounts(SmallVec<[(Currency, i64); 2]>);

impl Amounts {
    pub(in crate::query) fn add(&mut self, currency: Currency, minor: i64) {
        match self.0.binary_search_by_key(&currency, |(known, _)| *known) {
            Ok(place) => self.0[place].1 = self.0[place].1.saturating_add(minor),
            Err(place) => self.0.insert(place, (currency, minor)),
        }
    }

    pub(in crate::query) fn add_some(&mut self, amount: Option<(Currency, i64)>) {
        if let Some((currency, minor)) = amount {
            self.add(currency, minor);
        }
    }

    pub(in crate::query) fn add_all(&mut self, other: &Self) {
        for (currency, minor) in &other.0 {
            self.add(*currency, *minor);
        }
    }

    pub(in crate::query) fn list(&self) -> Vec<Money> {
        self.each().collect()
    }

    /// Those that are not 0.
    pub(in crate::query) fn each(&self) -> impl Iterator<Item = Money> {
        let amounts = self.0.iter().filter(|(_, minor)| *minor != 0);
        amounts.map(|(currency, minor)| Money { amount_minor: *minor, currency: *currency })
    }
}

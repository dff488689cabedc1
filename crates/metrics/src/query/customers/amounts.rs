//! Amounts of several currencies.

use std::collections::BTreeMap;

use model::{Currency, Money};

/// Amounts by currency, none of them 0.
#[derive(Debug, Clone, Default)]
pub(in crate::query) struct Amounts(BTreeMap<Currency, i64>);

impl Amounts {
    pub(in crate::query) fn add(&mut self, currency: Currency, minor: i64) {
        let sum = self.0.entry(currency).or_default();
        *sum = sum.saturating_add(minor);
    }

    pub(in crate::query) fn add_all(&mut self, amounts: &[Money]) {
        for one in amounts {
            self.add(one.currency, one.amount_minor);
        }
    }

    pub(in crate::query) fn list(&self) -> Vec<Money> {
        let amounts = self.0.iter().filter(|(_, minor)| **minor != 0);
        amounts.map(|(currency, minor)| Money { amount_minor: *minor, currency: *currency }).collect()
    }

    /// In thousandths of main units, whatever those are worth: only to sort by.
    pub(in crate::query) fn plain_sum(&self) -> i64 {
        self.list().into_iter().fold(0, |sum, money| sum.saturating_add(money.in_thousandths()))
    }
}

//! What is in no figure for want of a rate, where each amount is found by itself.

use std::collections::{BTreeMap, BTreeSet};

use model::{Currency, Day, Money};

use super::Unconverted;
use crate::columns::CustomerPosition;

/// By currency: the amount, and whose it is.
#[derive(Default)]
pub(super) struct LeftOut(BTreeMap<Currency, (i64, BTreeSet<CustomerPosition>)>);

impl LeftOut {
    pub(super) fn add(&mut self, money: Money, of: CustomerPosition) {
        let (minor, customers) = self.0.entry(money.currency).or_default();
        *minor = minor.saturating_add(money.amount_minor);
        customers.insert(of);
    }

    /// As of a day.
    pub(super) fn unconverted(&self, on: Day) -> Vec<Unconverted> {
        let all = self.0.iter().map(|(currency, (mrr_minor, customers))| Unconverted {
            currency: *currency,
            mrr_minor: *mrr_minor,
            customers: i64::try_from(customers.len()).unwrap_or(i64::MAX),
            on,
        });
        all.collect()
    }
}

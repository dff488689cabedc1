//! What moved the balance, each transaction at the rate of its day.

use std::collections::BTreeSet;

use metrics::query::Dimension;
use model::{BalanceTransaction, Currency};

use super::{Key, Period, Reference};

impl Reference<'_> {
    pub(super) fn balance_keys(&self) -> BTreeSet<Key> {
        let all = self.world.balance.iter();
        all.map(|one| self.key(self.balance_group(one.currency), one.currency)).collect()
    }

    pub(super) fn balance(&self, of: fn(&BalanceTransaction) -> i64, key: &Key, period: Period) -> i64 {
        let mut sum = 0;
        for one in &self.world.balance {
            let on = one.created_at.day(self.zone);
            let filter = &self.query.filter.currencies;
            let is_counted = !self.is_to_come(one.created_at)
                && period.contains(on)
                && (filter.is_empty() || filter.contains(&one.currency))
                && self.key(self.balance_group(one.currency), one.currency) == *key;
            if is_counted {
                sum += self.worth(of(one), one.currency, on).unwrap_or(0);
            }
        }
        sum
    }

    fn balance_group(&self, currency: Currency) -> String {
        if self.query.by == Some(Dimension::Currency) { currency.to_string() } else { String::new() }
    }
}

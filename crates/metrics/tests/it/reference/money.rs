//! Money by the day it moved, each amount at the rate of its day.

use std::collections::{BTreeMap, BTreeSet};

use metrics::ledger::MoneyKind;
use metrics::query::Dimension;

use super::{Key, Period, Reference};
use crate::world::TestMoney;

/// What moved in one period.
#[derive(Debug, Default)]
pub struct Money {
    sums: BTreeMap<MoneyKind, i64>,
    counts: BTreeMap<MoneyKind, i64>,
    pub payers: i64,
}

impl Money {
    pub fn sum(&self, kind: MoneyKind) -> i64 {
        self.sums.get(&kind).copied().unwrap_or_default()
    }

    pub fn count(&self, kind: MoneyKind) -> i64 {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    pub fn gross(&self) -> i64 {
        self.sum(MoneyKind::InvoiceRevenue) + self.sum(MoneyKind::ChargeRevenue)
    }

    pub fn net(&self) -> i64 {
        self.gross() - self.sum(MoneyKind::Refund) - self.sum(MoneyKind::CreditNote)
    }
}

impl Reference<'_> {
    pub(super) fn money_keys(&self) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        for customer in &self.world.customers {
            for TestMoney { currency, .. } in &customer.money {
                keys.insert(self.key(self.group(customer, "", *currency), *currency));
            }
        }
        keys
    }

    pub(super) fn money(&self, key: &Key, period: Period) -> Money {
        let mut money = Money::default();
        for customer in &self.world.customers {
            let mut has_paid = false;
            for TestMoney { at, kind, currency, amount_minor, decline_code } in &customer.money {
                let group = match self.query.by {
                    Some(Dimension::DeclineCode) => decline_code.unwrap_or("unknown").to_owned(),
                    _ => self.group(customer, "", *currency),
                };
                let on = at.day(self.zone);
                let is_counted = !self.is_to_come(*at)
                    && period.contains(on)
                    && self.passes(customer, "", *currency)
                    && self.key(group, *currency) == *key;
                let Some(worth) = self.worth(*amount_minor, *currency, on).filter(|_| is_counted) else {
                    continue;
                };
                *money.sums.entry(*kind).or_default() += worth;
                *money.counts.entry(*kind).or_default() += 1;
                let is_revenue = matches!(kind, MoneyKind::InvoiceRevenue | MoneyKind::ChargeRevenue);
                has_paid |= is_revenue && *amount_minor > 0;
            }
            money.payers += i64::from(has_paid);
        }
        money
    }
}

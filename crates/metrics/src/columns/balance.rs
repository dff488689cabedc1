//! What moved the balance, one part per calendar month of UTC, in order of time within it.
//!
//! Balance transactions name no customer, so they are not in the chunks of customers. They hardly ever change and most
//! that are new are of the running month, so an update writes little.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use model::{BalanceCategory, BalanceTransaction, Currency, UnixSeconds};
use rayon::prelude::*;

use super::texts::Texts;

/// All months in which there is anything, in order.
#[derive(Debug, Clone, Default)]
pub struct Balance {
    months: Vec<Arc<BalanceMonth>>,
}

/// The transactions of one month, in order of their instants and ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct BalanceMonth {
    /// Months since the year 0.
    pub(super) number: u32,
    pub(super) ids: Texts,
    /// Empty where a transaction was made for nothing in particular.
    pub(super) sources: Texts,
    pub(super) at: Vec<i64>,
    pub(super) category: Vec<BalanceCategory>,
    pub(super) currency: Vec<Currency>,
    pub(super) amount_minor: Vec<i64>,
    pub(super) fee_minor: Vec<i64>,
    pub(super) net_minor: Vec<i64>,
}

/// One transaction as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BalanceRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) source: &'a str,
    pub(crate) at: UnixSeconds,
    pub(crate) category: BalanceCategory,
    pub(crate) currency: Currency,
    pub(crate) amount_minor: i64,
    pub(crate) fee_minor: i64,
    pub(crate) net_minor: i64,
}

/// What became of transactions, by id; `None`: it is gone.
pub type BalanceChanges = BTreeMap<String, Option<BalanceTransaction>>;

/// A balance after changes.
pub(super) struct ChangedBalance {
    pub(super) balance: Balance,
    /// The numbers of the months that differ from before.
    pub(super) changed: Vec<u32>,
    /// Whether there are months now that were not there, or the other way around.
    pub(super) has_other_months: bool,
}

/// A balance on its way into columns, in any order.
#[derive(Debug, Default)]
pub(super) struct BalanceDraft {
    months: BTreeMap<u32, BalanceMonth>,
}

impl BalanceDraft {
    pub(super) fn push(&mut self, transaction: &BalanceTransaction) {
        let number = month_number(transaction.created_at);
        let empty = || BalanceMonth { number, ..BalanceMonth::default() };
        self.months.entry(number).or_insert_with(empty).push(BalanceRow::of(transaction));
    }

    pub(super) fn finish(self) -> Balance {
        let months: Vec<BalanceMonth> = self.months.into_values().collect();
        Balance { months: months.into_par_iter().map(|month| Arc::new(month.in_order())).collect() }
    }
}

impl Balance {
    pub(super) fn of_months(months: Vec<BalanceMonth>) -> Self {
        Self { months: months.into_iter().map(Arc::new).collect() }
    }

    pub(crate) fn months(&self) -> &[Arc<BalanceMonth>] {
        &self.months
    }

    pub(super) fn month(&self, number: u32) -> Option<&BalanceMonth> {
        let place = self.months.binary_search_by_key(&number, |month| month.number).ok()?;
        Some(&self.months[place])
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + use<'_> {
        self.months.iter().map(|month| month.number)
    }

    /// Looks for the changed ones in every month: a transaction that comes with another time leaves its old month.
    pub(super) fn with(&self, changes: &BalanceChanges) -> ChangedBalance {
        let mut came = BalanceDraft::default();
        changes.values().flatten().for_each(|transaction| came.push(transaction));
        let is_known = |number: &u32| self.month(*number).is_some();
        let (known, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
            came.months.into_iter().partition(|(number, _)| is_known(number));
        let kept = self.months.par_iter().map(|month| month.with(known.get(&month.number), changes));
        let mut months: Vec<Arc<BalanceMonth>> = kept.collect();
        let pairs = months.iter().zip(&self.months);
        let mut changed: Vec<u32> =
            pairs.filter(|(after, before)| after != before).map(|(after, _)| after.number).collect();
        changed.extend(new.keys());
        months.extend(new.into_values().map(|month| Arc::new(month.in_order())));
        months.retain(|month| !month.is_empty());
        months.sort_by_key(|month| month.number);
        let balance = Self { months };
        let has_other_months = !balance.numbers().eq(self.numbers());
        ChangedBalance { balance, changed, has_other_months }
    }
}

pub(super) fn month_number(at: UnixSeconds) -> u32 {
    let date = at.day(&TimeZone::UTC).date();
    // No provider is older than the year 0.
    let (year, month) = (u32::try_from(date.year()).unwrap_or(0), u32::from(date.month().unsigned_abs()));
    year * 12 + month - 1
}

impl BalanceMonth {
    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    pub(crate) fn row(&self, index: usize) -> BalanceRow<'_> {
        BalanceRow {
            id: self.ids.get(index),
            source: self.sources.get(index),
            at: UnixSeconds(self.at[index]),
            category: self.category[index],
            currency: self.currency[index],
            amount_minor: self.amount_minor[index],
            fee_minor: self.fee_minor[index],
            net_minor: self.net_minor[index],
        }
    }

    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = BalanceRow<'_>> {
        (0..self.len()).map(|index| self.row(index))
    }

    pub(crate) fn currencies(&self) -> &[Currency] {
        &self.currency
    }

    /// Its first and last instant.
    pub(crate) fn reach(&self) -> Option<(UnixSeconds, UnixSeconds)> {
        Some((UnixSeconds(*self.at.first()?), UnixSeconds(*self.at.last()?)))
    }

    fn push(&mut self, row: BalanceRow<'_>) {
        self.ids.push(row.id);
        self.sources.push(row.source);
        self.at.push(row.at.0);
        self.category.push(row.category);
        self.currency.push(row.currency);
        self.amount_minor.push(row.amount_minor);
        self.fee_minor.push(row.fee_minor);
        self.net_minor.push(row.net_minor);
    }

    fn in_order(self) -> Self {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_unstable_by(|a, b| self.key(*a).cmp(&self.key(*b)));
        self.picked(order.into_iter())
    }

    pub(super) fn is_in_order(&self) -> bool {
        (1..self.len()).all(|index| self.key(index - 1) < self.key(index))
    }

    fn key(&self, index: usize) -> (i64, &str) {
        (self.at[index], self.ids.get(index))
    }

    fn picked(&self, rows: impl Iterator<Item = usize>) -> Self {
        let mut picked = Self { number: self.number, ..Self::default() };
        rows.for_each(|index| picked.push(self.row(index)));
        picked
    }

    /// Without what changed, and with what came to it. The same month where that is nothing.
    fn with(self: &Arc<Self>, came: Option<&Self>, changes: &BalanceChanges) -> Arc<Self> {
        let stays: Vec<usize> =
            (0..self.len()).filter(|index| !changes.contains_key(self.ids.get(*index))).collect();
        if came.is_none() && stays.len() == self.len() {
            return Arc::clone(self);
        }
        let mut month = self.picked(stays.into_iter());
        came.into_iter().flat_map(Self::rows).for_each(|row| month.push(row));
        Arc::new(month.in_order())
    }
}

impl<'a> BalanceRow<'a> {
    fn of(transaction: &'a BalanceTransaction) -> Self {
        Self {
            id: transaction.id.as_str(),
            source: transaction.source.as_deref().unwrap_or_default(),
            at: transaction.created_at,
            category: transaction.category,
            currency: transaction.currency,
            amount_minor: transaction.amount_minor,
            fee_minor: transaction.fee_minor,
            net_minor: transaction.net_minor,
        }
    }
}

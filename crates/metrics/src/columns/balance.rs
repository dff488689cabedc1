//! What moved the balance, one part per calendar month of UTC, in order of time within it.
//!
//! Balance transactions name no customer, so they are not in the chunks of customers. They hardly ever change and most
//! that are new belong to the running month, so an update writes little.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use model::{BalanceCategory, BalanceTransaction, Currency, UnixSeconds};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::insert;
use super::texts::Texts;
use crate::ledger::{MoneyFact, MoneyKind};

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
    pub(super) payments: PaymentColumns,
    /// Each once, in order. Derived.
    pub(super) currencies: Vec<Currency>,
}

/// The payments that transactions were made for, of those rows of which one is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PaymentColumns {
    /// The rows of the month, in order.
    pub(super) row: Vec<u32>,
    pub(super) at: Vec<i64>,
    pub(super) currency: Vec<Currency>,
    pub(super) amount_minor: Vec<i64>,
}

/// A payment as its customer's charge says it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PaymentFacts {
    pub(crate) at: UnixSeconds,
    pub(crate) currency: Currency,
    pub(crate) amount_minor: i64,
}

/// Payments by the ids of their charges; `None` for a charge that is none.
#[derive(Debug, Default)]
pub(super) struct Payments(FxHashMap<String, Option<PaymentFacts>>);

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

/// What became of transactions, and of what they were made for.
#[derive(Debug, Clone, Default)]
pub struct BalanceChanges {
    /// By id; `None`: it is gone.
    pub transactions: BTreeMap<String, Option<BalanceTransaction>>,
    /// The payments that they were made for.
    pub payments: Vec<MoneyFact>,
}

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
        self.months.entry(number).or_insert_with(empty).push(BalanceRow::of(transaction), None);
    }

    pub(super) fn finish(self, payments: &Payments) -> Balance {
        let months: Vec<BalanceMonth> = self.months.into_values().collect();
        let whole = |month: BalanceMonth| {
            let mut month = month.in_order();
            month.payments = month.matched(payments);
            Arc::new(month)
        };
        Balance { months: months.into_par_iter().map(whole).collect() }
    }
}

impl Balance {
    pub(super) fn of_months(months: Vec<BalanceMonth>) -> Self {
        Self { months: months.into_iter().map(Arc::new).collect() }
    }

    pub(crate) fn months(&self) -> &[Arc<BalanceMonth>] {
        &self.months
    }

    /// In order of their numbers.
    pub(super) fn of_shared_months(months: Vec<Arc<BalanceMonth>>) -> Self {
        Self { months }
    }

    pub(super) fn month(&self, number: u32) -> Option<&BalanceMonth> {
        self.shared_month(number).map(Arc::as_ref)
    }

    pub(super) fn shared_month(&self, number: u32) -> Option<&Arc<BalanceMonth>> {
        let place = self.months.binary_search_by_key(&number, |month| month.number).ok()?;
        Some(&self.months[place])
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + use<'_> {
        self.months.iter().map(|month| month.number)
    }

    /// Looks for the changed ones in every month: a transaction that comes with another time leaves its old month.
    pub(super) fn with(&self, changes: &BalanceChanges) -> ChangedBalance {
        let mut came = BalanceDraft::default();
        changes.transactions.values().flatten().for_each(|transaction| came.push(transaction));
        let came = came.finish(&Payments::of(&changes.payments));
        let is_known = |month: &Arc<BalanceMonth>| self.month(month.number).is_some();
        let new: Vec<_> = came.months.iter().filter(|month| !is_known(month)).cloned().collect();
        let kept = self.months.par_iter().map(|month| month.with(came.month(month.number), changes));
        let mut months: Vec<Arc<BalanceMonth>> = kept.collect();
        let pairs = months.iter().zip(&self.months);
        let mut changed: Vec<u32> =
            pairs.filter(|(after, before)| after != before).map(|(after, _)| after.number).collect();
        changed.extend(new.iter().map(|month| month.number));
        months.extend(new);
        months.retain(|month| !month.is_empty());
        months.sort_by_key(|month| month.number);
        let balance = Self { months };
        let has_other_months = !balance.numbers().eq(self.numbers());
        ChangedBalance { balance, changed, has_other_months }
    }

    /// The same transactions with these payments in place of what was known of them, and the numbers of the months that differ
    /// by it.
    pub(super) fn with_payments(&self, payments: &Payments) -> (Self, Vec<u32>) {
        if payments.0.is_empty() || self.months.is_empty() {
            return (self.clone(), Vec::new());
        }
        let months: Vec<Arc<BalanceMonth>> =
            self.months.par_iter().map(|month| month.with_payments(payments)).collect();
        let pairs = months.iter().zip(&self.months).filter(|(after, before)| !Arc::ptr_eq(after, before));
        let changed = pairs.map(|(after, _)| after.number).collect();
        (Self { months }, changed)
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

    /// With the payment that each was made for, where it is known.
    pub(crate) fn rows_with_payments(&self) -> impl Iterator<Item = (BalanceRow<'_>, Option<PaymentFacts>)> {
        let mut next = 0;
        (0..self.len()).map(move |index| {
            let is_next = self.payments.row.get(next).is_some_and(|row| *row as usize == index);
            let payment = is_next.then(|| self.payments.facts(next));
            next += usize::from(is_next);
            (self.row(index), payment)
        })
    }

    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = BalanceRow<'_>> {
        (0..self.len()).map(|index| self.row(index))
    }

    pub(crate) fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// Its first and last instant.
    pub(crate) fn reach(&self) -> Option<(UnixSeconds, UnixSeconds)> {
        Some((UnixSeconds(*self.at.first()?), UnixSeconds(*self.at.last()?)))
    }

    /// What moved several balances in the same month.
    pub(super) fn of_several(mut months: Vec<Arc<Self>>) -> Arc<Self> {
        if months.len() < 2 {
            return months.pop().unwrap_or_default();
        }
        let number = months.first().map_or(0, |month| month.number);
        let mut all = Self { number, ..Self::default() };
        let rows = months.iter().flat_map(|month| month.rows_with_payments());
        rows.for_each(|(row, payment)| all.push(row, payment));
        Arc::new(all.in_order())
    }

    fn push(&mut self, row: BalanceRow<'_>, payment: Option<PaymentFacts>) {
        if let Some(payment) = payment {
            self.payments.push(self.len(), payment);
        }
        self.ids.push(row.id);
        self.sources.push(row.source);
        self.at.push(row.at.0);
        self.category.push(row.category);
        self.currency.push(row.currency);
        insert(&mut self.currencies, row.currency);
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
        rows.for_each(|index| picked.push(self.row(index), self.payments.find(index)));
        picked
    }

    /// Without what changed, and with what came to it. The same month where that is nothing.
    fn with(self: &Arc<Self>, came: Option<&Self>, changes: &BalanceChanges) -> Arc<Self> {
        let stays: Vec<usize> =
            (0..self.len()).filter(|i| !changes.transactions.contains_key(self.ids.get(*i))).collect();
        if came.is_none() && stays.len() == self.len() {
            return Arc::clone(self);
        }
        let mut month = self.picked(stays.into_iter());
        let came = came.into_iter().flat_map(Self::rows_with_payments);
        came.for_each(|(row, payment)| month.push(row, payment));
        Arc::new(month.in_order())
    }

    fn with_payments(self: &Arc<Self>, payments: &Payments) -> Arc<Self> {
        let is_concerned = (0..self.len()).any(|index| {
            self.category[index] == BalanceCategory::Charge
                && payments.0.contains_key(self.sources.get(index))
        });
        let matched = if is_concerned { self.matched(payments) } else { return Arc::clone(self) };
        if matched == self.payments {
            return Arc::clone(self);
        }
        Arc::new(Self { payments: matched, ..Self::clone(self) })
    }

    /// The payments of the rows: these, and what was known where these say nothing.
    fn matched(&self, payments: &Payments) -> PaymentColumns {
        let mut matched = PaymentColumns::default();
        let charges = (0..self.len()).filter(|index| self.category[*index] == BalanceCategory::Charge);
        for index in charges {
            let known = payments.0.get(self.sources.get(index)).copied();
            if let Some(payment) = known.unwrap_or_else(|| self.payments.find(index)) {
                matched.push(index, payment);
            }
        }
        matched
    }
}

impl PaymentColumns {
    fn push(&mut self, row: usize, payment: PaymentFacts) {
        // A month has fewer than four billion transactions.
        self.row.push(u32::try_from(row).unwrap_or(u32::MAX));
        self.at.push(payment.at.0);
        self.currency.push(payment.currency);
        self.amount_minor.push(payment.amount_minor);
    }

    fn find(&self, row: usize) -> Option<PaymentFacts> {
        let row = u32::try_from(row).ok()?;
        self.row.binary_search(&row).ok().map(|place| self.facts(place))
    }

    fn facts(&self, place: usize) -> PaymentFacts {
        PaymentFacts {
            at: UnixSeconds(self.at[place]),
            currency: self.currency[place],
            amount_minor: self.amount_minor[place],
        }
    }
}

impl Payments {
    pub(super) fn of<'a>(facts: impl IntoIterator<Item = &'a MoneyFact>) -> Self {
        let mut payments = Self::default();
        payments.add(facts);
        payments
    }

    pub(super) fn add<'a>(&mut self, facts: impl IntoIterator<Item = &'a MoneyFact>) {
        for fact in facts {
            let payment = match fact.kind {
                MoneyKind::Payment => Some(PaymentFacts {
                    at: fact.at,
                    currency: fact.currency,
                    amount_minor: fact.amount_minor,
                }),
                MoneyKind::FailedPayment => None,
                _ => continue,
            };
            self.0.insert(fact.source.clone(), payment);
        }
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

    pub(super) fn to_transaction(self) -> BalanceTransaction {
        BalanceTransaction {
            id: self.id.into(),
            source: Some(self.source.to_owned()).filter(|source| !source.is_empty()),
            category: self.category,
            created_at: self.at,
            currency: self.currency,
            amount_minor: self.amount_minor,
            fee_minor: self.fee_minor,
            net_minor: self.net_minor,
        }
    }
}

//! From objects to ledgers, many customers at a time on all cores.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use connect::{Billed, Source, Unreadable};
use jiff::tz::TimeZone;
use metrics::columns::{CustomerEntry, Ledger, LedgerBuilder};
use metrics::ledger::{CustomerLedger, PriceBook, build};
use model::billing::Price;
use model::{CustomerId, LedgerRules};
use rayon::prelude::*;
use store::{Objects, StoreError};

use super::{OnProgress, Restating};
use crate::history::{self, NOBODY, Prices};
use crate::problems::Problem;

/// Customers whose objects are in memory at once, on each core.
const AT_ONCE: usize = 64;

/// A ledger with the prices that it was made by and the objects that are not in it.
#[derive(Debug)]
pub struct Built {
    pub ledger: Ledger,
    pub book: PriceBook,
    pub skipped: Vec<Unreadable>,
}

/// Customers' ledgers, and the same beside them.
#[derive(Debug, Default)]
pub struct Partial {
    pub changes: Vec<(CustomerEntry, CustomerLedger)>,
    pub inline_prices: Vec<Price>,
    pub skipped: Vec<Unreadable>,
}

impl Built {
    pub fn problems(&self) -> Vec<Problem> {
        Problem::of_unreadable(&self.skipped)
    }
}

/// Every customer's ledger from the objects.
///
/// # Errors
/// What the store says.
pub fn build_all(
    source: Source,
    objects: &Objects,
    rules: LedgerRules,
    zone: TimeZone,
    on_progress: OnProgress<'_>,
) -> Result<Built, StoreError> {
    build_comparing(source, objects, rules, zone, on_progress, None)
}

pub(super) fn build_comparing(
    source: Source,
    objects: &Objects,
    rules: LedgerRules,
    zone: TimeZone,
    on_progress: OnProgress<'_>,
    restating: Option<&Restating<'_>>,
) -> Result<Built, StoreError> {
    let Prices { mut book, skipped } = history::price_book(source, objects)?;
    let mut ids = objects.all_customer_ids()?;
    if objects.has_ownerless()? {
        ids.push(CustomerId::from(NOBODY));
    }
    let builder = LedgerBuilder::new();
    let leftovers = Mutex::new((Vec::new(), skipped));
    let (done, total) = (AtomicU64::new(0), ids.len() as u64);
    let add_some = |ids: &[CustomerId]| -> Result<(), StoreError> {
        let some = build_some(source, objects, ids, &book, rules, restating)?;
        for (entry, ledger) in some.changes {
            builder.add(entry, &ledger);
        }
        let mut leftovers = leftovers.lock().unwrap_or_else(PoisonError::into_inner);
        leftovers.0.extend(some.inline_prices);
        leftovers.1.extend(some.skipped);
        drop(leftovers);
        let now_done = done.fetch_add(ids.len() as u64, Ordering::Relaxed) + ids.len() as u64;
        on_progress(now_done, total);
        Ok(())
    };
    let (customers, balance) = rayon::join(
        || ids.par_chunks(AT_ONCE).try_for_each(add_some),
        || history::read_balance(source, objects, |transactions| builder.add_balance(transactions)),
    );
    customers?;
    leftovers.lock().unwrap_or_else(PoisonError::into_inner).1.extend(balance?);
    let (inline_prices, skipped) = leftovers.into_inner().unwrap_or_else(PoisonError::into_inner);
    insert_inline(&mut book, inline_prices);
    let ledger = builder.finish(&book, zone);
    if let Some(restating) = restating {
        restating.those_gone_from(&ledger)?;
    }
    Ok(Built { ledger, book, skipped })
}

/// The ledgers of these customers from the objects; what they restate goes to `restating`.
///
/// # Errors
/// What the store says.
pub fn build_some(
    source: Source,
    objects: &Objects,
    ids: &[CustomerId],
    book: &PriceBook,
    rules: LedgerRules,
    restating: Option<&Restating<'_>>,
) -> Result<Partial, StoreError> {
    let mut some = Partial::default();
    for ids in ids.chunks(AT_ONCE) {
        for (id, stored) in ids.iter().zip(objects.read_customers(ids, source.history_kinds())?) {
            let stored = if id.as_str() == NOBODY { objects.ownerless()? } else { stored };
            some.add(id, history::from_objects(source, &stored), book, rules, restating)?;
        }
    }
    Ok(some)
}

/// The same for what belongs to no customer, where that is in memory.
///
/// # Errors
/// What the store says.
pub(crate) fn build_ownerless(
    billed: Billed,
    book: &PriceBook,
    rules: LedgerRules,
    restating: Option<&Restating<'_>>,
) -> Result<Partial, StoreError> {
    let mut one = Partial::default();
    one.add(&CustomerId::from(NOBODY), billed, book, rules, restating)?;
    Ok(one)
}

impl Partial {
    fn add(
        &mut self,
        id: &CustomerId,
        billed: Billed,
        book: &PriceBook,
        rules: LedgerRules,
        restating: Option<&Restating<'_>>,
    ) -> Result<(), StoreError> {
        self.skipped.extend(billed.skipped);
        let history = billed.history;
        let ledger = match history::with_inline(book, &history, billed.inline_prices) {
            None => build(&history, book, rules),
            Some((own, gaps)) => {
                self.inline_prices.extend(gaps);
                build(&history, &own, rules)
            }
        };
        if let Some(restating) = restating {
            restating.customer(id, &history, &ledger)?;
        }
        let unknown = || CustomerEntry {
            name: (id.as_str() == NOBODY).then(|| "Without a customer".to_owned()),
            ..CustomerEntry::unknown(id.clone())
        };
        let entry = history.customer.as_ref().map_or_else(unknown, CustomerEntry::from);
        self.changes.push((entry, ledger));
        Ok(())
    }
}

/// In an order that does not depend on which thread came first.
pub(crate) fn insert_inline(book: &mut PriceBook, mut prices: Vec<Price>) {
    prices.sort_by(|a, b| a.id.cmp(&b.id));
    for price in prices {
        book.insert_inline(price);
    }
}

//! What moved the balance that the provider keeps for the account, from the objects.

use std::collections::BTreeSet;

use connect::{Source, Unreadable};
use metrics::columns::BalanceChanges;
use metrics::ledger::{MoneyFact, attempt};
use model::{BalanceCategory, BalanceTransaction, RawObject};
use store::{Objects, StoreError};

/// Objects that are read at once.
const BATCH: usize = 1000;

/// All balance transactions, some at a time, in the order of the file; returns what of them could not be read.
///
/// # Errors
/// What the store says. Objects that cannot be read are not an error.
pub fn read_balance(
    source: Source,
    objects: &Objects,
    mut add: impl FnMut(&[BalanceTransaction]),
) -> Result<Vec<Unreadable>, StoreError> {
    let mut skipped = Vec::new();
    let kinds = source.balance_kinds();
    if kinds.is_empty() {
        return Ok(skipped);
    }
    for stretch in objects.stretches()? {
        let stored = objects.read_stretch(stretch, kinds)?;
        let mut some = Vec::with_capacity(stored.len());
        for stored in &stored {
            match read(source, &stored.object) {
                Ok(transactions) => some.extend(transactions),
                Err(unreadable) => skipped.push(unreadable),
            }
        }
        add(&some);
    }
    Ok(skipped)
}

/// What these balance transactions say now. One that is deleted or cannot be read is gone.
///
/// # Errors
/// What the store says.
pub fn changes_of_balance(
    source: Source,
    objects: &Objects,
    ids: &BTreeSet<String>,
) -> Result<BalanceChanges, StoreError> {
    let mut changes = BalanceChanges::default();
    changes.transactions.extend(ids.iter().flat_map(|id| source.balance_ids(id)).map(|id| (id, None)));
    let ids: Vec<String> = ids.iter().cloned().collect();
    for (kind, ids) in
        source.balance_kinds().iter().flat_map(|kind| ids.chunks(BATCH).map(|ids| (*kind, ids)))
    {
        for stored in objects.get_many(kind, ids)? {
            let transactions = read(source, &stored.object).unwrap_or_default().into_iter();
            changes.transactions.extend(transactions.map(|one| (one.id.to_string(), Some(one))));
        }
    }
    let transactions = changes.transactions.values().flatten();
    let made_for = transactions.filter(|one| one.category == BalanceCategory::Charge);
    let charges: Vec<String> = made_for.filter_map(|one| one.source.clone()).collect();
    changes.payments = payments(source, objects, &charges)?;
    Ok(changes)
}

fn payments(source: Source, objects: &Objects, charges: &[String]) -> Result<Vec<MoneyFact>, StoreError> {
    let Some(kind) = source.booked_payments() else { return Ok(Vec::new()) };
    let mut payments = Vec::new();
    for charges in charges.chunks(BATCH) {
        let stored = objects.get_many(kind, charges)?;
        let read = stored.iter().filter(|stored| !stored.object.is_deleted);
        let read = read.filter_map(|stored| source.booked_payment(&stored.object));
        payments.extend(read.filter_map(|charge| attempt(&charge)));
    }
    Ok(payments)
}

/// None where it is deleted.
fn read(source: Source, object: &RawObject) -> Result<Vec<BalanceTransaction>, Unreadable> {
    if object.is_deleted {
        return Ok(Vec::new());
    }
    source.balance_transactions(object).map_err(|error| {
        let (kind, id) = (object.kind, object.id.clone());
        Unreadable { kind, id, reason: error.to_string() }
    })
}

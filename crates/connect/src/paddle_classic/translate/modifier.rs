//! What is added to the next payment of a subscription, or to all of them; below zero it is taken off. One that was for a
//! single payment is listed until that is made, and none says since when it holds: the payments do.

use model::Currency;

use super::super::record::Record;
use crate::ReadError;

#[derive(Debug, Clone)]
pub(super) struct Modifier {
    /// Numbers that grow.
    pub id: u64,
    pub subscription: String,
    /// As prices are: without the tax that comes on top, or with the tax inside.
    pub amount_minor: i64,
    pub currency: Currency,
    pub is_recurring: bool,
    pub description: Option<String>,
}

/// # Errors
/// When it has no subscription, amount or currency, or one that cannot be understood.
pub(super) fn modifier(record: &Record) -> Result<Modifier, ReadError> {
    let currency = record.need_currency("currency")?;
    Ok(Modifier {
        id: record.id.parse().map_err(|_| record.wrong("modifier_id"))?,
        subscription: record.text("subscription_id").ok_or_else(|| record.missing("subscription_id"))?,
        amount_minor: record.need_minor("amount", currency)?,
        currency,
        is_recurring: record.flag("is_recurring"),
        description: record.text("description"),
    })
}

/// Amounts that recurring ones may add together: those made first, and each alone.
pub(super) fn sums(modifiers: &[Modifier], currency: Currency) -> Vec<i64> {
    let recurring = modifiers.iter().filter(|one| one.is_recurring && one.currency == currency);
    let amounts: Vec<i64> = recurring.map(|one| one.amount_minor).collect();
    let mut sum: i64 = 0;
    let growing = amounts.iter().map(|amount| {
        sum = sum.saturating_add(*amount);
        sum
    });
    let mut sums: Vec<i64> = growing.collect();
    sums.extend(amounts);
    sums.retain(|sum| *sum != 0);
    sums
}

/// What those are called that add this amount: all that recur, or a single one.
pub(super) fn called(modifiers: &[Modifier], amount_minor: i64, is_recurring: bool) -> Option<String> {
    let own = modifiers.iter().filter(|one| one.is_recurring == is_recurring);
    let own: Vec<&Modifier> = own.collect();
    if let Some(one) = own.iter().find(|one| one.amount_minor == amount_minor) {
        return one.description.clone();
    }
    let sum = own.iter().fold(0_i64, |sum, one| sum.saturating_add(one.amount_minor));
    let names: Vec<&str> = own.iter().filter_map(|one| one.description.as_deref()).collect();
    (sum == amount_minor && !names.is_empty()).then(|| names.join(", "))
}

//! Changes whose bill was given up. By default such a change is not made; a merchant can have it made all the same, which shows
//! in what is billed afterwards.

use std::collections::{BTreeMap, BTreeSet};

use model::InvoiceId;
use model::UnixSeconds;
use model::billing::{LineEffect, Subscription, SubscriptionStatus};
use rust_decimal::Decimal;

use super::super::entry::{Entry, Standing};

/// How many there are of each price.
type Quantities<'a> = BTreeMap<&'a str, Decimal>;

/// Lets the lines of such a change count where the next period's bill, or else the subscription, has the quantities that it
/// leads to, and would not without it. `entries` are one subscription's, in order of period.
pub(in super::super) fn make_changes(entries: &mut [Entry<'_>], subscription: Option<&Subscription>) {
    let given_up: BTreeSet<(UnixSeconds, &InvoiceId)> = entries
        .iter()
        .filter(|entry| is_given_up_change(entry))
        .filter_map(|entry| Some((entry.period().start, &entry.invoice?.id)))
        .collect();
    for (at, invoice) in given_up {
        let is_of_it = |entry: &Entry<'_>| {
            is_given_up_change(entry) && entry.invoice.is_some_and(|own| own.id == *invoice)
        };
        if is_shown(entries, at, subscription, is_of_it) {
            for entry in entries.iter_mut().filter(|entry| is_of_it(entry)) {
                entry.standing = Standing::Counts;
            }
        }
    }
}

fn is_given_up_change(entry: &Entry<'_>) -> bool {
    entry.standing == Standing::GivenUp && matches!(entry.line.effect, LineEffect::Adds { .. })
}

fn is_shown<'a>(
    entries: &[Entry<'a>],
    at: UnixSeconds,
    subscription: Option<&'a Subscription>,
    is_of_it: impl Fn(&Entry<'a>) -> bool,
) -> bool {
    let sets = |entry: &&Entry<'a>| entry.counts() && entry.line.effect == LineEffect::Sets;
    let period_at =
        entries.iter().filter(sets).map(|entry| entry.period().start).filter(|start| *start <= at).max();
    let Some(period_at) = period_at else { return false };
    let next_at =
        entries.iter().filter(sets).map(|entry| entry.period().start).filter(|start| *start > at).min();
    let shown = match next_at {
        Some(next_at) => {
            quantities(entries.iter().filter(sets).filter(|entry| entry.period().start == next_at))
        }
        // What ended or rests may have been changed since.
        None => match subscription.filter(|known| known.status == SubscriptionStatus::Active) {
            Some(known) => known.items.iter().map(|item| (item.price.as_str(), item.quantity)).collect(),
            None => return false,
        },
    };
    let is_before_next = |start: UnixSeconds| next_at.is_none_or(|next_at| start < next_at);
    let known = entries.iter().filter(|entry| {
        let start = entry.period().start;
        let is_change = matches!(entry.line.effect, LineEffect::Adds { .. });
        let is_own_bill = entry.line.effect == LineEffect::Sets && start == period_at;
        entry.counts() && (is_own_bill || is_change && start >= period_at && is_before_next(start))
    });
    let without = quantities(known);
    let change = quantities(entries.iter().filter(|entry| is_of_it(entry)));
    let none = Decimal::ZERO;
    let of = |quantities: &Quantities<'a>, price: &str| quantities.get(price).copied().unwrap_or(none);
    let is_with_it = change.iter().all(|(price, more)| of(&without, price) + more == of(&shown, price));
    let is_without = change.keys().all(|price| of(&without, price) == of(&shown, price));
    is_with_it && !is_without
}

fn quantities<'e, 'a: 'e>(entries: impl Iterator<Item = &'e Entry<'a>>) -> Quantities<'a> {
    let mut quantities = Quantities::new();
    for entry in entries {
        *quantities.entry(entry.price_id().as_str()).or_default() += entry.line.quantity;
    }
    quantities
}

//! When a subscription's value ends.

use std::collections::BTreeMap;

use model::billing::{InvoiceStatus, Subscription, SubscriptionStatus};
use model::{ChurnAt, UnixSeconds};

use super::entry::{Entry, Item};
use super::lapses::last_billed;
use super::{Cause, deltas};

/// From `at` on nothing of the subscription has a value.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub at: UnixSeconds,
    pub cause: Cause,
}

/// `None` while it goes on.
pub(super) fn end(subscription: &Subscription, entries: &[Entry<'_>], churn_at: ChurnAt) -> Option<End> {
    let ended_at = subscription.ended_at.or_else(|| {
        // Objects from before `ended_at` existed.
        (subscription.status == SubscriptionStatus::Canceled).then_some(subscription.canceled_at).flatten()
    });
    let ended_at =
        ended_at.map(|at| if deltas::speak(entries) { deltas::service_end(at, entries) } else { at });
    let by_service = match churn_at {
        ChurnAt::Ended => ended_at.map(|at| End { at, cause: Cause::Ended }),
        ChurnAt::Requested => {
            let requested =
                subscription.canceled_at.map(|at| End { at, cause: Cause::CancellationRequested });
            requested.or(ended_at.map(|at| End { at, cause: Cause::Ended }))
        }
        ChurnAt::PaidThrough => ended_at.map(|ended_at| match paid_through(entries) {
            Some(at) => End { at, cause: Cause::PaidThrough },
            None => End { at: ended_at, cause: Cause::Ended },
        }),
    };
    let unpaid = (subscription.status == SubscriptionStatus::Unpaid).then(|| first_unpaid(entries)).flatten();
    [by_service, unpaid].into_iter().flatten().min_by_key(|end| end.at)
}

/// The end of the last period that was paid for.
fn paid_through(entries: &[Entry<'_>]) -> Option<UnixSeconds> {
    let paid = entries.iter().filter(|entry| {
        let is_paid = entry.invoice.is_some_and(|invoice| invoice.status == InvoiceStatus::Paid);
        is_paid && !entry.is_credit()
    });
    if deltas::speak(entries) {
        // Another price took the place of those before it, though their periods were longer.
        let paid: Vec<Entry<'_>> = paid.copied().collect();
        return deltas::billed_until(&paid, UnixSeconds::MAX);
    }
    let mut items: BTreeMap<Item<'_>, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in paid {
        items.entry(entry.item).or_default().push(entry);
    }
    let last = items.into_values().filter_map(|own| last_billed(own.into_iter(), |entry| entry.period().end));
    last.map(|entry| entry.period().end).max()
}

/// The period start of the first invoice that was left unpaid. One from before a paid period was settled in another
/// way: service went on after it.
fn first_unpaid(entries: &[Entry<'_>]) -> Option<End> {
    let status = |entry: &Entry<'_>| entry.invoice.map(|invoice| invoice.status);
    let paid =
        entries.iter().filter(|entry| entry.is_ordinary() && status(entry) == Some(InvoiceStatus::Paid));
    let last_paid = paid.map(|entry| entry.period().start).max();
    let is_left = |entry: &Entry<'_>| {
        use InvoiceStatus::{Draft, Open, Uncollectible};
        matches!(status(entry), Some(Open | Draft | Uncollectible)) && !entry.is_credit()
    };
    // Usage is billed with the period after it.
    let unpaid = entries.iter().filter(|entry| !entry.is_usage()).filter(|entry| {
        // Changes of the period before may stand on a period's bill; an invoice of changes alone begins with them.
        let is_its_period = entry.is_ordinary() || !entry.is_beside_a_period(entries);
        is_left(entry) && is_its_period && last_paid.is_none_or(|paid| entry.period().start > paid)
    });
    let first = unpaid.min_by_key(|entry| entry.period().start).map(|first| (first.period().start, first));
    // Usage alone has a value from the end of its period on, and so it ends there.
    let usage = entries.iter().filter(|entry| entry.is_usage() && is_left(entry));
    let (at, first) = first.or_else(|| {
        let later = usage.filter(|entry| last_paid.is_none_or(|paid| entry.period().start > paid));
        later.map(|entry| (entry.period().end, entry)).min_by_key(|(at, _)| *at)
    })?;
    Some(End { at, cause: Cause::Unpaid { lines: vec![first.line_ref()] } })
}

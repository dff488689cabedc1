//! From what was billed for a subscription to what its items cost by their list prices, one change at a time.
//!
//! A provider that counts MRR by its subscriptions multiplies list prices by quantities and subtracts the discounts that
//! last. What it counts and what was billed differ by discounts that end, by changes that were not billed yet, by prices
//! that were agreed otherwise. Each part of the difference is kept with its reason, so that the two figures can be held
//! against each other without reading anything again. Which subscriptions a provider counts at all is not decided here.

mod bridge;
mod reason;
mod terms;

use std::collections::BTreeMap;

use model::billing::{Price, Subscription, SubscriptionItem, SubscriptionStatus};
use model::{Currency, SubscriptionId, UnixSeconds};
use rust_decimal::Decimal;

use super::PriceBook;
use super::amounts::{IntervalMonths, Picos, full_price_in};
use super::entry::Entry;
use super::subscription::Timeline;
use bridge::Bridge;
pub use reason::MrrReason;
use terms::Terms;

/// From the beginning of time.
const ALWAYS: UnixSeconds = UnixSeconds(i64::MIN);

/// From `at` on, this part of a subscription's way from what was billed to its list prices is more by this much.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListStep {
    pub at: UnixSeconds,
    pub subscription: SubscriptionId,
    pub currency: Currency,
    pub part: ListPart,
    pub delta_minor: i64,
}

/// The value at list prices is what was billed and all reasons together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListPart {
    /// What the items cost per month by their list prices, less permanent discounts and taxes that are inside.
    Value,
    Reason(MrrReason),
}

/// An item that is not billed by usage.
#[derive(Debug, Clone)]
struct Listed<'a> {
    item: &'a SubscriptionItem,
    currency: Currency,
    /// What its quantity costs for how many months. `None`: its price is not known.
    full: Option<(i64, IntervalMonths)>,
    terms: Terms,
}

type Parts = BTreeMap<(Currency, ListPart), i64>;

/// Nothing for a subscription that is over: no provider counts it.
pub(super) fn steps(
    subscription: &Subscription,
    timeline: &Timeline<'_>,
    entries: &[Entry<'_>],
    prices: &PriceBook,
) -> Vec<ListStep> {
    use SubscriptionStatus::{Canceled, IncompleteExpired};
    if matches!(subscription.status, Canceled | IncompleteExpired) {
        return Vec::new();
    }
    let bridge = Bridge { subscription, timeline, entries, listed: &listed(subscription, prices), prices };
    let known_at = known_at(subscription, entries);
    let mut later: Vec<UnixSeconds> = timeline.instants().filter(|at| *at > known_at).collect();
    later.sort_unstable();
    later.dedup();
    let mut steps = Vec::new();
    let mut before = Parts::new();
    for (at, of) in std::iter::once((ALWAYS, known_at)).chain(later.into_iter().map(|at| (at, at))) {
        let parts = bridge.parts(of);
        let keys = before.keys().chain(parts.keys()).copied();
        let mut keys: Vec<(Currency, ListPart)> = keys.collect();
        keys.sort_unstable();
        keys.dedup();
        for (currency, part) in keys {
            let minor = |parts: &Parts| parts.get(&(currency, part)).copied().unwrap_or(0);
            let delta_minor = minor(&parts).saturating_sub(minor(&before));
            if delta_minor != 0 {
                let subscription = subscription.id.clone();
                steps.push(ListStep { at, subscription, currency, part, delta_minor });
            }
        }
        before = parts;
    }
    steps
}

/// Nobody asks about a time before this: the objects did not exist yet. What happened until then is one state.
fn known_at(subscription: &Subscription, entries: &[Entry<'_>]) -> UnixSeconds {
    let invoices = entries.iter().filter_map(|entry| Some(entry.invoice?.created_at));
    let own = [subscription.created_at, subscription.canceled_at, subscription.ended_at];
    invoices.chain(own.into_iter().flatten()).max().unwrap_or(ALWAYS)
}

fn listed<'a>(subscription: &'a Subscription, prices: &PriceBook) -> Vec<Listed<'a>> {
    let mut listed: Vec<Listed<'a>> =
        subscription.items.iter().filter_map(|item| priced(subscription, item, prices)).collect();
    let full_minor = |item: &Listed<'_>| item.full.map_or(0, |(minor, _)| minor);
    let full_prices: Vec<(Currency, i64)> =
        listed.iter().map(|item| (item.currency, full_minor(item))).collect();
    for (item, terms) in listed.iter_mut().zip(Terms::of_items(subscription, &full_prices)) {
        item.terms = terms;
    }
    listed
}

/// An item with its price and no terms yet. `None`: it is billed by usage, or nothing says in which currency.
fn priced<'a>(
    subscription: &Subscription,
    item: &'a SubscriptionItem,
    prices: &PriceBook,
) -> Option<Listed<'a>> {
    let price = prices.get(&item.price);
    let recurrence = price.and_then(|price| price.recurrence);
    if recurrence.is_some_and(|recurrence| recurrence.is_metered) {
        return None;
    }
    let currency = subscription.currency.or(price.map(|price| price.currency))?;
    let full_minor = price.and_then(|price| full_minor(price, currency, item.quantity));
    let full = full_minor.zip(recurrence).map(|(minor, of)| (minor, IntervalMonths::of(of)));
    Some(Listed { item, currency, full, terms: Terms::none(currency) })
}

/// What an amount of a price costs per interval, rounded as a bill is.
fn full_minor(price: &Price, currency: Currency, quantity: Decimal) -> Option<i64> {
    full_price_in(price, currency, quantity).map(Picos::to_minor)
}

//! Which item of a subscription a line bills. An item holds one price at a time and keeps its id when that changes.

use std::collections::{BTreeMap, BTreeSet};

use model::billing::Subscription;
use model::{PriceId, SubscriptionItemId};

use super::entry::{Entry, Item};

/// Gives lines that name no item the one that bills their price elsewhere, where that is only one: old bills of a
/// subscription may have another shape than its new ones.
pub(super) fn complete<'a>(entries: &mut [Entry<'a>], subscription: Option<&'a Subscription>) {
    if !entries.iter().any(|entry| matches!(entry.item, Item::Priced(_))) {
        return;
    }
    let mut named: BTreeMap<&PriceId, BTreeSet<&SubscriptionItemId>> = BTreeMap::new();
    for entry in entries.iter() {
        if let Item::Named(item) = entry.item {
            named.entry(entry.price_id()).or_default().insert(item);
        }
    }
    if named.is_empty() {
        return;
    }
    for item in subscription.iter().flat_map(|subscription| &subscription.items) {
        named.entry(&item.price).or_default().insert(&item.id);
    }
    for entry in entries.iter_mut() {
        let Item::Priced(price) = entry.item else { continue };
        let mut items = named.get(price).into_iter().flatten();
        if let (Some(item), None) = (items.next(), items.next()) {
            entry.item = Item::Named(item);
        }
    }
}

/// Whether the subscription has the item still. One whose items are not known may have it.
pub(super) fn is_among(subscription: Option<&Subscription>, item: Item<'_>, price: &PriceId) -> bool {
    let Some(subscription) = subscription.filter(|subscription| !subscription.items.is_empty()) else {
        return true;
    };
    subscription.items.iter().any(|own| own.price == *price || item == Item::Named(&own.id))
}

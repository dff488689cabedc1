//! Subscriptions that are active and were never billed: moved from elsewhere, or with their first bill at a later anchor.

use model::billing::{Subscription, SubscriptionStatus};

use super::amounts::{IntervalMonths, Picos, full_price_in};
use super::entry::Item;
use super::setting::{Setting, Strength};
use super::subscription::Timeline;
use super::{Cause, PriceBook, Step, UnbilledItem};

/// What the items of an active subscription are worth at their prices. Usage has no price of its own.
pub(super) fn items(subscription: &Subscription, prices: &PriceBook) -> Vec<UnbilledItem> {
    if subscription.status != SubscriptionStatus::Active {
        return Vec::new();
    }
    if !subscription.foreseen.is_empty() {
        return foreseen(subscription, prices);
    }
    let priced = subscription.items.iter().filter_map(|item| {
        let price = prices.get(&item.price)?;
        let recurrence = price.recurrence.filter(|recurrence| !recurrence.is_metered)?;
        let currency = subscription.currency.unwrap_or(price.currency);
        let full = full_price_in(price, currency, item.quantity)?;
        let value_minor = IntervalMonths::of(recurrence).per_month(full);
        Some(UnbilledItem { price: item.price.clone(), currency, value_minor })
    });
    priced.collect()
}

/// What the provider says that it will bill, which has no tax in it, discounts taken off, and the prices of its country.
pub(super) fn foreseen(subscription: &Subscription, prices: &PriceBook) -> Vec<UnbilledItem> {
    let mut items: Vec<UnbilledItem> = Vec::new();
    for line in &subscription.foreseen {
        let Some(price) = prices.get(&line.price) else { continue };
        let Some(recurrence) = price.recurrence.filter(|recurrence| !recurrence.is_metered) else { continue };
        let currency = subscription.currency.unwrap_or(price.currency);
        let value_minor = IntervalMonths::of(recurrence).per_month(Picos::of_minor(line.amount_minor));
        add(&mut items, UnbilledItem { price: line.price.clone(), currency, value_minor });
    }
    items
}

/// Of two items of one price, the value is their sum.
pub(super) fn add(items: &mut Vec<UnbilledItem>, new: UnbilledItem) {
    match items.iter_mut().find(|item| item.price == new.price) {
        Some(known) => known.value_minor = known.value_minor.saturating_add(new.value_minor),
        None => items.push(new),
    }
}

/// From the subscription's start, or from the end of its trial.
pub(super) fn steps(subscription: &Subscription, items: &[UnbilledItem]) -> Vec<Step> {
    let started_at = subscription.started_at.or(subscription.created_at);
    let Some(at) = started_at.max(subscription.trial.map(|trial| trial.end)) else { return Vec::new() };
    let steps = items.iter().filter(|item| item.value_minor != 0).map(|item| Step {
        at,
        subscription: subscription.id.clone(),
        price: item.price.clone(),
        currency: item.currency,
        value_minor: item.value_minor,
        delta_minor: item.value_minor,
        cause: Cause::Unbilled,
    });
    steps.collect()
}

/// The same as what holds from when on.
pub(super) fn timeline(steps: &[Step]) -> Timeline<'_> {
    let mut timeline = Timeline::default();
    for step in steps {
        let track = (&step.price, step.currency);
        let setting = Setting {
            at: step.at,
            track,
            strength: Strength::Period,
            value_minor: step.value_minor,
            cause: step.cause.clone(),
        };
        timeline.add(Item::Priced(&step.price), track, vec![setting]);
    }
    timeline
}

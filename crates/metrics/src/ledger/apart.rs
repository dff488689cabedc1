//! What is shown apart from MRR as a step function of its own: MRR at risk, and what trials and subscriptions that were
//! never billed would be worth.

use std::collections::BTreeMap;

use model::billing::{CustomerHistory, Discount, InvoiceLine, LineEffect, Period, Subscription};
use model::{Currency, PriceId, SubscriptionId, UnixSeconds};
use rust_decimal::Decimal;

use super::amounts::{IntervalMonths, Picos, full_price_in, percent_of};
use super::attempts::Failing;
use super::{PriceBook, Step, SubscriptionFacts, UnbilledItem, unbilled};

/// What is shown apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Apart {
    AtRisk,
    Trials,
    Unbilled,
}

impl Apart {
    pub const ALL: [Self; 3] = [Self::AtRisk, Self::Trials, Self::Unbilled];
}

/// From `at` on, what is shown apart of a subscription's price is more by this much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApartStep {
    pub at: UnixSeconds,
    pub subscription: SubscriptionId,
    pub price: PriceId,
    pub currency: Currency,
    pub delta_minor: i64,
}

/// An invoice whose payment failed or is late, and a subscription that it puts at risk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailedInvoice {
    pub subscription: SubscriptionId,
    pub failed_at: UnixSeconds,
    /// When it was paid or given up; `None` while neither is so.
    pub until: Option<UnixSeconds>,
}

/// The value of every subscription while the payment of one of its invoices has failed and it is neither paid nor given up.
pub(super) fn at_risk(failing: &[FailedInvoice], steps: &[Step]) -> Vec<ApartStep> {
    let mut all = Vec::new();
    for (subscription, periods) in risky(failing) {
        let mut tracks: BTreeMap<(&PriceId, Currency), Vec<&Step>> = BTreeMap::new();
        for step in steps.iter().filter(|step| step.subscription == *subscription) {
            tracks.entry((&step.price, step.currency)).or_default().push(step);
        }
        for ((price, currency), steps) in tracks {
            let step = |at, delta_minor| ApartStep {
                at,
                subscription: subscription.clone(),
                price: price.clone(),
                currency,
                delta_minor,
            };
            for (from, until) in &periods {
                let before = steps.iter().rev().find(|step| step.at <= *from);
                let opening = before.map_or(0, |step| step.value_minor);
                let is_over = |at| until.is_some_and(|until| at >= until);
                let within = steps.iter().filter(|step| step.at > *from && !is_over(step.at));
                let mut changes = vec![step(*from, opening)];
                changes.extend(within.map(|one| step(one.at, one.delta_minor)));
                let rest = changes.iter().map(|change| change.delta_minor).sum::<i64>();
                changes.extend(until.map(|until| step(until, -rest)));
                all.extend(changes.into_iter().filter(|change| change.delta_minor != 0));
            }
        }
    }
    sorted(all)
}

/// By subscription, each in order of time.
pub(super) fn failed_invoices(failing: &[Failing<'_>]) -> Vec<FailedInvoice> {
    let mut all = Vec::new();
    for one in failing.iter().filter(|one| one.until.is_none_or(|until| until > one.failed_at)) {
        let lines = one.invoice.lines.iter().filter_map(|line| line.subscription.as_ref());
        let mut subscriptions: Vec<&SubscriptionId> = one.invoice.subscription.iter().chain(lines).collect();
        subscriptions.sort_unstable();
        subscriptions.dedup();
        all.extend(subscriptions.into_iter().map(|subscription| FailedInvoice {
            subscription: subscription.clone(),
            failed_at: one.failed_at,
            until: one.until,
        }));
    }
    all.sort_unstable();
    all
}

/// When each subscription is at risk, without overlaps.
fn risky(failing: &[FailedInvoice]) -> BTreeMap<&SubscriptionId, Vec<(UnixSeconds, Option<UnixSeconds>)>> {
    let mut periods: BTreeMap<&SubscriptionId, Vec<(UnixSeconds, Option<UnixSeconds>)>> = BTreeMap::new();
    for one in failing {
        periods.entry(&one.subscription).or_default().push((one.failed_at, one.until));
    }
    for own in periods.values_mut() {
        own.dedup_by(|later, earlier| {
            let is_apart = earlier.1.is_some_and(|until| later.0 > until);
            if !is_apart {
                earlier.1 = earlier.1.zip(later.1).map(|(a, b)| a.max(b));
            }
            !is_apart
        });
    }
    periods
}

/// What a subscription in a trial would be worth: on the prices that the trial's own invoice names, or else on its items,
/// with the discounts that are left when it ends.
pub(super) fn trial_items(
    subscription: &Subscription,
    history: &CustomerHistory,
    prices: &PriceBook,
) -> Vec<UnbilledItem> {
    let Some(trial) = subscription.trial else { return Vec::new() };
    let billed = billed_after(subscription, trial, history, prices);
    if !billed.is_empty() {
        return billed;
    }
    if !subscription.foreseen.is_empty() {
        return unbilled::foreseen(subscription, prices);
    }
    let is_of_trial = |line: &&InvoiceLine| {
        line.subscription.as_ref() == Some(&subscription.id)
            && line.period.start == trial.start
            && line.amount_minor == 0
            && !line.is_proration
    };
    let lines = history.invoices.iter().flat_map(|invoice| &invoice.lines).filter(is_of_trial);
    let mut named: Vec<(&PriceId, Decimal)> =
        lines.filter_map(|line| Some((line.price.as_ref()?, line.quantity))).collect();
    if named.is_empty() {
        named = subscription.items.iter().map(|item| (&item.price, item.quantity)).collect();
    }
    let is_left = |discount: &&Discount| discount.ends_at.is_none_or(|end| end > trial.end);
    let discounts: Vec<&Discount> = subscription.discounts.iter().filter(is_left).collect();
    let mut items = Vec::new();
    let mut amounts_off: Vec<(i64, Currency)> =
        discounts.iter().filter_map(|discount| discount.amount_off).collect();
    for (id, quantity) in named {
        let Some(price) = prices.get(id) else { continue };
        let currency = subscription.currency.unwrap_or(price.currency);
        let Some(recurrence) = price.recurrence else { continue };
        let full = if recurrence.is_metered { None } else { full_price_in(price, currency, quantity) };
        let mut minor = full.map_or(0, Picos::to_minor);
        for percent in discounts.iter().filter_map(|discount| discount.percent_off) {
            minor -= percent_of(minor, percent);
        }
        // An amount is off the whole bill: off its lines one after the other, as far as they go.
        for (off, _) in amounts_off.iter_mut().filter(|(_, of)| *of == currency) {
            let taken = (*off).min(minor).max(0);
            minor -= taken;
            *off -= taken;
        }
        let value_minor = IntervalMonths::of(recurrence).per_month(Picos::of_minor(minor));
        items.push(UnbilledItem { price: id.clone(), currency, value_minor });
    }
    items
}

/// What the first whole period after a trial was billed at, where bills say of each line that it sets the value of its price.
fn billed_after(
    subscription: &Subscription,
    trial: Period,
    history: &CustomerHistory,
    prices: &PriceBook,
) -> Vec<UnbilledItem> {
    let sets = |line: &&InvoiceLine| {
        line.subscription.as_ref() == Some(&subscription.id)
            && line.effect == LineEffect::Sets
            && line.period.start > trial.start
    };
    let bills = history.invoices.iter().filter(|invoice| invoice.lines.iter().any(|line| sets(&line)));
    let first = bills.min_by_key(|invoice| {
        (invoice.lines.iter().filter(sets).map(|line| line.period.start).min(), invoice.created_at)
    });
    let Some(first) = first else { return Vec::new() };
    let mut items: Vec<UnbilledItem> = Vec::new();
    for line in first.lines.iter().filter(sets) {
        let Some(id) = &line.price else { continue };
        let Some(price) = line.price_then.as_deref().or(prices.get(id)) else { continue };
        let Some(recurrence) = price.recurrence else { continue };
        let minor = line.amount_minor.saturating_sub(line.discount_minor);
        let value_minor = IntervalMonths::of(recurrence).per_month(Picos::of_minor(minor));
        unbilled::add(&mut items, UnbilledItem { price: id.clone(), currency: line.currency, value_minor });
    }
    items
}

/// From each trial's start to its end, or to when it was ended or paid for before.
pub(super) fn trials(facts: &[SubscriptionFacts], steps: &[Step]) -> Vec<ApartStep> {
    let mut all = Vec::new();
    for own in facts {
        let Some(Period { start, end }) = own.trial else { continue };
        let paid =
            steps.iter().find(|step| step.subscription == own.id && step.value_minor > 0 && step.at >= start);
        let end = [Some(end), own.ended_at, paid.map(|step| step.at)].into_iter().flatten().min();
        let Some(end) = end.filter(|end| *end > start) else { continue };
        all.extend(own.trial_items.iter().flat_map(|item| {
            [(start, item.value_minor), (end, -item.value_minor)]
                .map(|(at, delta_minor)| item_step(own, item, at, delta_minor))
        }));
    }
    sorted(all)
}

/// From its start, or from the end of its trial, for as long as it is not billed.
pub(super) fn unbilled(facts: &[SubscriptionFacts]) -> Vec<ApartStep> {
    let steps = facts.iter().flat_map(|own| {
        let from = own.started_at.max(own.trial.map(|trial| trial.end));
        own.unbilled.iter().filter_map(move |item| Some(item_step(own, item, from?, item.value_minor)))
    });
    sorted(steps.collect())
}

fn item_step(own: &SubscriptionFacts, item: &UnbilledItem, at: UnixSeconds, delta_minor: i64) -> ApartStep {
    ApartStep {
        at,
        subscription: own.id.clone(),
        price: item.price.clone(),
        currency: item.currency,
        delta_minor,
    }
}

fn sorted(mut steps: Vec<ApartStep>) -> Vec<ApartStep> {
    steps.retain(|step| step.delta_minor != 0);
    steps.sort_by(|a, b| {
        (a.at, &a.subscription, &a.price, a.currency).cmp(&(b.at, &b.subscription, &b.price, b.currency))
    });
    steps
}

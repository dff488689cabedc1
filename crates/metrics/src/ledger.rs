//! What every price of every subscription is worth per month, from when on, and why: a pure function of what was
//! billed to one customer.
//!
//! Nothing here does I/O, reads a clock or knows of other customers, so any customer's ledger can be thrown away and
//! built again to the same values. `docs/metrics/mrr.md` states the rules; each is one file below.

mod amounts;
mod apart;
mod attempts;
mod bills;
mod cards;
mod causes;
mod deltas;
mod ending;
mod entry;
mod exact;
pub mod explain;
mod items;
mod lapses;
mod lines;
mod list_prices;
mod money;
mod other_rules;
mod paid;
mod price_book;
mod proration;
mod renewals;
mod setting;
mod standing;
mod subscription;
#[cfg(test)]
pub(crate) mod tests;
mod unbilled;

use std::collections::BTreeMap;

use model::billing::{
    CancellationReason, CustomerHistory, ImportedFrom, PaymentMeans, Period, Subscription, SubscriptionStatus,
};
use model::{Currency, InvoiceId, InvoiceLineId, LedgerRules, PriceId, SubscriptionId, UnixSeconds};
use serde::Serialize;

pub use apart::{Apart, ApartStep, FailedInvoice};
pub use causes::ChangeCause;
pub use lines::{LeftOut, LineVerdict, line_verdicts};
pub use list_prices::{ListPart, ListStep, MrrReason};
pub use money::{MoneyFact, MoneyKind, attempt, money_of};
pub use other_rules::{Difference, RuleSets};
pub use paid::{PaidInvoice, PaidPart, PaidRow, Reason, Unexplained, paid_invoices};
pub use price_book::PriceBook;
pub use renewals::{DifferentRenewal, different_renewals};
use subscription::Timeline;

/// Everything that the columns need of one customer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CustomerLedger {
    /// By instant, then subscription, price and currency. Only real changes.
    pub steps: Vec<Step>,
    /// Why each step changed the value, in their order.
    pub causes: Vec<ChangeCause>,
    pub subscriptions: Vec<SubscriptionFacts>,
    /// What of the value is at risk: the payment of an invoice failed.
    pub at_risk: Vec<ApartStep>,
    /// Since when it is: by subscription, each in order of time.
    pub failed_invoices: Vec<FailedInvoice>,
    /// What trials would be worth. No part of the value.
    pub trials: Vec<ApartStep>,
    /// What subscriptions that were never billed would be worth.
    pub unbilled: Vec<ApartStep>,
    pub money: Vec<MoneyFact>,
    /// Where the money of paid invoices went.
    pub paid: Vec<PaidRow>,
    pub unexplained: Vec<Unexplained>,
    /// What other rules would make of the steps.
    pub differences: Vec<Difference>,
    /// From the value of each subscription to that of its list prices.
    pub list_steps: Vec<ListStep>,
}

/// From `at` on, this price of this subscription is worth `value_minor` per month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub at: UnixSeconds,
    pub subscription: SubscriptionId,
    pub price: PriceId,
    pub currency: Currency,
    pub value_minor: i64,
    /// Against the value just before.
    pub delta_minor: i64,
    pub cause: Cause,
}

/// The rule that made a step, with the lines it read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Cause {
    /// A period was billed.
    Billed { lines: Vec<LineRef> },
    /// A change within a period was billed for the time that remained. `beside`: other bills that told its value.
    Prorated { lines: Vec<LineRef>, valuation: Valuation, beside: Vec<LineRef> },
    /// A change within a period was billed as the difference for the time that remained. `quantity`: how many there are
    /// then. `beside`: a later bill that told its value.
    Changed { lines: Vec<LineRef>, quantity: i64, valuation: ChangeValuation, beside: Vec<LineRef> },
    /// Unused time was credited and not replaced by the same price.
    Removed { lines: Vec<LineRef> },
    /// The invoice of the period was voided or written off.
    GivenUp { lines: Vec<LineRef> },
    /// The item's last period was over, and the subscription was billed on without it or no longer has it.
    NotRenewed { lines: Vec<LineRef> },
    /// The item was not billed for a while: until the line that billed it again.
    NotBilled { lines: Vec<LineRef> },
    /// The subscription was paused.
    Paused,
    /// A pause ended within a period that was billed before it.
    Resumed,
    /// Another price took its place on the subscription's item.
    OtherPrice { lines: Vec<LineRef> },
    /// An active subscription that was never billed counts from its start (setting).
    Unbilled,
    /// Service ended in the billing system.
    Ended,
    /// Cancellation was requested (setting).
    CancellationRequested,
    /// The last paid period ran out (setting).
    PaidThrough,
    /// The first invoice that the unpaid subscription left unpaid.
    Unpaid { lines: Vec<LineRef> },
}

/// How the value of a change follows from what was billed for the rest of its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Valuation {
    /// The full price of the new quantity.
    FullPrice,
    /// That, less the discount that the line itemizes.
    Itemized,
    /// That, less the discount of another bill of the item: the share is too small to tell.
    ByOtherBill,
    /// What was billed is not the exact share of the full price, so the value follows the amount.
    ByAmount,
}

/// How the value after a change follows from the difference that was billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeValuation {
    /// It is the exact share of the units that were added or removed, at what each was worth before.
    ByUnit,
    /// It is the exact share of the list price, less the discount on the bill.
    ByListPrice,
    /// It is the exact share of what the next bill of the same quantity adds.
    ByNextBill,
    /// It is none of these, so the value follows the amount.
    ByAmount,
}

/// A line of an invoice, or a pending invoice item where there is no invoice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct LineRef {
    pub invoice: Option<InvoiceId>,
    pub line: InvoiceLineId,
}

/// What pages and ratios need of a subscription beside its value.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscriptionFacts {
    pub id: SubscriptionId,
    pub status: SubscriptionStatus,
    pub started_at: Option<UnixSeconds>,
    pub ended_at: Option<UnixSeconds>,
    /// When it is set to end, while it still runs.
    pub cancel_at: Option<UnixSeconds>,
    /// It is set to end with the period that is paid for, and still runs.
    pub ends_with_period: bool,
    /// When its running period ends and the next one is billed. `None` where nothing will be.
    pub renews_at: Option<UnixSeconds>,
    pub trial: Option<Period>,
    /// What it would be worth in its trial, the first item first.
    pub trial_items: Vec<UnbilledItem>,
    /// It ended because payment failed or was disputed, not because the customer asked.
    pub is_involuntary: bool,
    pub reason: Option<CancellationReason>,
    /// What the customer chose as the reason, in the provider's words.
    pub feedback: Option<String>,
    /// What it is paid with.
    pub means: PaymentMeans,
    /// What it would be worth if it is active and was never billed. No part of its value unless the rules say so.
    pub unbilled: Vec<UnbilledItem>,
    pub imported_from: Option<ImportedFrom>,
}

/// An item of a subscription that was not billed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnbilledItem {
    pub price: PriceId,
    pub currency: Currency,
    /// Per month, at the price of the item.
    pub value_minor: i64,
}

impl CustomerLedger {
    /// The steps of what is shown apart.
    pub fn apart(&self, what: Apart) -> &[ApartStep] {
        match what {
            Apart::AtRisk => &self.at_risk,
            Apart::Trials => &self.trials,
            Apart::Unbilled => &self.unbilled,
        }
    }

    /// The customer's totals per currency, one entry per change, in order of time. Steps of one instant are one
    /// change.
    pub fn totals(&self) -> Vec<CustomerTotal> {
        let mut totals: Vec<CustomerTotal> = Vec::new();
        let mut current: BTreeMap<Currency, i64> = BTreeMap::new();
        for instant in self.steps.chunk_by(|a, b| a.at == b.at) {
            let mut changed: BTreeMap<Currency, i64> = BTreeMap::new();
            for step in instant {
                *changed.entry(step.currency).or_default() += step.delta_minor;
            }
            for (currency, delta_minor) in changed.into_iter().filter(|(_, delta)| *delta != 0) {
                let mrr_minor = current.entry(currency).or_default();
                *mrr_minor += delta_minor;
                totals.push(CustomerTotal { at: instant[0].at, currency, mrr_minor: *mrr_minor });
            }
        }
        totals
    }
}

/// A customer's recurring value in one currency from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CustomerTotal {
    pub at: UnixSeconds,
    pub currency: Currency,
    pub mrr_minor: i64,
}

/// Builds one customer's ledger from what was billed to it.
pub fn build(history: &CustomerHistory, prices: &PriceBook, rules: LedgerRules) -> CustomerLedger {
    let subscriptions: BTreeMap<&SubscriptionId, &Subscription> =
        history.subscriptions.iter().map(|subscription| (&subscription.id, subscription)).collect();
    let entries = lines::by_subscription(history, prices);
    let mut steps = Vec::new();
    let mut differences = other_rules::Differences::new(rules);
    let mut list_steps = Vec::new();
    for (id, entries) in &entries {
        let subscription = subscriptions.get(id).copied();
        let timeline = Timeline::of(subscription, entries, rules);
        if let Some(subscription) = subscription {
            list_steps.extend(list_prices::steps(subscription, &timeline, entries, prices));
        }
        let own = timeline.steps(id);
        differences.billed(id, subscription, entries, &own);
        steps.extend(own);
    }
    let facts = |subscription| facts(subscription, history, prices);
    let mut facts: Vec<SubscriptionFacts> = history.subscriptions.iter().map(facts).collect();
    for (subscription, facts) in history.subscriptions.iter().zip(&mut facts) {
        if !entries.contains_key(&subscription.id) {
            facts.unbilled = unbilled::items(subscription, prices);
            let counted = unbilled::steps(subscription, &facts.unbilled);
            differences.unbilled(&counted);
            let counted = if rules.count_unbilled { counted } else { Vec::new() };
            let timeline = unbilled::timeline(&counted);
            list_steps.extend(list_prices::steps(subscription, &timeline, &[], prices));
            steps.extend(counted);
        }
    }
    list_steps.sort();
    steps.sort_by(|a, b| {
        (a.at, &a.subscription, &a.price, a.currency).cmp(&(b.at, &b.subscription, &b.price, b.currency))
    });
    let (paid, unexplained) = paid::paid(history, &lines::Verdicts::new(&entries, prices, rules));
    let failing = attempts::failing(history);
    let failed_invoices = apart::failed_invoices(&failing);
    CustomerLedger {
        causes: causes::of(&steps, history, prices),
        at_risk: apart::at_risk(&failed_invoices, &steps),
        failed_invoices,
        trials: apart::trials(&facts, &steps),
        unbilled: apart::unbilled(&facts),
        steps,
        subscriptions: facts,
        money: money::facts(history, &failing),
        paid,
        unexplained,
        differences: differences.rows(),
        list_steps,
    }
}

fn facts(subscription: &Subscription, history: &CustomerHistory, prices: &PriceBook) -> SubscriptionFacts {
    let failed = matches!(
        subscription.cancellation_reason,
        Some(CancellationReason::PaymentFailed | CancellationReason::PaymentDisputed)
    );
    let has_ended = subscription.ended_at.is_some() || subscription.status == SubscriptionStatus::Canceled;
    SubscriptionFacts {
        id: subscription.id.clone(),
        status: subscription.status,
        started_at: subscription.started_at.or(subscription.created_at),
        ended_at: subscription.ended_at,
        cancel_at: if has_ended { None } else { subscription.cancel_at },
        ends_with_period: subscription.is_canceled_at_period_end && !has_ended,
        renews_at: renews_at(subscription),
        trial: subscription.trial,
        trial_items: apart::trial_items(subscription, history, prices),
        is_involuntary: failed || subscription.status == SubscriptionStatus::Unpaid,
        reason: subscription.cancellation_reason,
        feedback: subscription.cancellation_feedback.clone(),
        means: cards::means(subscription, history),
        unbilled: Vec::new(),
        imported_from: subscription.imported_from.clone(),
    }
}

/// When the first of its items is billed again. A trial does not renew, it converts; bills of a paused subscription are
/// not collected.
fn renews_at(subscription: &Subscription) -> Option<UnixSeconds> {
    let is_running = matches!(subscription.status, SubscriptionStatus::Active | SubscriptionStatus::PastDue);
    let is_billed =
        is_running && !subscription.is_collection_paused && !subscription.is_canceled_at_period_end;
    let ends = subscription.items.iter().filter_map(|item| Some(item.current_period?.end));
    let end = ends.min().filter(|_| is_billed)?;
    subscription.cancel_at.is_none_or(|at| at > end).then_some(end)
}

//! Which lines count.

use std::collections::{BTreeMap, HashSet};

use model::billing::{
    CustomerHistory, Invoice, InvoiceLine, InvoiceStatus, Period, Price, Subscription, SubscriptionStatus,
};
use model::{InvoiceItemId, LedgerRules, PriceId, SubscriptionId};
use rust_decimal::Decimal;
use serde::Serialize;

use super::amounts::{Months, inclusive_tax_minor};
use super::{LineRef, PriceBook};

/// Why a line is no recurring value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// It belongs to no subscription.
    NoSubscription,
    /// It has no price, or a price that is billed once.
    OneOff,
    /// Its price is not among the prices that the provider sent.
    UnknownPrice,
    /// Usage, billed after the fact.
    Metered,
    /// The invoice was voided.
    Void,
    /// The invoice was written off.
    Uncollectible,
    /// The invoice was never paid and its subscription no longer runs.
    Unpaid,
}

/// What becomes of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "snake_case")]
pub enum LineVerdict {
    /// It makes the value of its period.
    Recurring,
    /// It makes the value from a change within a period on.
    Proration,
    /// It gives unused time back.
    ProrationCredit,
    LeftOut(LeftOut),
}

/// How a line stands by the state of its invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Counts,
    /// Void or uncollectible: its period was given up.
    GivenUp,
    Ignored,
}

/// A line of a subscription with a recurring price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub line: &'a InvoiceLine,
    /// `None`: still pending.
    pub invoice: Option<&'a Invoice>,
    pub price_id: &'a PriceId,
    pub price: &'a Price,
    pub recurrence: model::billing::Recurrence,
    pub months: Months,
    pub standing: Standing,
    /// Of the subscription's own tax rates: a pending item does not say its taxes yet.
    pub inclusive_tax_percent: Option<Decimal>,
}

impl Entry<'_> {
    pub(super) fn period(&self) -> Period {
        self.line.period
    }

    pub(super) fn has_length(&self) -> bool {
        self.line.period.end > self.line.period.start
    }

    /// It gives back what was billed before.
    pub(super) fn is_credit(&self) -> bool {
        self.line.is_proration && (self.line.amount_minor < 0 || self.line.is_proration_credit)
    }

    /// The period's own bill, not a change within it.
    pub(super) fn is_ordinary(&self) -> bool {
        !self.line.is_proration
    }

    pub(super) fn counts(&self) -> bool {
        self.standing == Standing::Counts
    }

    /// What the merchant keeps of it for the service: without discounts and without taxes that are inside.
    pub(super) fn net_minor(&self) -> i64 {
        let line = self.line;
        let net_minor = line.amount_minor.saturating_sub(line.discount_minor);
        let is_untaxed_yet = self.invoice.is_none() && line.inclusive_tax_minor == 0;
        let tax_minor = match self.inclusive_tax_percent {
            Some(percent) if is_untaxed_yet => inclusive_tax_minor(net_minor, percent, line.currency),
            _ => line.inclusive_tax_minor,
        };
        net_minor.saturating_sub(tax_minor)
    }

    pub(super) fn line_ref(&self) -> LineRef {
        LineRef { invoice: self.invoice.map(|invoice| invoice.id.clone()), line: self.line.id.clone() }
    }
}

/// A subscription that still provides service: its unpaid invoices may yet be paid.
pub(super) fn is_alive(status: SubscriptionStatus) -> bool {
    use SubscriptionStatus::{Active, PastDue, Paused, Trialing};
    matches!(status, Active | PastDue | Trialing | Paused)
}

/// Every line and pending item of a subscription with a recurring price, by subscription, in order of period.
pub(super) fn by_subscription<'a>(
    history: &'a CustomerHistory,
    prices: &'a PriceBook,
    rules: LedgerRules,
) -> BTreeMap<&'a SubscriptionId, Vec<Entry<'a>>> {
    let statuses = statuses(&history.subscriptions);
    let tax_percents: BTreeMap<&SubscriptionId, Decimal> = history
        .subscriptions
        .iter()
        .filter_map(|subscription| Some((&subscription.id, subscription.inclusive_tax_percent?)))
        .collect();
    let mut entries: BTreeMap<&SubscriptionId, Vec<Entry<'a>>> = BTreeMap::new();
    for (line, invoice) in all_lines(history) {
        let Ok((subscription, price)) = recurring(line, prices, rules) else { continue };
        let (Some(price_id), Some(recurrence)) = (&line.price, price.recurrence) else { continue };
        let standing = standing(invoice, statuses.get(subscription).copied());
        let months = Months::of(recurrence);
        let inclusive_tax_percent = tax_percents.get(subscription).copied();
        let entry =
            Entry { line, invoice, price_id, price, recurrence, months, standing, inclusive_tax_percent };
        entries.entry(subscription).or_default().push(entry);
    }
    for entries in entries.values_mut() {
        // Within an instant by the invoice and then the line, so that the order of arrival is of no consequence.
        entries.sort_by(|a, b| {
            let key = |entry: &Entry<'a>| {
                (entry.period().start, entry.invoice.map(|i| i.created_at), entry.line.id.clone())
            };
            key(a).cmp(&key(b))
        });
    }
    entries
}

/// What becomes of each line and pending item of a customer, for reconciling and explaining.
pub fn line_verdicts<'a>(
    history: &'a CustomerHistory,
    prices: &PriceBook,
    rules: LedgerRules,
) -> Vec<(LineRef, &'a InvoiceLine, LineVerdict)> {
    let statuses = statuses(&history.subscriptions);
    let verdicts = all_lines(history).map(|(line, invoice)| {
        let reference = LineRef { invoice: invoice.map(|invoice| invoice.id.clone()), line: line.id.clone() };
        (reference, line, verdict(line, invoice, prices, rules, &statuses))
    });
    verdicts.collect()
}

fn verdict(
    line: &InvoiceLine,
    invoice: Option<&Invoice>,
    prices: &PriceBook,
    rules: LedgerRules,
    statuses: &BTreeMap<&SubscriptionId, SubscriptionStatus>,
) -> LineVerdict {
    let subscription = match recurring(line, prices, rules) {
        Ok((subscription, _)) => subscription,
        Err(reason) => return LineVerdict::LeftOut(reason),
    };
    if standing(invoice, statuses.get(subscription).copied()) != Standing::Counts {
        return LineVerdict::LeftOut(match invoice.map(|invoice| invoice.status) {
            Some(InvoiceStatus::Void) => LeftOut::Void,
            Some(InvoiceStatus::Uncollectible) => LeftOut::Uncollectible,
            _ => LeftOut::Unpaid,
        });
    }
    match (line.is_proration, line.amount_minor < 0 || line.is_proration_credit) {
        (false, _) => LineVerdict::Recurring,
        (true, false) => LineVerdict::Proration,
        (true, true) => LineVerdict::ProrationCredit,
    }
}

/// The subscription and the recurring price that a line belongs to.
fn recurring<'a, 'b>(
    line: &'a InvoiceLine,
    prices: &'b PriceBook,
    rules: LedgerRules,
) -> Result<(&'a SubscriptionId, &'b Price), LeftOut> {
    let subscription = line.subscription.as_ref().ok_or(LeftOut::NoSubscription)?;
    let price_id = line.price.as_ref().ok_or(LeftOut::OneOff)?;
    let price = prices.get(price_id).ok_or(LeftOut::UnknownPrice)?;
    let recurrence = price.recurrence.ok_or(LeftOut::OneOff)?;
    if recurrence.is_metered && !rules.include_metered {
        return Err(LeftOut::Metered);
    }
    Ok((subscription, price))
}

/// All invoice lines, and the invoice items that are on no invoice.
fn all_lines(history: &CustomerHistory) -> impl Iterator<Item = (&InvoiceLine, Option<&Invoice>)> {
    let invoiced =
        || history.invoices.iter().flat_map(|invoice| invoice.lines.iter().map(move |line| (line, invoice)));
    // An item may have been read before it was invoiced and the invoice after.
    let on_an_invoice: HashSet<&InvoiceItemId> =
        invoiced().filter_map(|(line, _)| line.invoice_item.as_ref()).collect();
    let pending = history
        .invoice_items
        .iter()
        .filter(move |item| item.invoice.is_none() && !on_an_invoice.contains(&item.id));
    invoiced().map(|(line, invoice)| (line, Some(invoice))).chain(pending.map(|item| (&item.line, None)))
}

fn standing(invoice: Option<&Invoice>, subscription: Option<SubscriptionStatus>) -> Standing {
    let Some(invoice) = invoice else { return Standing::Counts };
    match invoice.status {
        InvoiceStatus::Paid => Standing::Counts,
        InvoiceStatus::Open | InvoiceStatus::Draft if subscription.is_some_and(is_alive) => Standing::Counts,
        InvoiceStatus::Void | InvoiceStatus::Uncollectible => Standing::GivenUp,
        InvoiceStatus::Open | InvoiceStatus::Draft | InvoiceStatus::Unknown => Standing::Ignored,
    }
}

fn statuses(subscriptions: &[Subscription]) -> BTreeMap<&SubscriptionId, SubscriptionStatus> {
    subscriptions.iter().map(|subscription| (&subscription.id, subscription.status)).collect()
}

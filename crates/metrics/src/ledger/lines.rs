//! Which lines count.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::billing::{CustomerHistory, Invoice, InvoiceLine, InvoiceStatus, LineEffect, Price, Subscription};
use model::{InvoiceId, InvoiceItemId, InvoiceLineId, LedgerRules, SubscriptionId};
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::amounts::IntervalMonths;
use super::entry::{Entry, Item, Standing, is_credit, line_ref};
use super::{LineRef, PriceBook, items, standing};

/// Why a line has no recurring value.
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
    /// The change is made only once its invoice is paid.
    AwaitingPayment,
    /// A newer invoice bills the same period of the same item.
    Replaced,
    /// What a trial cost.
    PaidTrial,
    /// Nothing changes by it.
    NoChange,
}

/// How a line is treated.
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

/// Every line and pending item of a subscription with a recurring price, by subscription, in order of period.
pub(super) fn by_subscription<'a>(
    history: &'a CustomerHistory,
    prices: &'a PriceBook,
) -> BTreeMap<&'a SubscriptionId, Vec<Entry<'a>>> {
    let subscriptions: HashMap<&SubscriptionId, &Subscription> =
        history.subscriptions.iter().map(|subscription| (&subscription.id, subscription)).collect();
    let mut entries: BTreeMap<&SubscriptionId, Vec<Entry<'a>>> = BTreeMap::new();
    for (line, invoice) in all_lines(history) {
        let Ok((id, price)) = recurring(line, prices) else { continue };
        let Some(recurrence) = price.recurrence else { continue };
        let subscription = subscriptions.get(id).copied();
        entries.entry(id).or_default().push(Entry {
            line,
            invoice,
            price,
            recurrence,
            months: IntervalMonths::of(recurrence),
            item: Item::named(line, &price.id),
            standing: match line.effect {
                LineEffect::Whole => standing::of_invoice(invoice, subscription),
                _ => standing::of_bill(invoice, subscription),
            },
            subscription_tax_percent: subscription.and_then(|known| known.inclusive_tax_percent),
        });
    }
    for (id, entries) in &mut entries {
        // Within an instant by the invoice and then the line, so that the order of arrival is irrelevant.
        entries.sort_by(|a, b| {
            let key = |entry: &Entry<'a>| {
                (entry.period().start, entry.invoice.map(|i| i.created_at), &entry.line.id)
            };
            key(a).cmp(&key(b))
        });
        let subscription = subscriptions.get(id).copied();
        items::complete(entries, subscription);
        standing::decide(entries, subscription);
    }
    entries
}

/// What becomes of each line and pending item of a customer, for reconciling and explaining.
pub fn line_verdicts<'a>(
    history: &'a CustomerHistory,
    prices: &PriceBook,
    rules: LedgerRules,
) -> Vec<(LineRef, &'a InvoiceLine, LineVerdict)> {
    let entries = by_subscription(history, prices);
    let verdicts = Verdicts::new(&entries, prices, rules);
    let all =
        all_lines(history).map(|(line, invoice)| (line_ref(line, invoice), line, verdicts.of(line, invoice)));
    all.collect()
}

/// Judges the lines that entries were made of.
pub(super) struct Verdicts<'a> {
    standings: FxHashMap<LineKey<'a>, Standing>,
    prices: &'a PriceBook,
    rules: LedgerRules,
}

/// A line, and the invoice that it is on.
type LineKey<'a> = (Option<&'a InvoiceId>, &'a InvoiceLineId);

fn line_key<'a>(line: &'a InvoiceLine, invoice: Option<&'a Invoice>) -> LineKey<'a> {
    (invoice.map(|invoice| &invoice.id), &line.id)
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(
        entries: &BTreeMap<&'a SubscriptionId, Vec<Entry<'a>>>,
        prices: &'a PriceBook,
        rules: LedgerRules,
    ) -> Self {
        let entries = entries.values().flatten();
        let standings = entries.map(|entry| (line_key(entry.line, entry.invoice), entry.standing)).collect();
        Self { standings, prices, rules }
    }

    pub(super) fn of(&self, line: &InvoiceLine, invoice: Option<&Invoice>) -> LineVerdict {
        let standing = self.standings.get(&line_key(line, invoice)).copied();
        verdict(line, invoice, self.prices, self.rules, standing)
    }
}

fn verdict(
    line: &InvoiceLine,
    invoice: Option<&Invoice>,
    prices: &PriceBook,
    rules: LedgerRules,
    standing: Option<Standing>,
) -> LineVerdict {
    match recurring(line, prices) {
        Ok((_, price)) if price.recurrence.is_some_and(|recurrence| recurrence.is_metered) => {
            if !rules.include_metered {
                return LineVerdict::LeftOut(LeftOut::Metered);
            }
        }
        Ok(_) => {}
        Err(reason) => return LineVerdict::LeftOut(reason),
    }
    match standing {
        Some(Standing::Counts) => {}
        Some(Standing::AwaitingPayment) => return LineVerdict::LeftOut(LeftOut::AwaitingPayment),
        Some(Standing::Replaced) => return LineVerdict::LeftOut(LeftOut::Replaced),
        Some(Standing::GivenUp | Standing::Unpaid) | None => {
            return LineVerdict::LeftOut(match invoice.map(|invoice| invoice.status) {
                Some(InvoiceStatus::Void) => LeftOut::Void,
                Some(InvoiceStatus::Uncollectible) => LeftOut::Uncollectible,
                _ => LeftOut::Unpaid,
            });
        }
    }
    match (line.is_proration, is_credit(line)) {
        (false, _) => LineVerdict::Recurring,
        (true, false) => LineVerdict::Proration,
        (true, true) => LineVerdict::ProrationCredit,
    }
}

/// The subscription and the recurring price that a line belongs to: as it was then, if the bill says.
fn recurring<'a>(
    line: &'a InvoiceLine,
    prices: &'a PriceBook,
) -> Result<(&'a SubscriptionId, &'a Price), LeftOut> {
    let subscription = line.subscription.as_ref().ok_or(LeftOut::NoSubscription)?;
    let price_id = line.price.as_ref().ok_or(LeftOut::OneOff)?;
    match line.effect {
        LineEffect::PaidTrial => return Err(LeftOut::PaidTrial),
        LineEffect::Nothing => return Err(LeftOut::NoChange),
        LineEffect::Once => return Err(LeftOut::OneOff),
        _ => {}
    }
    let price = line.price_then.as_deref().or_else(|| prices.get(price_id)).ok_or(LeftOut::UnknownPrice)?;
    if price.recurrence.is_none() { Err(LeftOut::OneOff) } else { Ok((subscription, price)) }
}

/// All invoice lines, and the invoice items and credited lines that are on no invoice.
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
    let apart = pending.map(|item| &item.line).chain(&history.given_back);
    invoiced().map(|(line, invoice)| (line, Some(invoice))).chain(apart.map(|line| (line, None)))
}

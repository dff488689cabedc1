//! Renewals whose bill is not what the bills before it had led to: something was changed without a bill of its own, a discount
//! came or ended, or a bill of a change was misread. The renewal counts; these are the ones to look at.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::billing::{CustomerHistory, LineEffect};
use model::{Currency, InvoiceId, LedgerRules, PriceId, SubscriptionId, UnixSeconds};

use super::{Cause, ChangeCause, LineRef, PriceBook, build};

/// Of each price, what is left of shares that were rounded.
const ROUNDING_MINOR: i64 = 1;

/// What one subscription is worth in one currency, before and after such a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferentRenewal {
    pub at: UnixSeconds,
    pub subscription: SubscriptionId,
    pub currency: Currency,
    /// What the bills before it had led to.
    pub before_minor: i64,
    pub billed_minor: i64,
    /// What most of the difference is due to.
    pub cause: ChangeCause,
    /// The renewal's bill.
    pub invoice: Option<InvoiceId>,
}

/// Those of one customer, in order of time. Only where a provider bills changes as differences: elsewhere a bill of a period
/// tells as much as a bill of a change.
pub fn different_renewals(
    history: &CustomerHistory,
    prices: &PriceBook,
    rules: LedgerRules,
) -> Vec<DifferentRenewal> {
    let periods = bills_of_periods(history);
    let ledger = build(history, prices, rules);
    let mut values: BTreeMap<(&SubscriptionId, Currency, &PriceId), i64> = BTreeMap::new();
    let mut found = Vec::new();
    let steps: Vec<_> = ledger.steps.iter().zip(&ledger.causes).collect();
    for instant in steps.chunk_by(|(a, _), (b, _)| (a.at, &a.subscription) == (b.at, &b.subscription)) {
        let currencies: BTreeSet<Currency> = instant.iter().map(|(step, _)| step.currency).collect();
        for currency in currencies {
            let own: Vec<_> = instant.iter().filter(|(step, _)| step.currency == currency).collect();
            let subscription = &instant[0].0.subscription;
            let before_minor: i64 = values
                .iter()
                .filter(|((of, in_currency, _), _)| *of == subscription && *in_currency == currency)
                .map(|(_, value)| value)
                .sum();
            let different = own
                .iter()
                .filter(|(step, _)| step.delta_minor.abs() > ROUNDING_MINOR)
                .filter_map(|(step, cause)| Some((step, cause, bill_of_period(&step.cause, &periods)?)))
                .max_by_key(|(step, ..)| step.delta_minor.abs());
            // What begins, or begins again, was led to by nothing.
            if let Some((step, cause, line)) = different.filter(|_| before_minor > 0) {
                found.push(DifferentRenewal {
                    at: step.at,
                    subscription: subscription.clone(),
                    currency,
                    before_minor,
                    billed_minor: before_minor + own.iter().map(|(step, _)| step.delta_minor).sum::<i64>(),
                    cause: **cause,
                    invoice: line.invoice.clone(),
                });
            }
        }
        for (step, _) in instant {
            values.insert((&step.subscription, step.currency, &step.price), step.value_minor);
        }
    }
    found
}

/// The line by which a renewal made the step.
fn bill_of_period<'s>(cause: &'s Cause, periods: &HashSet<LineRef>) -> Option<&'s LineRef> {
    match cause {
        Cause::Billed { lines } | Cause::NotRenewed { lines } => {
            lines.iter().find(|line| periods.contains(*line))
        }
        _ => None,
    }
}

fn bills_of_periods(history: &CustomerHistory) -> HashSet<LineRef> {
    let lines = history.invoices.iter().flat_map(|invoice| {
        let sets = invoice.lines.iter().filter(|line| line.effect == LineEffect::Sets);
        sets.map(|line| LineRef { invoice: Some(invoice.id.clone()), line: line.id.clone() })
    });
    lines.collect()
}

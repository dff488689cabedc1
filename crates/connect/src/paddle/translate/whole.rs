//! Puts together what several entities say of one thing.

use std::collections::{HashMap, HashSet};

use model::billing::{
    CancellationReason, CustomerHistory, InvoiceLine, InvoiceStatus, LineEffect, Period, Subscription,
    SubscriptionStatus,
};
use model::{PriceId, UnixSeconds};
use rust_decimal::Decimal;

use super::Read;
use super::adjustment::{Adjustment, ProrationCredit};
use super::happening;
use super::line::DIFFERENCES_SINCE;
use super::transaction::Bill;
use crate::Billed;

const DAY_S: i64 = 86_400;

/// Everything that was read, as one history.
pub(super) fn assemble(read: Read, billed: &mut Billed) {
    let Read { customer, countries, mut subscriptions, mut bills, adjustments, happenings, mut foreseen } =
        read;
    bills.sort_by(|a, b| (a.invoice.created_at, &a.invoice.id).cmp(&(b.invoice.created_at, &b.invoice.id)));
    subscriptions.sort_by(|(a, _), (b, _)| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    // The address of the newest subscription, or else of the newest transaction that names one.
    let of_subscription =
        subscriptions.iter().rev().find_map(|(_, address)| countries.get(address.as_ref()?));
    let of_bill = || bills.iter().rev().find_map(|bill| countries.get(bill.address.as_ref()?));
    let country = of_subscription.or_else(of_bill).cloned();
    billed.history.customer = customer.map(|mut customer| {
        customer.country = country;
        customer
    });
    for (subscription, _) in &mut subscriptions {
        subscription.foreseen = foreseen.remove(&subscription.id).unwrap_or_default();
        mark_paid_trials(subscription, &mut bills);
        if subscription.status == SubscriptionStatus::Canceled {
            subscription.cancellation_reason = involuntary(subscription, &bills);
        }
        happening::tell(subscription, &happenings, &billed_periods(subscription, &bills));
        let own = bills.iter().filter(|bill| bill.invoice.subscription.as_ref() == Some(&subscription.id));
        let paid_with = own.filter_map(|bill| bill.paid_with.as_ref()).max_by_key(|(at, _)| *at);
        subscription.payment_method = paid_with.map(|(_, method)| method.clone());
    }
    let history = &mut billed.history;
    history.subscriptions = subscriptions.into_iter().map(|(subscription, _)| subscription).collect();
    give_back(&adjustments, &bills, history);
    for bill in bills {
        history.invoices.push(bill.invoice);
        history.charges.extend(bill.charges);
        for price in bill.prices {
            if billed.inline_prices.iter().all(|known| known.id != price.id) {
                billed.inline_prices.push(price);
            }
        }
    }
    for adjustment in &adjustments {
        adjustment.add_to(history);
    }
}

/// What was billed for a trial is bought once. It is the first that a subscription is billed of a price: on the sale that
/// it came from, or where the price was added later.
fn mark_paid_trials(subscription: &mut Subscription, bills: &mut [Bill]) {
    let is_billed = |status| matches!(status, InvoiceStatus::Paid | InvoiceStatus::Open);
    let own = bills.iter_mut().filter(|bill| {
        is_billed(bill.invoice.status) && bill.invoice.subscription.as_ref() == Some(&subscription.id)
    });
    let mut known: HashSet<PriceId> = HashSet::new();
    for bill in own {
        let is_first = known.is_empty();
        let mut named = Vec::new();
        for line in &mut bill.invoice.lines {
            let Some(price) = line.price.clone() else { continue };
            let days = bill.paid_trials.get(price.as_str());
            let bills_it = matches!(line.effect, LineEffect::Sets | LineEffect::Adds { .. });
            let days = days.filter(|_| bills_it && line.quantity > Decimal::ZERO && !known.contains(&price));
            named.push(price);
            if days.is_some_and(|days| is_trial(line.period, subscription.trial, *days)) {
                line.effect = LineEffect::PaidTrial;
                line.is_proration = false;
                if is_first {
                    subscription.trial.get_or_insert(line.period);
                }
            }
        }
        known.extend(named);
    }
}

/// The periods that were billed and not given up, in order of their starts.
fn billed_periods(subscription: &Subscription, bills: &[Bill]) -> Vec<Period> {
    let own = bills.iter().map(|bill| &bill.invoice).filter(|invoice| {
        let is_billed = matches!(invoice.status, InvoiceStatus::Paid | InvoiceStatus::Open);
        is_billed && invoice.subscription.as_ref() == Some(&subscription.id)
    });
    let lines = own.flat_map(|invoice| &invoice.lines).filter(|line| line.effect == LineEffect::Sets);
    let mut periods: Vec<Period> = lines.map(|line| line.period).collect();
    periods.sort_by_key(|period| (period.start, period.end));
    periods
}

fn is_trial(period: Period, trial: Option<Period>, days: i64) -> bool {
    let of_it = trial.filter(|trial| trial.start.0.abs_diff(period.start.0) <= DAY_S.unsigned_abs());
    match of_it {
        Some(trial) => period.end <= trial.end,
        // Of another price, or forgotten. Its length in days, give or take what months differ by.
        None => (period.end.0 - period.start.0 - days * DAY_S).abs() <= (1 + days / 15) * DAY_S,
    }
}

/// A subscription ended for its payment if the last bill of a period was never collected.
fn involuntary(subscription: &Subscription, bills: &[Bill]) -> Option<CancellationReason> {
    let own = bills.iter().map(|bill| &bill.invoice).filter(|invoice| {
        invoice.subscription.as_ref() == Some(&subscription.id) && invoice.status != InvoiceStatus::Draft
    });
    let start = |lines: &[InvoiceLine]| -> Option<UnixSeconds> {
        let periods = lines.iter().filter(|line| line.effect == LineEffect::Sets);
        periods.map(|line| line.period.start).max()
    };
    let periods = own.filter_map(|invoice| Some((start(&invoice.lines)?, invoice)));
    let (_, last) = periods
        .max_by_key(|(start, invoice)| (*start, invoice.status == InvoiceStatus::Paid, invoice.created_at))?;
    (last.status != InvoiceStatus::Paid).then_some(CancellationReason::PaymentFailed)
}

/// Before changes were billed as differences, the old price came back by an adjustment of the transaction that had billed
/// it.
fn give_back(adjustments: &[Adjustment], bills: &[Bill], history: &mut CustomerHistory) {
    let credits = adjustments.iter().filter(|one| one.is_credit() && one.created_at < DIFFERENCES_SINCE);
    let rests: Vec<&ProrationCredit> = credits.flat_map(|credit| &credit.rests).collect();
    if rests.is_empty() {
        return;
    }
    let lines = bills.iter().flat_map(|bill| &bill.invoice.lines);
    let lines: HashMap<&str, &InvoiceLine> = lines.map(|line| (line.id.as_str(), line)).collect();
    for rest in rests {
        let Some(line) = lines.get(rest.line.as_str()) else { continue };
        history.given_back.push(InvoiceLine {
            id: rest.id.as_str().into(),
            amount_minor: -rest.net_minor,
            discount_minor: 0,
            period: rest.period,
            is_proration: true,
            is_proration_credit: true,
            effect: LineEffect::Removes,
            ..(*line).clone()
        });
    }
}

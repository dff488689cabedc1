//! Puts together what rows and alerts say of one customer.

use std::collections::{BTreeMap, BTreeSet};

use model::billing::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Invoice, InvoiceLine, LineEffect, Period, Refund,
};
use model::{Currency, UnixSeconds};

use super::Read;
use super::alert::{Alert, What};
use super::bill::{Payment, Sale};
use super::one::One;
use super::subscription::Agreement;
use crate::Billed;

/// Everything that was read, as one history.
pub(super) fn assemble(read: Read, billed: &mut Billed) {
    let Read { customer, agreements, mut payments, mut sales, mut modifiers, alerts } = read;
    modifiers.sort_by_key(|modifier| modifier.id);
    let alerts = in_order(alerts);
    take_paid(&alerts, &mut payments, &mut sales);
    let country = alerts.iter().rev().find_map(|alert| alert.country.clone());
    let signed_up_at = agreements.iter().filter_map(|agreement| agreement.signed_up_at).min();
    let history = &mut billed.history;
    history.customer = customer.map(|mut customer| {
        (customer.country, customer.created_at) = (country, signed_up_at);
        customer
    });
    let mut agreements: BTreeMap<String, Agreement> =
        agreements.into_iter().map(|agreement| (agreement.id.clone(), agreement)).collect();
    let named = alerts.iter().filter_map(|alert| alert.subscription.clone());
    let paid_for = payments.iter().map(|payment| payment.subscription.clone());
    let ids: BTreeSet<String> = named.chain(paid_for).chain(agreements.keys().cloned()).collect();
    for id in ids {
        let of_it = |alert: &&Alert| alert.subscription.as_deref() == Some(&id);
        let alerts: Vec<&Alert> = alerts.iter().filter(of_it).collect();
        let (own, others) = payments.into_iter().partition(|payment| payment.subscription == id);
        payments = others;
        let agreement = agreements.remove(&id);
        let (its_modifiers, others) = modifiers.into_iter().partition(|modifier| modifier.subscription == id);
        modifiers = others;
        One { id, agreement, alerts, payments: own, modifiers: its_modifiers }.add_to(history);
    }
    history.invoices.extend(sales.iter().map(sold));
    history.charges.extend(sales.iter().map(collected));
    history.disputes.extend(alerts.iter().filter_map(|alert| dispute(alert, &alerts)));
    history.refunds.extend(alerts.iter().enumerate().filter_map(|(number, alert)| refund(number, alert)));
}

/// In order of time, each once: an alert may be delivered and in the history under two ids.
fn in_order(alerts: BTreeMap<String, Alert>) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = alerts.into_values().collect();
    alerts.sort_by_key(|alert| alert.at);
    let mut once: Vec<Alert> = Vec::new();
    for alert in alerts {
        let same = |other: &Alert| {
            (other.at, &other.subscription, &other.what) == (alert.at, &alert.subscription, &alert.what)
        };
        if !once.iter().rev().take_while(|other| other.at == alert.at).any(same) {
            once.push(alert);
        }
    }
    once
}

/// Gives payments and sales what alerts say of them.
fn take_paid(alerts: &[Alert], payments: &mut Vec<Payment>, sales: &mut Vec<Sale>) {
    for alert in alerts {
        let What::Paid(paid) = &alert.what else { continue };
        match (&paid.payment, &alert.subscription) {
            (Some(id), Some(subscription)) => {
                if let Some(payment) = payments.iter_mut().find(|payment| payment.id == *id) {
                    payment.take(paid);
                } else {
                    payments.push(Payment::of(id, subscription, paid));
                }
            }
            _ => {
                let Some(order) = &paid.order else { continue };
                if let Some(sale) = sales.iter_mut().find(|sale| sale.id == *order) {
                    (sale.at, sale.exact) = (paid.at, Some((**paid).clone()));
                } else {
                    sales.push(Sale::of(order, alert.user.clone(), paid));
                }
            }
        }
    }
}

fn refund(number: usize, alert: &Alert) -> Option<Refund> {
    let What::Refunded(refunded) = &alert.what else { return None };
    let of = refunded.payment.as_ref().or(refunded.order.as_ref())?;
    Some(Refund {
        id: format!("{of}-refund-{}-{number}", alert.at.0).into(),
        charge: Some(of.as_str().into()),
        payment_intent: None,
        is_succeeded: true,
        currency: refunded.currency,
        amount_minor: refunded.gross_minor - refunded.tax_minor,
        created_at: alert.at,
    })
}

/// A dispute, with how it ended if it has.
fn dispute(alert: &Alert, alerts: &[Alert]) -> Option<Dispute> {
    let What::Disputed { order, amount_minor, currency, outcome: None } = &alert.what else { return None };
    let end = alerts.iter().find_map(|other| match &other.what {
        What::Disputed { order: own, outcome: Some(outcome), .. } if own == order && other.at >= alert.at => {
            Some((other.at, outcome.as_str()))
        }
        _ => None,
    });
    let payment = alerts.iter().find_map(|other| match &other.what {
        What::Paid(paid) if paid.order.as_ref() == Some(order) => paid.payment.clone(),
        _ => None,
    });
    Some(Dispute {
        id: format!("{order}-dispute").into(),
        charge: Some(payment.as_deref().unwrap_or(order).into()),
        status: match end {
            Some((_, "lost")) => DisputeStatus::Lost,
            Some(_) => DisputeStatus::Won,
            None => DisputeStatus::Open,
        },
        currency: *currency,
        amount_minor: *amount_minor,
        created_at: alert.at,
        won_back_minor: 0,
        moved_at: end.map(|(at, _)| at),
    })
}

pub(super) fn charge(
    id: &str,
    invoice: &str,
    status: ChargeStatus,
    amount_minor: i64,
    currency: Currency,
    created_at: UnixSeconds,
) -> Charge {
    let is_paid = status == ChargeStatus::Succeeded;
    Charge {
        id: id.into(),
        customer: None,
        invoice: Some(invoice.into()),
        payment_intent: None,
        payment_method: None,
        status,
        currency,
        amount_minor,
        amount_captured_minor: if is_paid { amount_minor } else { 0 },
        amount_refunded_minor: 0,
        created_at,
        failure_code: None,
        decline_code: None,
        is_disputed: false,
        is_booked: false,
    }
}

/// That a payment was made.
pub(super) fn payment(payment: &Payment) -> Charge {
    let at = payment.exact.as_ref().map_or(payment.at, |exact| exact.at);
    let is_booked = payment.exact.as_ref().is_some_and(|exact| exact.is_booked);
    let (id, amount_minor) = (payment.id.as_str(), payment.gross_minor());
    Charge { is_booked, ..charge(id, id, ChargeStatus::Succeeded, amount_minor, payment.currency, at) }
}

/// That a sale was paid.
fn collected(sale: &Sale) -> Charge {
    let is_booked = sale.exact.as_ref().is_some_and(|exact| exact.is_booked);
    let (id, amount_minor) = (sale.id.as_str(), sale.gross_minor());
    Charge { is_booked, ..charge(id, id, ChargeStatus::Succeeded, amount_minor, sale.currency, sale.at) }
}

/// A sale of what is bought once.
fn sold(sale: &Sale) -> Invoice {
    let (gross_minor, tax_minor) = (sale.gross_minor(), sale.tax_minor());
    let period = Period { start: sale.at, end: sale.at };
    let line = InvoiceLine {
        price: sale.product.as_deref().map(Into::into),
        effect: LineEffect::Once,
        ..InvoiceLine::new(sale.id.as_str().into(), gross_minor - tax_minor, sale.currency, period)
    };
    let open = Invoice::open(sale.id.as_str().into(), sale.currency, sale.at, vec![line]);
    let customer = sale.user.as_deref().map(Into::into);
    Invoice { customer, total_minor: gross_minor, tax_minor, ..open }.paid_at(sale.at)
}

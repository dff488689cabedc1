//! What is due and was not collected, and what was agreed in between: both are known by alerts, and are on no payment.

use std::collections::HashSet;

use model::UnixSeconds;
use model::billing::{
    Charge, ChargeStatus, Invoice, InvoiceLine, InvoiceStatus, LineEffect, Period, Subscription,
    SubscriptionStatus,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::alert::{Terms, What};
use super::basis;
use super::bill::Payment;
use super::cadence;
use super::one::{One, is_period};
use super::whole::charge;

impl One<'_> {
    /// What is due and could not be collected. It is worth what was in force before: why another amount was asked for, nobody
    /// says.
    pub(super) fn due(
        &self,
        paid: &[Invoice],
        changes: &[InvoiceLine],
        subscription: &Subscription,
    ) -> Option<Invoice> {
        let last = paid.iter().rev().find(|invoice| invoice.lines.iter().any(is_period));
        let failed = self.alerts.iter().rev().find_map(|alert| Some((alert.failed()?, alert.at)));
        let failed = failed.filter(|(failed, _)| paid.iter().all(|paid| paid.id.as_str() != failed.payment));
        let is_past_due = subscription.status == SubscriptionStatus::PastDue;
        let (id, at, gross_minor, currency) = match failed {
            Some((failed, _)) => {
                let of_it = self.alerts.iter().filter(|alert| alert.is_failure_of(&failed.payment));
                let first = of_it.map(|alert| alert.at).min()?;
                // One that a later period followed was settled in another way.
                if paid.iter().any(|paid| paid.created_at > first && paid.lines.iter().any(is_period)) {
                    return None;
                }
                (failed.payment.clone(), first, failed.amount_minor, failed.currency)
            }
            None => {
                let known = self.agreement.as_ref().filter(|_| is_past_due)?;
                let last = last?;
                let amount = known.next_minor.unwrap_or(last.total_minor);
                // The list only says when it will be tried again.
                let over_at = last.lines.iter().find(|line| is_period(line))?.period.end;
                let at = known.next_at.map_or(over_at, |next| next.min(over_at));
                (format!("{}-due", self.id), at, amount, last.currency)
            }
        };
        let (line, extra) = self.in_force(last, changes)?;
        let recurrence = line.price_then.as_ref().and_then(|price| price.recurrence);
        let recurrence = recurrence.or(self.plan().map(|plan| plan.recurrence))?;
        let period = Period { start: at, end: cadence::after(at, recurrence) };
        let of_bill = |line: InvoiceLine, suffix: &str| InvoiceLine {
            id: format!("{id}{suffix}").into(),
            period,
            effect: LineEffect::Sets,
            ..line
        };
        let mut lines = vec![of_bill(line, "")];
        lines.extend(extra.map(|extra| of_bill(extra, "-modifiers")));
        let value_minor: i64 = lines.iter().map(|line| line.amount_minor - line.discount_minor).sum();
        // The tax in it shows when it is paid; as much as in the last payment is one of the same price.
        let last_minor = last.map_or(0, |last| last.total_minor - last.tax_minor);
        let tax_minor = match last {
            Some(last) if last_minor != 0 => shared(gross_minor, last.tax_minor, last.total_minor),
            _ => 0,
        };
        let once_minor = gross_minor - tax_minor - value_minor;
        if once_minor != 0 {
            let at = Period { start: at, end: at };
            let line = self.line(&format!("{id}-once"), once_minor, currency, at, (None, None));
            lines.push(InvoiceLine { effect: LineEffect::Once, ..line });
        }
        let is_over = subscription.status == SubscriptionStatus::Canceled;
        let status = if is_over { InvoiceStatus::Uncollectible } else { InvoiceStatus::Open };
        let attempts = self.alerts.iter().filter(|alert| alert.is_failure_of(&id)).count();
        Some(Invoice {
            customer: Some(subscription.customer.clone()),
            subscription: Some(subscription.id.clone()),
            finalized_at: Some(at),
            given_up_at: subscription.ended_at.filter(|_| status == InvoiceStatus::Uncollectible),
            status,
            attempt_count: u32::try_from(attempts).unwrap_or(u32::MAX).max(1),
            total_minor: gross_minor,
            tax_minor,
            amount_due_minor: gross_minor,
            ..Invoice::open(id.as_str().into(), currency, at, lines)
        })
    }

    /// What was paid or agreed last, with the modifiers in it.
    fn in_force(
        &self,
        last: Option<&Invoice>,
        changes: &[InvoiceLine],
    ) -> Option<(InvoiceLine, Option<InvoiceLine>)> {
        let paid = last.into_iter().flat_map(|last| &last.lines).filter(|line| is_period(line));
        let all: Vec<&InvoiceLine> = paid.chain(changes).collect();
        let since = all.iter().map(|line| line.period.start).max()?;
        // Of one instant, what was agreed and not what was paid before.
        let newest = || all.iter().rev().filter(|line| line.period.start == since);
        let own = newest().find(|line| !line.quantity.is_zero())?;
        let extra = newest().find(|line| line.quantity.is_zero()).map(|extra| (*extra).clone());
        Some(((*own).clone(), extra))
    }

    /// Attempts that failed.
    pub(super) fn failures(&self) -> Vec<Charge> {
        let failed = self.alerts.iter().filter_map(|alert| Some((alert.failed()?, alert.at)));
        failed
            .map(|(failed, at)| {
                let id = format!("{}-{}", failed.payment, failed.attempt);
                charge(&id, &failed.payment, ChargeStatus::Failed, failed.amount_minor, failed.currency, at)
            })
            .collect()
    }

    /// Changes of the plan, the price or the quantity, which are worth what was agreed from then on. What is charged for
    /// them is one amount for the old and the new, and says nothing.
    pub(super) fn changes(&self, paid: &[Payment], subscription: &Subscription) -> Vec<InvoiceLine> {
        let changes = self.alerts.iter().filter_map(|alert| match &alert.what {
            What::Updated(terms) if terms.is_change => Some((alert.at, terms)),
            _ => None,
        });
        let mut seen: HashSet<UnixSeconds> = HashSet::new();
        changes
            .filter(|(at, _)| seen.insert(*at))
            .filter_map(|(at, terms)| self.change(at, terms, paid, subscription))
            .flatten()
            .collect()
    }

    fn change(
        &self,
        at: UnixSeconds,
        terms: &Terms,
        paid: &[Payment],
        subscription: &Subscription,
    ) -> Option<Vec<InvoiceLine>> {
        // In a trial nothing is paid yet.
        if subscription.trial.is_some_and(|trial| at < trial.end) {
            return None;
        }
        let price_minor = terms.price_minor()?.round().to_i64()?;
        let value = basis::at(paid, at).value(price_minor);
        let plan = terms.plan.clone().or_else(|| self.plan_id())?;
        let own = self.plan().filter(|own| own.id == plan);
        let end = terms.next_at.filter(|end| *end > at);
        let end = end.or_else(|| Some(cadence::after(at, own?.recurrence)))?;
        let id = format!("{}-change-{}", self.id, at.0);
        let recurrence = own.map(|own| own.recurrence);
        let period = Period { start: at, end };
        let line = self.line(&id, 0, terms.currency?, period, (Some(plan), recurrence));
        Some(self.lines(InvoiceLine { effect: LineEffect::Sets, quantity: terms.quantity, ..line }, value))
    }
}

/// As much of an amount as `part` is of `whole`.
fn shared(minor: i64, part: i64, whole: i64) -> i64 {
    let share = Decimal::from(minor).checked_mul(part.into()).map(|share| share / Decimal::from(whole));
    share.and_then(basis::rounded).unwrap_or(0)
}

//! What is due and was not collected, and what was agreed in between: both are known by alerts, and are on no payment.

use std::collections::HashSet;

use model::UnixSeconds;
use model::billing::{
    Charge, ChargeStatus, Invoice, InvoiceLine, InvoiceStatus, LineEffect, Period, Subscription,
    SubscriptionStatus,
};
use rust_decimal::prelude::ToPrimitive;

use super::alert::{Terms, What};
use super::cadence;
use super::exact::NetShare;
use super::one::{One, is_period};
use super::whole::charge;

impl One<'_> {
    /// What is due and could not be collected.
    pub(super) fn due(
        &self,
        paid: &[Invoice],
        last: Option<&Invoice>,
        subscription: &Subscription,
        share: Option<NetShare>,
    ) -> Option<Invoice> {
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
                let last_minor = last.map(|last| last.total_minor);
                let currency = last.map(|last| last.currency)?;
                let amount = known.next_minor.or(last_minor)?;
                (format!("{}-due", self.id), known.next_at?, amount, currency)
            }
        };
        let net_minor = match (last, share) {
            (Some(last), _) if last.total_minor == gross_minor => gross_minor - last.tax_minor,
            (_, Some(share)) => share.of(gross_minor),
            _ => gross_minor,
        };
        let recurrence = last.and_then(|last| last.lines.first()?.price_then.as_ref()?.recurrence);
        let recurrence = recurrence.or(self.plan().map(|plan| plan.recurrence))?;
        let period = Period { start: at, end: cadence::after(at, recurrence) };
        let line = self.line(&id, net_minor, currency, period, (self.plan_id(), Some(recurrence)));
        let line = InvoiceLine { effect: LineEffect::Sets, quantity: self.quantity(), ..line };
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
            tax_minor: gross_minor - net_minor,
            amount_due_minor: gross_minor,
            ..Invoice::open(id.as_str().into(), currency, at, vec![line])
        })
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
    pub(super) fn changes(&self, share: Option<NetShare>, subscription: &Subscription) -> Vec<InvoiceLine> {
        let changes = self.alerts.iter().filter_map(|alert| match &alert.what {
            What::Updated(terms) if terms.is_change => Some((alert.at, terms)),
            _ => None,
        });
        let mut seen: HashSet<UnixSeconds> = HashSet::new();
        changes
            .filter(|(at, _)| seen.insert(*at))
            .filter_map(|(at, terms)| self.change(at, terms, share, subscription))
            .collect()
    }

    fn change(
        &self,
        at: UnixSeconds,
        terms: &Terms,
        share: Option<NetShare>,
        subscription: &Subscription,
    ) -> Option<InvoiceLine> {
        // In a trial nothing is paid yet.
        if subscription.trial.is_some_and(|trial| at < trial.end) {
            return None;
        }
        let gross = terms.unit_minor?.checked_mul(terms.quantity)?.round().to_i64()?;
        let net_minor = share.map_or(gross, |share| share.of(gross));
        let plan = terms.plan.clone().or_else(|| self.plan_id())?;
        let own = self.plan().filter(|own| own.id == plan);
        let end = terms.next_at.filter(|end| *end > at);
        let end = end.or_else(|| Some(cadence::after(at, own?.recurrence)))?;
        let id = format!("{}-change-{}", self.id, at.0);
        let recurrence = own.map(|own| own.recurrence);
        let period = Period { start: at, end };
        let line = self.line(&id, net_minor, terms.currency?, period, (Some(plan), recurrence));
        Some(InvoiceLine { effect: LineEffect::Sets, quantity: terms.quantity, ..line })
    }
}

//! Why the value of a subscription's price changed at the end of a closed month.

use model::billing::{CustomerHistory, Invoice, InvoiceLine, InvoiceStatus};
use model::{InvoiceId, RestatementReason, UnixSeconds};

use super::{Track, TrackWorth};
use crate::ledger::{Cause, LineRef, Step};

/// The reason, and the invoice that it is about.
pub(super) fn of(
    track: &Track<'_>,
    worth: &TrackWorth<'_>,
    history: &CustomerHistory,
) -> (RestatementReason, Option<InvoiceId>) {
    match (worth.step, worth.shown_at) {
        (Some(step), shown_at) if shown_at.is_none_or(|at| step.at >= at) => {
            of_what_came(step, shown_at == Some(step.at), history)
        }
        (_, Some(at)) if worth.shown_minor != 0 => of_what_went(track, at, history),
        _ => (RestatementReason::BillingChanged, None),
    }
}

/// A rule speaks that did not speak before.
fn of_what_came(
    step: &Step,
    has_spoken_before: bool,
    history: &CustomerHistory,
) -> (RestatementReason, Option<InvoiceId>) {
    use RestatementReason::{
        BackdatedChange, BillingChanged, InvoiceUncollectible, InvoiceVoided, LateInvoice, SubscriptionEnded,
        SubscriptionEndedUnpaid,
    };
    let reason = match &step.cause {
        Cause::Billed { .. } | Cause::Prorated { .. } | Cause::Changed { .. } if has_spoken_before => {
            BillingChanged
        }
        Cause::Billed { .. } | Cause::NotRenewed { .. } | Cause::NotBilled { .. } | Cause::Unbilled => {
            LateInvoice
        }
        Cause::Prorated { .. }
        | Cause::Changed { .. }
        | Cause::Removed { .. }
        | Cause::OtherPrice { .. }
        | Cause::Paused
        | Cause::Resumed => BackdatedChange,
        Cause::GivenUp { lines } => match invoice(lines, history).map(|invoice| invoice.status) {
            Some(InvoiceStatus::Uncollectible) => InvoiceUncollectible,
            _ => InvoiceVoided,
        },
        Cause::Ended | Cause::CancellationRequested | Cause::PaidThrough => SubscriptionEnded,
        Cause::Unpaid { .. } => SubscriptionEndedUnpaid,
    };
    (reason, step.cause.lines().iter().find_map(|line| line.invoice.clone()))
}

/// What was billed from `at` on had counted and no longer does; what was in force before holds again.
fn of_what_went(
    track: &Track<'_>,
    at: UnixSeconds,
    history: &CustomerHistory,
) -> (RestatementReason, Option<InvoiceId>) {
    use RestatementReason::{
        BillingChanged, InvoiceGone, InvoiceUncollectible, InvoiceVoided, SubscriptionEndedUnpaid,
    };
    let is_meant = |line: &InvoiceLine| {
        let is_of_track = line.subscription.as_ref().is_some_and(|id| id.as_str() == track.subscription)
            && line.price.as_ref().is_some_and(|id| id.as_str() == track.price);
        is_of_track && line.currency == track.currency && line.period.start == at
    };
    let invoices = history.invoices.iter().filter(|invoice| invoice.lines.iter().any(is_meant));
    let reasons = invoices.map(|invoice| {
        let reason = match invoice.status {
            InvoiceStatus::Void => InvoiceVoided,
            InvoiceStatus::Uncollectible => InvoiceUncollectible,
            InvoiceStatus::Open | InvoiceStatus::Draft => SubscriptionEndedUnpaid,
            InvoiceStatus::Paid | InvoiceStatus::Unknown => BillingChanged,
        };
        (reason, Some(invoice.id.clone()))
    });
    // One that no longer counts explains more than one that does.
    let mut reasons: Vec<_> = reasons.collect();
    reasons.sort_by_key(|(reason, _)| *reason == BillingChanged);
    let is_pending = history.invoice_items.iter().any(|item| item.invoice.is_none() && is_meant(&item.line));
    let fallback = if is_pending { BillingChanged } else { InvoiceGone };
    reasons.into_iter().next().unwrap_or((fallback, None))
}

fn invoice<'a>(lines: &[LineRef], history: &'a CustomerHistory) -> Option<&'a Invoice> {
    let id = lines.iter().find_map(|line| line.invoice.as_ref())?;
    history.invoices.iter().find(|invoice| invoice.id == *id)
}

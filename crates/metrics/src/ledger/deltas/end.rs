//! When the service of a subscription that ended did.

use model::UnixSeconds;
use model::billing::{InvoiceStatus, LineEffect};

use super::super::entry::Entry;
use super::absent::billed_until;

/// Providers try to collect a bill for 30 days, and serve meanwhile.
const TRIED_S: i64 = 31 * 86_400;

/// No later than what was billed lasts: one that is paused first and ends later is over before. A last period that was
/// left to the customer to pay, and was not, was not served; one that could not be collected was, until the subscription
/// ended for it.
pub(in super::super) fn service_end(ended_at: UnixSeconds, entries: &[Entry<'_>]) -> UnixSeconds {
    // A bill that was never issued says nothing.
    let is_issued =
        |entry: &Entry<'_>| entry.invoice.is_none_or(|invoice| invoice.status != InvoiceStatus::Draft);
    let periods = entries.iter().filter(|entry| entry.line.effect == LineEffect::Sets && is_issued(entry));
    let last = periods.max_by_key(|entry| {
        (entry.period().start, entry.counts(), entry.invoice.map(|invoice| (invoice.created_at, &invoice.id)))
    });
    let Some(last) = last else { return ended_at };
    let is_paid = last.invoice.is_none_or(|invoice| invoice.status == InvoiceStatus::Paid);
    let is_collected =
        last.invoice.is_some_and(|invoice| invoice.attempt_count > 0 || invoice.due_at.is_none());
    let (start, end) = (last.period().start, last.period().end);
    let billed = if is_paid {
        billed_until(entries, UnixSeconds::MAX).unwrap_or(end)
    } else if is_collected {
        end.max(UnixSeconds(start.0.saturating_add(TRIED_S)))
    } else {
        start
    };
    ended_at.min(billed)
}

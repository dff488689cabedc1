//! What happened with a subscription, as far as its history goes back: when it was paused and resumed, when its cancellation
//! was asked for, and why it ended. The subscription itself forgets all of this.

use model::billing::{CancellationReason, Pause, Period, Subscription, SubscriptionStatus};
use model::{RawObject, SubscriptionId, UnixSeconds};

use super::record::Record;
use crate::ReadError;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Happening {
    at: UnixSeconds,
    what: What,
    subscription: SubscriptionId,
    /// In Paddle's words.
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Resumed,
    Paused,
    CancellationAsked,
    /// Of whatever change was scheduled: there is only one at a time.
    ChangeWithdrawn,
    Canceled,
}

/// `None`: it is nothing that is read.
///
/// # Errors
/// When it has no subscription or no time, or one that cannot be understood.
pub(super) fn happening(record: Record, object: &RawObject) -> Result<Option<Happening>, ReadError> {
    let what = match record.text("/detail/action").as_deref() {
        Some("subscription_paused") => What::Paused,
        Some("subscription_resumed") => What::Resumed,
        Some("subscription_canceled") => What::Canceled,
        Some("subscription_scheduled_change_added")
            if record.is("/detail/scheduled_change/action", "cancel") =>
        {
            What::CancellationAsked
        }
        Some("subscription_scheduled_change_added" | "subscription_scheduled_change_removed") => {
            What::ChangeWithdrawn
        }
        _ => return Ok(None),
    };
    // An entry does not say whose it is; what it is filed under does.
    let filed = || object.counterparts.subscription.clone();
    let subscription = record.text("/subscription_id").or_else(filed);
    let subscription = subscription.ok_or_else(|| record.missing("/subscription_id"))?;
    let at = record.instant("/occurred_at")?.ok_or_else(|| record.missing("/occurred_at"))?;
    Ok(Some(Happening { at, what, subscription: subscription.into(), reason: record.text("/reason") }))
}

/// Clocks of what is written together differ by no more than this.
const SAME_MOMENT_S: u64 = 60;

/// When a pause ended of which only the beginning was seen. `None`: the period that ran then was continued, so that nobody
/// knows.
fn resumed_at(paused_at: UnixSeconds, billed: &[Period]) -> Option<UnixSeconds> {
    let next = billed.iter().map(|period| period.start).find(|start| *start > paused_at)?;
    let before = billed.iter().filter(|period| period.start <= paused_at);
    let until = before.map(|period| period.end).max();
    let goes_on = until.is_some_and(|until| until.0.abs_diff(next.0) <= SAME_MOMENT_S && until > paused_at);
    (!goes_on).then_some(next)
}

/// By Paddle's "Subscription history".
fn cancellation_reason(word: &str) -> CancellationReason {
    match word {
        "customer_request" | "seller_request" => CancellationReason::Requested,
        "payment_failed" | "payment_failure" | "past_due" => CancellationReason::PaymentFailed,
        "chargeback" => CancellationReason::PaymentDisputed,
        _ => CancellationReason::Other,
    }
}

/// Completes a subscription by what happened with it. `billed`: its periods, in order of their starts.
pub(super) fn tell(subscription: &mut Subscription, all: &[Happening], billed: &[Period]) {
    let mut own: Vec<&Happening> = all.iter().filter(|one| one.subscription == subscription.id).collect();
    own.sort();
    let is_over = subscription.status == SubscriptionStatus::Canceled;
    let mut pauses: Vec<Pause> = Vec::new();
    let (mut asked_at, mut reason) = (None, None);
    // What is scheduled is removed when it is carried out, too.
    let ends: Vec<UnixSeconds> =
        own.iter().filter(|one| one.what == What::Canceled).map(|one| one.at).collect();
    let is_at_end = |at: UnixSeconds| ends.iter().any(|end| end.0.abs_diff(at.0) <= SAME_MOMENT_S);
    for Happening { at, what, reason: own_reason, .. } in own {
        let said = || own_reason.as_deref().map(cancellation_reason);
        let running = pauses.last_mut().filter(|pause| pause.end.is_none());
        match (what, running) {
            // One of which the same is told twice.
            (What::Paused, Some(_)) => {}
            (What::Paused, None) => pauses.push(Pause { start: *at, end: None }),
            (What::Resumed | What::Canceled, Some(pause)) => pause.end = Some(*at),
            // Events tell of it as long as it is scheduled.
            (What::CancellationAsked, _) => (asked_at, reason) = (asked_at.or(Some(*at)), said().or(reason)),
            (What::ChangeWithdrawn, _) if is_at_end(*at) => {}
            (What::ChangeWithdrawn, _) => (asked_at, reason) = (None, None),
            (What::Resumed | What::Canceled, None) => {}
        }
        if *what == What::Canceled && is_over {
            // What is carried out may have no reason of its own.
            (asked_at, reason) = (asked_at.or(Some(*at)), said().or(reason));
        }
    }
    let is_disputed = reason == Some(CancellationReason::PaymentDisputed);
    // Whoever asks for the end of what was not paid ends it for its payment.
    let by_bills = subscription.cancellation_reason.filter(|_| !is_disputed);
    subscription.cancellation_reason = by_bills.or(reason.filter(|_| is_over));
    // What the subscription says of itself is the end of what is known.
    for said in std::mem::take(&mut subscription.pauses) {
        let is_told = pauses.iter().any(|pause| pause.end.is_none() && pause.start <= said.start);
        if !is_told {
            pauses.push(said);
        }
    }
    if !is_over && subscription.status != SubscriptionStatus::Paused {
        pauses.retain_mut(|pause| {
            pause.end = pause.end.or_else(|| resumed_at(pause.start, billed));
            pause.end.is_some()
        });
    }
    subscription.pauses = pauses;
    subscription.canceled_at = asked_at.filter(|_| is_over || subscription.cancel_at.is_some());
}

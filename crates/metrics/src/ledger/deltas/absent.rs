//! When a subscription is worth nothing although nothing was credited: it was paused, a period's bill was given up, or
//! for a while nothing was billed.

use model::UnixSeconds;
use model::billing::{LineEffect, Pause, Subscription, SubscriptionStatus};

use super::super::Cause;
use super::super::bills::refs;
use super::super::entry::{Entry, Standing};
use super::{Order, Period, ValueEvent, What};

/// Billing may be late, and clocks differ.
const HOLE_S: i64 = 86_400;

pub(super) fn events<'a>(
    subscription: Option<&Subscription>,
    entries: &[Entry<'a>],
    periods: &[Period<'a>],
) -> Vec<ValueEvent<'a>> {
    let pauses = subscription.map_or(&[][..], |known| known.pauses.as_slice());
    let mut events = given_up(subscription, entries);
    events.extend(holes(entries, periods, pauses));
    for pause in pauses {
        events.push(rest(pause.start, Cause::Paused));
        // Where a new period begins with the pause's end, its bill says what it is worth.
        let is_billed = |end: UnixSeconds| {
            let until = end.0.saturating_add(HOLE_S);
            periods.iter().any(|period| period.start >= pause.start && period.start.0 <= until)
        };
        // What ends while it rests does not come back.
        let goes_on =
            |end: UnixSeconds| subscription.and_then(|known| known.ended_at).is_none_or(|at| end < at);
        if let Some(end) = pause.end.filter(|end| goes_on(*end) && !is_billed(*end)) {
            events.push(ValueEvent { order: Order::ends(end), what: What::Resume });
        }
    }
    events
}

fn rest<'a>(at: UnixSeconds, cause: Cause) -> ValueEvent<'a> {
    ValueEvent { order: Order::ends(at), what: What::Rest(cause) }
}

/// Periods whose bill was given up while the subscription went on. Another bill of the same period sets the value again.
fn given_up<'a>(subscription: Option<&Subscription>, entries: &[Entry<'a>]) -> Vec<ValueEvent<'a>> {
    let lives = subscription.is_some_and(|known| known.status != SubscriptionStatus::Canceled);
    let is_void =
        |entry: &&Entry<'a>| entry.standing == Standing::GivenUp && entry.line.effect == LineEffect::Sets;
    let goes_on = |entry: &&Entry<'a>| {
        lives || entries.iter().any(|other| other.counts() && other.period().start > entry.period().start)
    };
    let void = entries.iter().filter(is_void).filter(goes_on);
    void.map(|entry| rest(entry.period().start, Cause::GivenUp { lines: vec![entry.line_ref()] })).collect()
}

/// For how long the lines that count say that the subscription was billed, up to an instant. The bill of a period that
/// begins within another takes its place.
pub(in super::super) fn billed_until(entries: &[Entry<'_>], before: UnixSeconds) -> Option<UnixSeconds> {
    let billed = entries.iter().filter(|entry| {
        let takes_back = entry.line.amount_minor < 0 || entry.line.effect == LineEffect::Removes;
        entry.counts() && !takes_back && entry.period().start < before
    });
    // By their starts, as entries are.
    billed
        .fold(None, |until: Option<(UnixSeconds, UnixSeconds)>, entry| {
            let period = entry.period();
            Some(match until {
                Some((start, end)) if !begins(entry) || period.start == start => (start, end.max(period.end)),
                _ => (period.start, period.end),
            })
        })
        .map(|(_, end)| end)
}

/// Whether a line begins a period: the period's own, or the whole one of another interval. A price that is billed in full
/// at once, without a period, begins none.
fn begins(entry: &Entry<'_>) -> bool {
    if !entry.has_length() {
        return false;
    }
    match entry.line.effect {
        LineEffect::Sets => true,
        LineEffect::Adds { share } => share == rust_decimal::Decimal::ONE,
        _ => false,
    }
}

/// Stretches of more than a day between billed periods, where no pause is known.
fn holes<'a>(entries: &[Entry<'a>], periods: &[Period<'a>], pauses: &[Pause]) -> Vec<ValueEvent<'a>> {
    let mut events = Vec::new();
    for period in periods {
        let Some(end) = billed_until(entries, period.start) else { continue };
        let is_hole = period.start.0.saturating_sub(end.0) > HOLE_S;
        let is_known = pauses.iter().any(|pause| {
            let ends_at = pause.end.unwrap_or(UnixSeconds::MAX);
            pause.start < period.start && ends_at > end && ends_at.0 >= period.start.0.saturating_sub(HOLE_S)
        });
        if is_hole && !is_known {
            events.push(rest(end, Cause::NotBilled { lines: refs(&period.lines) }));
        }
    }
    events
}

//! When an item is worth nothing although no time was credited: its bill was given up, it was not renewed, or it was
//! not billed for a while.

use std::collections::BTreeSet;

use model::UnixSeconds;
use model::billing::Subscription;

use super::bills::refs;
use super::entry::{Entry, Item, Standing};
use super::proration::step;
use super::setting::{Setting, Track, track_of, zero};
use super::standing::is_alive;
use super::{Cause, LineRef, items};

/// Billing may be late, and clocks differ.
const HOLE_S: i64 = 86_400;

/// From when on the item lapsed, for each of its prices.
pub(super) fn of_item<'a>(
    item: Item<'a>,
    own: &[Entry<'a>],
    entries: &[Entry<'a>],
    subscription: Option<&'a Subscription>,
) -> Vec<Setting<'a>> {
    let tracks: BTreeSet<Track<'a>> = own.iter().map(track_of).collect();
    // Of several at one instant the last counts: a bill that was given up says more than that nothing was billed.
    let mut lapses = holes(own);
    lapses.extend(given_up(own, entries, subscription));
    lapses.extend(not_renewed(item, own, entries, subscription));
    let of_all = lapses
        .into_iter()
        .flat_map(|(at, cause)| tracks.iter().map(move |track| zero(at, *track, cause.clone())));
    of_all.collect()
}

type Lapse = (UnixSeconds, Cause);

/// For how long a line says that its item was billed. Usage is known at the end of its period, and its value counts until
/// the next usage would be.
fn billed_end(entry: &Entry<'_>) -> UnixSeconds {
    let end = entry.period().end.max(entry.period().start);
    if entry.is_usage() {
        return step(end, entry.recurrence, 1).unwrap_or(end);
    }
    end
}

/// The line that says for how long an item is billed, of its lines in order. One of another price took the place of those
/// before it, though their periods were longer.
pub(super) fn last_billed<'e, 'a: 'e>(
    lines: impl Iterator<Item = &'e Entry<'a>>,
    end: fn(&Entry<'_>) -> UnixSeconds,
) -> Option<&'e Entry<'a>> {
    lines.reduce(|last, entry| {
        let takes_over = entry.price_id() != last.price_id() && entry.period().start > last.period().start;
        if takes_over || end(entry) >= end(last) { entry } else { last }
    })
}

/// The item's paid time is over by then. `None`: it was never billed before.
fn is_over(own: &[Entry<'_>], at: UnixSeconds) -> Option<bool> {
    let before = own.iter().filter(|entry| entry.bills() && entry.period().start < at);
    last_billed(before, |entry| entry.period().end).map(|last| last.period().end <= at)
}

fn is_billed_from(own: &[Entry<'_>], at: UnixSeconds) -> bool {
    own.iter().any(|entry| entry.bills() && entry.period().start == at)
}

/// Periods whose bill was voided or written off: of the item itself, or of the subscription when its own time was over.
/// A bill of both speaks for the item by the item's own line.
fn given_up(own: &[Entry<'_>], entries: &[Entry<'_>], subscription: Option<&Subscription>) -> Vec<Lapse> {
    let is_running = subscription.is_some_and(|subscription| is_alive(subscription.status));
    let void = entries.iter().filter(|entry| entry.standing == Standing::GivenUp && entry.is_ordinary());
    let (mut of_own, mut of_others): (Vec<Lapse>, Vec<Lapse>) = (Vec::new(), Vec::new());
    for line in void {
        let at = line.period().start;
        let was_attempted = line.invoice.is_some_and(|invoice| invoice.attempt_count > 0);
        let went_on = is_running || entries.iter().any(|e| e.counts() && e.period().start > at);
        let is_own = own.iter().any(|entry| entry.item == line.item);
        let is_over = is_over(own, at);
        let is_meant = if is_own {
            is_over != Some(false) || was_in_force(line, entries, subscription)
        } else {
            is_over == Some(true)
        };
        if is_meant && (!was_attempted || went_on) && !is_billed_from(own, at) {
            let lapse = (at, Cause::GivenUp { lines: vec![line.line_ref()] });
            if is_own { of_own.push(lapse) } else { of_others.push(lapse) }
        }
    }
    of_others.retain(|(at, _)| of_own.iter().all(|(own_at, _)| own_at != at));
    of_own.extend(of_others);
    of_own
}

/// Whether the voided line bills a price that the item had or got; else it was for a change that was never made.
fn was_in_force(line: &Entry<'_>, entries: &[Entry<'_>], subscription: Option<&Subscription>) -> bool {
    let is_billed =
        entries.iter().any(|e| e.bills() && e.item == line.item && e.price_id() == line.price_id());
    let items = subscription.map(|known| known.items.as_slice()).unwrap_or_default();
    is_billed || items.iter().any(|item| item.price == *line.price_id())
}

/// Stretches of more than a day between billed times.
fn holes(own: &[Entry<'_>]) -> Vec<Lapse> {
    let mut billed: Vec<&Entry<'_>> = own.iter().filter(|entry| entry.bills()).collect();
    billed.sort_by_key(|entry| value_start(entry));
    let mut lapses = Vec::new();
    let mut last: Option<&Entry<'_>> = None;
    for entry in billed {
        let start = value_start(entry);
        let end = last.map(billed_end);
        if let Some(end) = end.filter(|end| start.0.saturating_sub(end.0) > HOLE_S) {
            lapses.push((end, Cause::NotBilled { lines: vec![entry.line_ref()] }));
        }
        last = last_billed(last.into_iter().chain([entry]), billed_end);
    }
    lapses
}

fn value_start(entry: &Entry<'_>) -> UnixSeconds {
    if entry.is_usage() { entry.period().end } else { entry.period().start }
}

/// The item's last billed time is over, and the subscription was billed for a later period without it, or has it no more.
fn not_renewed<'a>(
    item: Item<'a>,
    own: &[Entry<'a>],
    entries: &[Entry<'a>],
    subscription: Option<&Subscription>,
) -> Option<Lapse> {
    let last = last_billed(own.iter().filter(|entry| entry.bills()), billed_end)?;
    let end = billed_end(last);
    let others = entries.iter().filter(|entry| entry.item != item && entry.bills() && entry.is_ordinary());
    let later: Vec<Entry<'_>> = others.filter(|entry| entry.period().start >= end).copied().collect();
    let first = later.iter().map(|entry| entry.period().start).min();
    let lines: Vec<LineRef> = match first {
        Some(first) => {
            let at_once: Vec<Entry<'_>> =
                later.iter().filter(|entry| entry.period().start == first).copied().collect();
            refs(&at_once)
        }
        None if !items::is_among(subscription, item, last.price_id()) => Vec::new(),
        None => return None,
    };
    Some((end, Cause::NotRenewed { lines }))
}

//! What each payment of a subscription was for, where nobody says it: by when it was made.
//!
//! A payment that comes when a period is over bills the next one. One that comes earlier is the net of an old and a new plan,
//! or something else, and says nothing of the value; the next regular payment does.

use jiff::Span;
use jiff::tz::TimeZone;
use model::UnixSeconds;
use model::billing::{BillingInterval, Recurrence};

use super::bill::Payment;
use super::plan::Plan;

const DAY_S: i64 = 86_400;
/// Clocks and time zones differ, and cards are charged on the working day before or after.
const EARLY_DAYS: i64 = 3;
/// A payment is tried again for weeks. Longer than this, or than half an interval, is a time without a bill.
const LATE_DAYS: i64 = 31;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It bills a period.
    Period { end: UnixSeconds, recurrence: Recurrence },
    /// What is paid first is another price than what is paid later: a set-up fee, or a trial.
    First,
    /// It says nothing of the value.
    OffCadence,
}

/// Of recurring payments in order of time, up to the next one that is due.
pub(super) fn roles(payments: &[Payment], plan: Option<&Plan>, next_at: Option<UnixSeconds>) -> Vec<Role> {
    let mut roles = vec![Role::OffCadence; payments.len()];
    let regular = regular(payments, plan);
    let mut known: Option<Recurrence> = None;
    for (place, own) in regular.iter().enumerate() {
        let payment = &payments[own.index];
        let next = regular.get(place + 1);
        let recurrence = match next {
            // Without another payment in between, how far apart they are says how often it was billed then.
            Some(next) if next.index == own.index + 1 => by_spacing(days(own.due_at, next.due_at), plan),
            Some(_) => None,
            None => {
                next_at.filter(|at| *at > payment.at).and_then(|at| by_spacing(days(own.due_at, at), plan))
            }
        };
        // After another amount nothing says that it goes on as before: the plan of today does.
        let is_like_before = place.checked_sub(1).is_none_or(|before| {
            payments[regular[before].index].amount_minor == payment.amount_minor || next.is_some()
        });
        let before = known.filter(|_| is_like_before);
        let recurrence =
            recurrence.or(before).or(plan.map(|plan| plan.recurrence)).or(known).unwrap_or(MONTHLY);
        known = Some(recurrence);
        let said = payment.exact.as_ref().and_then(|exact| exact.next_at).filter(|end| *end > payment.at);
        let mut end = said.unwrap_or_else(|| after(own.due_at, recurrence));
        if let Some(next) = next {
            let start = payments[next.index].at;
            // From the last payment of any kind: one in between may have begun another period.
            let between = next.index.checked_sub(1).filter(|between| *between > own.index);
            let begun = between.map_or(end, |between| end.max(after(payments[between].at, recurrence)));
            let is_seamless = start.0 <= begun.0.saturating_add(late_s(recurrence));
            end = if is_seamless { start } else { end.min(start) };
        }
        roles[own.index] = Role::Period { end, recurrence };
    }
    if payments.first().is_some_and(|first| plan.is_some_and(|plan| plan.is_first_price(first))) {
        roles[0] = Role::First;
    }
    roles
}

const MONTHLY: Recurrence =
    Recurrence { interval: BillingInterval::Month, interval_count: 1, is_metered: false };

/// A payment that bills a period.
#[derive(Debug, Clone, Copy)]
struct Regular {
    index: usize,
    /// When its period began: before it, where it came late. The next one is due an interval after that.
    due_at: UnixSeconds,
}

fn regular(payments: &[Payment], plan: Option<&Plan>) -> Vec<Regular> {
    let mut regular: Vec<Regular> = Vec::new();
    let mut known: Option<Recurrence> = None;
    for (index, payment) in payments.iter().enumerate() {
        let Some(last) = regular.last().copied() else {
            if payment.exact.as_ref().is_none_or(|exact| exact.is_initial || exact.is_whole()) {
                regular.push(Regular { index, due_at: payment.at });
            }
            continue;
        };
        let spacing = days(last.due_at, payment.at);
        let said = payments[last.index].exact.as_ref().and_then(|exact| exact.next_at);
        let expected = known.or(plan.map(|plan| plan.recurrence));
        let is_due = match (said, expected) {
            (Some(due), _) => days(payment.at, due) <= EARLY_DAYS,
            (None, Some(expected)) => spacing >= shortest_days(expected) - early_days(expected),
            (None, None) => true,
        };
        // A payment in between began another period.
        let is_after_a_change =
            last.index + 1 < index && by_spacing(days(payments[index - 1].at, payment.at), plan).is_some();
        let is_of_plan = plan.is_some_and(|plan| fits(plan.recurrence, spacing));
        // Of two payments the plan may have been another then.
        let is_of_former = known.is_none() && by_spacing(spacing, None).is_some() && goes_on(payments, index);
        let is_net_of_two = !is_due && payment.exact.as_ref().is_some_and(|exact| !exact.is_whole());
        if is_net_of_two || !(is_due || is_after_a_change || is_of_plan || is_of_former) {
            continue;
        }
        let own = if last.index + 1 == index { by_spacing(spacing, plan) } else { None };
        let due = said.or_else(|| Some(after(last.due_at, own.is_none().then_some(expected)??)));
        let is_late = |due: &UnixSeconds| {
            let late = late_s(expected.unwrap_or(MONTHLY));
            !is_after_a_change && *due < payment.at && payment.at.0 - due.0 <= late
        };
        regular.push(Regular { index, due_at: due.filter(is_late).unwrap_or(payment.at) });
        known = own.or(known);
    }
    regular
}

/// By how much a payment may come later than its period begins.
fn late_s(recurrence: Recurrence) -> i64 {
    (longest_days(recurrence) / 2).min(LATE_DAYS) * DAY_S
}

/// Whether the payment after this one is as far away as this one is from the one before.
fn goes_on(payments: &[Payment], index: usize) -> bool {
    let (Some(before), Some(after)) = (index.checked_sub(1), payments.get(index + 1)) else { return false };
    let spacing = by_spacing(days(payments[before].at, payments[index].at), None);
    spacing.is_some() && spacing == by_spacing(days(payments[index].at, after.at), None)
}

fn days(from: UnixSeconds, to: UnixSeconds) -> i64 {
    (to.0 - from.0 + DAY_S / 2).div_euclid(DAY_S)
}

/// How often something is billed that is billed again after `days`: as the plan says if that fits.
fn by_spacing(days: i64, plan: Option<&Plan>) -> Option<Recurrence> {
    let of_plan = plan.map(|plan| plan.recurrence).filter(|own| fits(*own, days));
    let every = |interval, interval_count| Recurrence { interval, interval_count, is_metered: false };
    of_plan.or_else(|| {
        Some(match days {
            6..=8 => every(BillingInterval::Week, 1),
            13..=15 => every(BillingInterval::Week, 2),
            27..=32 => every(BillingInterval::Month, 1),
            58..=63 => every(BillingInterval::Month, 2),
            88..=94 => every(BillingInterval::Month, 3),
            180..=186 => every(BillingInterval::Month, 6),
            360..=370 => every(BillingInterval::Year, 1),
            725..=740 => every(BillingInterval::Year, 2),
            _ => return None,
        })
    })
}

fn fits(recurrence: Recurrence, days: i64) -> bool {
    let early = early_days(recurrence);
    (shortest_days(recurrence) - early..=longest_days(recurrence) + early).contains(&days)
}

fn early_days(recurrence: Recurrence) -> i64 {
    (shortest_days(recurrence) / 7).min(EARLY_DAYS)
}

fn shortest_days(recurrence: Recurrence) -> i64 {
    let count = i64::from(recurrence.interval_count);
    match recurrence.interval {
        BillingInterval::Day => count,
        BillingInterval::Week => 7 * count,
        BillingInterval::Month => {
            if count == 1 {
                28
            } else {
                30 * count - 1
            }
        }
        BillingInterval::Year => 365 * count,
    }
}

fn longest_days(recurrence: Recurrence) -> i64 {
    let count = i64::from(recurrence.interval_count);
    match recurrence.interval {
        BillingInterval::Day => count,
        BillingInterval::Week => 7 * count,
        BillingInterval::Month => 31 * count,
        BillingInterval::Year => 366 * count,
    }
}

/// One interval later, by the calendar.
pub(super) fn after(at: UnixSeconds, recurrence: Recurrence) -> UnixSeconds {
    let count = i64::from(recurrence.interval_count.min(1_000));
    let span = match recurrence.interval {
        BillingInterval::Day => Span::new().days(count),
        BillingInterval::Week => Span::new().weeks(count),
        BillingInterval::Month => Span::new().months(count),
        BillingInterval::Year => Span::new().years(count),
    };
    let later = at.timestamp().to_zoned_datetime(TimeZone::UTC).checked_add(span);
    later.map_or(at, |later| UnixSeconds(later.timestamp().as_second()))
}

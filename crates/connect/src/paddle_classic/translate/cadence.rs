//! What each payment of a subscription was for, where nobody says it: by when it was made.
//!
//! A payment that comes when a period is over bills the next one. One that comes earlier is the net of an old and a new plan,
//! or something else, and says nothing of the value; the next regular payment does. It may begin another cadence, though: who
//! goes over to a yearly plan pays the difference at once, and is billed a year later.

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

/// What is known of the subscription beside its payments, as it is now.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Present<'a> {
    pub plan: Option<&'a Plan>,
    /// When the next payment is due.
    pub next_at: Option<UnixSeconds>,
    /// It ended or rests.
    pub is_over: bool,
}

/// Of recurring payments in order of time.
pub(super) fn roles(payments: &[Payment], present: Present<'_>) -> Vec<Role> {
    let roles = vec![Role::OffCadence; payments.len()];
    let mut walk = Walk { payments, present, roles, cadence: None, last: None };
    for index in 0..payments.len() {
        walk.take(index);
    }
    walk.finish();
    walk.roles
}

const MONTHLY: Recurrence =
    Recurrence { interval: BillingInterval::Month, interval_count: 1, is_metered: false };

/// From when periods are counted, how many there were, and when the present one is over.
#[derive(Debug, Clone, Copy)]
struct Cadence {
    anchor: UnixSeconds,
    periods: i64,
    recurrence: Recurrence,
    due_at: UnixSeconds,
}

impl Cadence {
    fn begin(at: UnixSeconds, recurrence: Recurrence) -> Self {
        Self { anchor: at, periods: 1, recurrence, due_at: after(at, recurrence) }
    }

    fn next(self) -> Self {
        let periods = self.periods + 1;
        Self { periods, due_at: periods_after(self.anchor, self.recurrence, periods), ..self }
    }

    /// As the alert about the payment says it.
    fn until(self, said: Option<UnixSeconds>) -> Self {
        Self { due_at: said.unwrap_or(self.due_at), ..self }
    }

    fn is_early(&self, at: UnixSeconds) -> bool {
        at.0 < self.due_at.0 - early_days(self.recurrence) * DAY_S
    }

    fn is_late(&self, at: UnixSeconds) -> bool {
        at.0 > self.due_at.0.saturating_add(late_s(self.recurrence))
    }
}

struct Walk<'a> {
    payments: &'a [Payment],
    present: Present<'a>,
    roles: Vec<Role>,
    cadence: Option<Cadence>,
    /// The last payment that billed a period.
    last: Option<usize>,
}

impl Walk<'_> {
    fn take(&mut self, index: usize) {
        let payment = &self.payments[index];
        let said = said(payment);
        if index == 0 && is_first_price(self.payments, self.present) {
            self.roles[0] = Role::First;
            self.cadence = Some(self.after_first(payment).until(said));
            return;
        }
        match self.cadence {
            None => {
                // What was netted tells neither what a period costs nor when it began.
                let is_net = payment.exact.as_ref().is_some_and(|exact| !exact.is_initial);
                if !(is_net && payment.is_netted()) {
                    self.bill(index, payment.at, None);
                }
            }
            Some(cadence) if cadence.is_early(payment.at) => {
                let Some(begun) = self.begun_by(index, cadence) else { return };
                if payment.exact.is_some() && !payment.is_netted() {
                    self.bill(index, payment.at, None);
                } else {
                    self.cadence = Some(Cadence::begin(payment.at, begun).until(said));
                }
            }
            Some(cadence) if cadence.is_late(payment.at) => self.bill(index, payment.at, None),
            Some(cadence) => {
                self.lasts_until(payment.at);
                self.bill(index, cadence.due_at, Some(cadence));
            }
        }
    }

    /// It bills a period, which began at `start`; as the one after another if there is one.
    fn bill(&mut self, index: usize, start: UnixSeconds, before: Option<Cadence>) {
        if before.is_none() {
            let over_at = self.cadence.map(|cadence| cadence.due_at);
            self.lasts_until(over_at.map_or(start, |over_at| over_at.min(start)));
        }
        let payment = &self.payments[index];
        let recurrence = self.recurrence(index, start, before);
        let going_on = before.filter(|before| before.recurrence == recurrence).map(Cadence::next);
        let cadence = going_on.unwrap_or_else(|| Cadence::begin(start, recurrence)).until(said(payment));
        self.roles[index] = Role::Period { end: cadence.due_at, recurrence };
        (self.cadence, self.last) = (Some(cadence), Some(index));
    }

    /// The period that was billed last ends there: where the next one begins, or where it was over.
    fn lasts_until(&mut self, at: UnixSeconds) {
        if let Some(Role::Period { end, .. }) = self.last.map(|last| &mut self.roles[last]) {
            *end = at;
        }
    }

    fn finish(&mut self) {
        if let Some(cadence) = self.cadence {
            self.lasts_until(cadence.due_at);
        }
    }

    /// How often it was billed when this was paid: as the alert says, as the time to later payments says, or as before.
    fn recurrence(&self, index: usize, start: UnixSeconds, before: Option<Cadence>) -> Recurrence {
        let (payment, plan) = (&self.payments[index], self.present.plan);
        let own = payment.exact.as_ref().and_then(|exact| exact.plan.as_ref());
        if let Some(plan) = plan.filter(|plan| own == Some(&plan.id)) {
            return plan.recurrence;
        }
        let of_said = said(payment).and_then(|said| by_spacing(days(payment.at, said), plan));
        let known = before.or(self.cadence).map(|cadence| cadence.recurrence);
        let present = plan.map(|plan| plan.recurrence);
        // After another amount nothing says that it goes on as before: the plan of today does.
        let is_last = index + 1 == self.payments.len();
        let is_like_before =
            self.last.is_none_or(|last| self.payments[last].amount_minor == payment.amount_minor);
        let before = known.filter(|_| self.last.is_some() && (is_like_before || !is_last));
        of_said.or_else(|| self.spaced(index, start)).or(before).or(present).or(known).unwrap_or(MONTHLY)
    }

    /// By the first later payment that comes an interval after. One between may do so by chance: then something comes an
    /// interval of the plan after, and nothing an interval after the one between. One that came late does not, but those after
    /// it come an interval after each other.
    fn spaced(&self, index: usize, start: UnixSeconds) -> Option<Recurrence> {
        let plan = self.present.plan;
        let known = self.cadence.map(|cadence| cadence.recurrence);
        let later: Vec<UnixSeconds> = self.later(index).collect();
        later.iter().enumerate().find_map(|(place, at)| {
            let before = place.checked_sub(1).map(|before| later[before]);
            let since_before = before.and_then(|before| by_spacing(days(before, *at), plan));
            let Some(found) = by_spacing(days(start, *at), plan) else {
                return since_before.filter(|found| known.is_none_or(|known| known == *found));
            };
            if plan.is_some_and(|plan| plan.recurrence == found) {
                return Some(found);
            }
            let rest = &later[place + 1..];
            let goes_on = rest.first().is_some_and(|next| by_spacing(days(*at, *next), plan).is_some());
            let is_plan =
                |later: &UnixSeconds| plan.is_some_and(|plan| fits(plan.recurrence, days(start, *later)));
            (goes_on || !rest.iter().any(is_plan)).then_some(found)
        })
    }

    /// Later payments, and when the next is due.
    fn later(&self, index: usize) -> impl Iterator<Item = UnixSeconds> {
        let last = self.payments.last().map(|last| last.at);
        let next = self.present.next_at.filter(|next| last.is_none_or(|last| *next > last));
        self.payments[index + 1..].iter().map(|payment| payment.at).chain(next)
    }

    /// Whether a payment that came too early begins another cadence.
    fn begun_by(&self, index: usize, cadence: Cadence) -> Option<Recurrence> {
        let payment = &self.payments[index];
        let plan = self.present.plan;
        if let Some(said) = said(payment) {
            let is_moved = said.0 > cadence.due_at.0.saturating_add(EARLY_DAYS * DAY_S);
            return by_spacing(days(payment.at, said), plan).filter(|_| is_moved);
        }
        let present = plan.map(|plan| plan.recurrence);
        let is_other = present.is_some_and(|present| present != cadence.recurrence);
        match self.later(index).next() {
            None => present.filter(|_| is_other && self.present.is_over),
            Some(next) => {
                let is_usual = !cadence.is_early(next) && !cadence.is_late(next);
                let found = by_spacing(days(payment.at, next), plan).filter(|_| !is_usual)?;
                let is_known = present == Some(found) || found == cadence.recurrence;
                is_known.then_some(found)
            }
        }
    }

    /// A trial lasts as long as its plan says, and periods are counted from its end.
    fn after_first(&self, first: &Payment) -> Cadence {
        let plan = self.present.plan;
        let recurrence = plan.map_or(MONTHLY, |plan| plan.recurrence);
        match plan.map(|plan| plan.trial_days).filter(|days| *days > 0) {
            Some(days) => {
                let end = UnixSeconds(first.at.0.saturating_add(days * DAY_S));
                Cadence { anchor: end, periods: 0, recurrence, due_at: end }
            }
            None => Cadence::begin(first.at, recurrence),
        }
    }
}

/// Whether what was paid first has another price than what was paid later.
pub(super) fn is_first_price(payments: &[Payment], present: Present<'_>) -> bool {
    let [first, rest @ ..] = payments else { return false };
    // One that is followed by its like was no other price.
    let is_repeated = rest.first().is_some_and(|second| second.amount_minor == first.amount_minor);
    !is_repeated && present.plan.is_some_and(|plan| plan.is_first_price(first))
}

/// When the alert about a payment says that the next one is due.
fn said(payment: &Payment) -> Option<UnixSeconds> {
    payment.exact.as_ref().and_then(|exact| exact.next_at).filter(|next| *next > payment.at)
}

/// By how much a payment may come later than its period begins.
fn late_s(recurrence: Recurrence) -> i64 {
    (longest_days(recurrence) / 2).min(LATE_DAYS) * DAY_S
}

fn days(from: UnixSeconds, to: UnixSeconds) -> i64 {
    (to.0 - from.0 + DAY_S / 2).div_euclid(DAY_S)
}

/// How often something is billed that is billed again after `days`: as the plan says if that fits. Of other intervals only
/// months and years are told by the time between payments: two months may as well be one without a payment.
fn by_spacing(days: i64, plan: Option<&Plan>) -> Option<Recurrence> {
    let of_plan = plan.map(|plan| plan.recurrence).filter(|own| fits(*own, days));
    let every = |interval| Recurrence { interval, interval_count: 1, is_metered: false };
    of_plan.or_else(|| match days {
        27..=32 => Some(every(BillingInterval::Month)),
        360..=370 => Some(every(BillingInterval::Year)),
        _ => None,
    })
}

/// Whether it is as long as a period.
pub(super) fn is_whole(recurrence: Recurrence, from: UnixSeconds, to: UnixSeconds) -> bool {
    fits(recurrence, days(from, to))
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
    periods_after(at, recurrence, 1)
}

fn periods_after(at: UnixSeconds, recurrence: Recurrence, periods: i64) -> UnixSeconds {
    let count = i64::from(recurrence.interval_count.min(1_000)).saturating_mul(periods.min(10_000));
    let span = match recurrence.interval {
        BillingInterval::Day => Span::new().try_days(count),
        BillingInterval::Week => Span::new().try_weeks(count),
        BillingInterval::Month => Span::new().try_months(count),
        BillingInterval::Year => Span::new().try_years(count),
    };
    let later = span.and_then(|span| at.timestamp().to_zoned_datetime(TimeZone::UTC).checked_add(span));
    later.map_or(at, |later| UnixSeconds(later.timestamp().as_second()))
}

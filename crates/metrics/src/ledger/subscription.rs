//! The step function of one subscription: what each rule sets, and which rule wins where two speak of one instant.

use std::collections::{BTreeMap, BTreeSet};

use model::billing::Subscription;
use model::{Currency, LedgerRules, PriceId, SubscriptionId, UnixSeconds};

use super::lines::{Entry, Standing, is_alive};
use super::{Cause, LineRef, Step, ending, proration};

/// One price of the subscription in one currency.
type Track<'a> = (&'a PriceId, Currency);

/// What a rule says: from `at` on, `value_minor`.
struct Setting {
    at: UnixSeconds,
    strength: Strength,
    value_minor: i64,
    cause: Cause,
}

/// At one instant the stronger rule wins: a change made within a period was made after the period was billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Zero,
    Period,
    Change,
}

/// All changes of value of one subscription. `subscription` is `None` where only its lines are known.
pub(super) fn steps(
    id: &SubscriptionId,
    subscription: Option<&Subscription>,
    entries: &[Entry<'_>],
    rules: LedgerRules,
) -> Vec<Step> {
    let mut tracks: BTreeMap<Track<'_>, Vec<Entry<'_>>> = BTreeMap::new();
    for entry in entries {
        tracks.entry((entry.price_id, entry.line.currency)).or_default().push(*entry);
    }
    let end = subscription.and_then(|subscription| ending::end(subscription, entries, rules.churn_at));
    let renewals = renewals(entries);

    let mut steps = Vec::new();
    for ((price, currency), track) in tracks {
        let mut settings = periods(&track);
        settings.extend(changes(&track, subscription, entries));
        settings.extend(given_up(&track, subscription, entries));
        settings.extend(not_renewed(&track, &renewals));
        settings.sort_by_key(|setting| (setting.at, setting.strength));
        if let Some(end) = &end {
            settings.retain(|setting| setting.at < end.at);
            let cause = end.cause.clone();
            settings.push(Setting { at: end.at, strength: Strength::Zero, value_minor: 0, cause });
        }
        steps.extend(differences(settings, id, price, currency));
    }
    steps
}

/// What each setting changes against the one before; of several at one instant the last and strongest holds.
fn differences<'a>(
    settings: Vec<Setting>,
    subscription: &'a SubscriptionId,
    price: &'a PriceId,
    currency: Currency,
) -> impl Iterator<Item = Step> + use<'a> {
    let mut in_force: Vec<Setting> = Vec::with_capacity(settings.len());
    for setting in settings {
        match in_force.last_mut() {
            Some(last) if last.at == setting.at => *last = setting,
            _ => in_force.push(setting),
        }
    }
    let mut before = 0;
    in_force.into_iter().filter_map(move |setting| {
        let delta_minor = setting.value_minor.saturating_sub(before);
        before = setting.value_minor;
        (delta_minor != 0).then(|| Step {
            at: setting.at,
            subscription: subscription.clone(),
            price: price.clone(),
            currency,
            value_minor: setting.value_minor,
            delta_minor,
            cause: setting.cause,
        })
    })
}

/// Lines that bill a period: their sum, from the period's start on. A graduated price bills one line a tier.
fn periods(track: &[Entry<'_>]) -> Vec<Setting> {
    let billed = by_start(track, |entry| entry.counts() && entry.is_ordinary());
    let settings = billed.into_iter().map(|(at, lines)| {
        let sum_minor: i128 = lines.iter().map(|entry| i128::from(entry.net_minor())).sum();
        let value_minor = lines[0].months.per_month(sum_minor);
        Setting { at, strength: Strength::Period, value_minor, cause: Cause::Billed { lines: refs(&lines) } }
    });
    settings.collect()
}

/// Changes within a period: the remaining time at the new price or quantity, or its removal.
fn changes(track: &[Entry<'_>], subscription: Option<&Subscription>, siblings: &[Entry<'_>]) -> Vec<Setting> {
    let mut settings = Vec::new();
    // A change at the very end of a period bills no time; the next period's own lines speak for it.
    let changed = by_start(track, |entry| entry.counts() && entry.line.is_proration && entry.has_length());
    for (at, lines) in changed {
        let (credits, charges): (Vec<Entry<'_>>, Vec<Entry<'_>>) =
            lines.iter().copied().partition(Entry::is_credit);
        let (left_credits, left_charges) = without_undone(&credits, &charges);
        if left_charges.is_empty() {
            // Its own period may have been billed from the same instant on: then that bill speaks. And where every
            // charge was undone and every credit with it, all is as it was.
            let is_billed_anew =
                track.iter().any(|e| e.counts() && e.is_ordinary() && e.period().start == at);
            if !is_billed_anew && !left_credits.is_empty() {
                let cause = Cause::Removed { lines: refs(&left_credits) };
                settings.push(Setting { at, strength: Strength::Zero, value_minor: 0, cause });
            }
            continue;
        }
        // A graduated price bills a line a tier, and a tier that stays as it was looks as if it were undone.
        let is_exact = |lines: &[Entry<'_>]| {
            proration::value(lines, subscription, siblings).is_some_and(|prorated| !prorated.is_scaled)
        };
        let remaining = if !is_exact(&left_charges) && is_exact(&charges) { charges } else { left_charges };
        if let Some(prorated) = proration::value(&remaining, subscription, siblings) {
            let cause = Cause::Prorated { lines: refs(&remaining), is_scaled: prorated.is_scaled };
            settings.push(Setting {
                at,
                strength: Strength::Change,
                value_minor: prorated.value_minor,
                cause,
            });
        }
    }
    settings
}

/// Two changes within one second leave four lines; those of the state between cancel each other out.
fn without_undone<'a>(credits: &[Entry<'a>], charges: &[Entry<'a>]) -> (Vec<Entry<'a>>, Vec<Entry<'a>>) {
    let mut left_charges = charges.to_vec();
    let mut left_credits = Vec::new();
    for credit in credits {
        let undone = left_charges.iter().position(|charge| {
            charge.line.quantity == credit.line.quantity
                && charge.line.amount_minor == -credit.line.amount_minor
        });
        match undone {
            Some(undone) => drop(left_charges.remove(undone)),
            None => left_credits.push(*credit),
        }
    }
    (left_credits, left_charges)
}

/// Periods whose invoice was voided or written off, as long as the subscription went on.
fn given_up(
    track: &[Entry<'_>],
    subscription: Option<&Subscription>,
    siblings: &[Entry<'_>],
) -> Vec<Setting> {
    let is_running = subscription.is_some_and(|subscription| is_alive(subscription.status));
    let given_up = by_start(track, |entry| entry.standing == Standing::GivenUp && entry.is_ordinary());
    let settings = given_up.into_iter().filter_map(|(at, lines)| {
        let is_replaced = track.iter().any(|e| e.counts() && !e.is_credit() && e.period().start == at);
        let went_on = is_running || siblings.iter().any(|e| e.counts() && e.period().start > at);
        let cause = Cause::GivenUp { lines: refs(&lines) };
        (!is_replaced && went_on).then_some(Setting { at, strength: Strength::Zero, value_minor: 0, cause })
    });
    settings.collect()
}

/// The start of a billed period, with the prices that its invoices bill.
struct Renewal<'a> {
    at: UnixSeconds,
    prices: BTreeSet<&'a PriceId>,
    lines: Vec<LineRef>,
}

fn renewals<'a>(entries: &[Entry<'a>]) -> Vec<Renewal<'a>> {
    let billed = by_start(entries, |entry| entry.counts() && entry.is_ordinary());
    let renewals = billed.into_iter().map(|(at, lines)| {
        let is_on_invoice = |entry: &Entry<'_>| {
            let id = |entry: &Entry<'_>| entry.invoice.map(|invoice| invoice.id.clone());
            lines.iter().any(|line| line.invoice.is_some() && id(line) == id(entry))
        };
        // A bill also carries changes of the period before; those say nothing about this one.
        let is_of_period = |entry: &Entry<'_>| is_on_invoice(entry) && entry.period().end > at;
        let beside = entries.iter().filter(|e| e.counts() && !e.is_credit());
        let beside = beside.filter(|entry| entry.period().start == at || is_of_period(entry));
        Renewal { at, prices: beside.map(|entry| entry.price_id).collect(), lines: refs(&lines) }
    });
    renewals.collect()
}

/// A period was billed without this price, whose own time was over by then.
fn not_renewed(track: &[Entry<'_>], renewals: &[Renewal<'_>]) -> Vec<Setting> {
    let Some(price) = track.first().map(|entry| entry.price_id) else { return Vec::new() };
    let billed: Vec<&Entry<'_>> = track.iter().filter(|entry| entry.counts() && !entry.is_credit()).collect();
    let left = renewals.iter().filter(|renewal| {
        let before = billed.iter().filter(|entry| entry.period().start < renewal.at);
        let paid_until = before.map(|entry| entry.period().end).max();
        paid_until.is_some_and(|end| end <= renewal.at) && !renewal.prices.contains(price)
    });
    let settings = left.map(|renewal| {
        let cause = Cause::NotRenewed { lines: renewal.lines.clone() };
        Setting { at: renewal.at, strength: Strength::Zero, value_minor: 0, cause }
    });
    settings.collect()
}

fn by_start<'a>(
    entries: &[Entry<'a>],
    keep: impl Fn(&Entry<'a>) -> bool,
) -> BTreeMap<UnixSeconds, Vec<Entry<'a>>> {
    let mut groups: BTreeMap<UnixSeconds, Vec<Entry<'a>>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| keep(entry)) {
        groups.entry(entry.period().start).or_default().push(*entry);
    }
    groups
}

fn refs(entries: &[Entry<'_>]) -> Vec<LineRef> {
    entries.iter().map(Entry::line_ref).collect()
}

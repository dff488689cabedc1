//! The step function of one subscription: what each rule sets, and which rule wins where two speak of one instant.

use std::collections::{BTreeMap, BTreeSet};

use model::billing::{InvoiceLine, Subscription};
use model::{LedgerRules, SubscriptionId, UnixSeconds};
use rust_decimal::Decimal;

use super::amounts::tier_quantities;
use super::bills::{self, Bill, refs};
use super::entry::{Entry, Item};
use super::proration::{self, Beside};
use super::setting::{Setting, Strength, Track, track_of, zero};
use super::{Cause, Step, deltas, ending, lapses};

/// What the rules say of a subscription: of each price of each item, in order of time. The last of an instant holds.
#[derive(Debug, Default)]
pub(super) struct Timeline<'a> {
    tracks: BTreeMap<Track<'a>, Vec<(Item<'a>, Vec<Setting<'a>>)>>,
}

/// All changes of value of one subscription. `subscription` is `None` where only its lines are known.
pub(super) fn steps(
    id: &SubscriptionId,
    subscription: Option<&Subscription>,
    entries: &[Entry<'_>],
    rules: LedgerRules,
) -> Vec<Step> {
    Timeline::of(subscription, entries, rules).steps(id)
}

impl<'a> Timeline<'a> {
    pub(super) fn of(
        subscription: Option<&'a Subscription>,
        entries: &[Entry<'a>],
        rules: LedgerRules,
    ) -> Self {
        if deltas::speak(entries) {
            return deltas::timeline(subscription, entries, rules);
        }
        let mut items: BTreeMap<Item<'a>, Vec<Entry<'a>>> = BTreeMap::new();
        for entry in entries {
            items.entry(entry.item).or_default().push(*entry);
        }
        let end = subscription.and_then(|subscription| ending::end(subscription, entries, rules.churn_at));
        let mut timeline = Self::default();
        for (item, own) in &items {
            let settings = item_settings(*item, own, entries, subscription, rules);
            let prices: BTreeSet<Track<'a>> = own.iter().map(track_of).collect();
            for track in prices {
                let mut settings: Vec<Setting<'a>> =
                    settings.iter().filter(|setting| setting.track == track).cloned().collect();
                settings.sort_by_key(|setting| (setting.at, setting.strength));
                if let Some(end) = &end {
                    settings.retain(|setting| setting.at < end.at);
                    settings.push(zero(end.at, track, end.cause.clone()));
                }
                timeline.add(*item, track, settings);
            }
        }
        timeline
    }

    pub(super) fn add(&mut self, item: Item<'a>, track: Track<'a>, settings: Vec<Setting<'a>>) {
        self.tracks.entry(track).or_default().push((item, settings));
    }

    /// Only real changes.
    pub(super) fn steps(self, id: &SubscriptionId) -> Vec<Step> {
        let tracks = self.tracks.into_iter();
        tracks.flat_map(|(track, items)| differences(items, id, track)).collect()
    }

    /// Every instant from which on another setting holds.
    pub(super) fn instants(&self) -> impl Iterator<Item = UnixSeconds> {
        self.tracks.values().flatten().flat_map(|(_, settings)| settings.iter().map(|setting| setting.at))
    }

    /// What holds at an instant of each price of each item that anything holds of by then.
    pub(super) fn in_force(&self, at: UnixSeconds) -> impl Iterator<Item = (Item<'a>, &Setting<'a>)> {
        self.tracks.values().flatten().filter_map(move |(item, settings)| {
            let after = settings.partition_point(|setting| setting.at <= at);
            Some((*item, settings.get(after.checked_sub(1)?)?))
        })
    }
}

/// What each setting changes against the one before; of several at one instant the last and strongest holds. Items that
/// have the same price add up.
fn differences(
    items: Vec<(Item<'_>, Vec<Setting<'_>>)>,
    subscription: &SubscriptionId,
    track: Track<'_>,
) -> Vec<Step> {
    let mut changes: Vec<(UnixSeconds, i64, Cause)> = Vec::new();
    for (_, settings) in items {
        let mut in_force: Vec<Setting<'_>> = Vec::with_capacity(settings.len());
        for setting in settings {
            match in_force.last_mut() {
                Some(last) if last.at == setting.at => *last = setting,
                _ => in_force.push(setting),
            }
        }
        let mut before = 0;
        for setting in in_force {
            let delta_minor = setting.value_minor.saturating_sub(before);
            before = setting.value_minor;
            if delta_minor != 0 {
                changes.push((setting.at, delta_minor, setting.cause));
            }
        }
    }
    changes.sort_by_key(|(at, ..)| *at);
    let mut value_minor = 0_i64;
    let steps = changes.chunk_by(|a, b| a.0 == b.0).filter_map(|instant| {
        let delta_minor = instant.iter().fold(0_i64, |sum, (_, delta, _)| sum.saturating_add(*delta));
        value_minor = value_minor.saturating_add(delta_minor);
        let (at, _, cause) = instant.last()?;
        (delta_minor != 0).then(|| Step {
            at: *at,
            subscription: subscription.clone(),
            price: track.0.clone(),
            currency: track.1,
            value_minor,
            delta_minor,
            cause: cause.clone(),
        })
    });
    steps.collect()
}

/// What the rules say of one item, all its prices together.
fn item_settings<'a>(
    item: Item<'a>,
    own: &[Entry<'a>],
    entries: &[Entry<'a>],
    subscription: Option<&'a Subscription>,
    rules: LedgerRules,
) -> Vec<Setting<'a>> {
    let bills = bills::ordinary(own);
    let beside = Beside { subscription, entries, bills: &bills };
    let changes = Changes::of(own, beside);
    let mut settings: Vec<Setting<'a>> =
        bills.iter().filter(|bill| !bill.is_usage() || rules.include_metered).map(period).collect();
    settings.extend(changes.values);
    settings.extend(one_price(own, &bills, &changes.charged));
    settings.extend(lapses::of_item(item, own, entries, subscription));
    settings
}

/// A billed period: from its start on, or for usage from when it is known.
fn period<'a>(bill: &Bill<'a>) -> Setting<'a> {
    Setting {
        at: if bill.is_usage() { bill.end() } else { bill.start() },
        track: track_of(&bill.lines[0]),
        strength: Strength::Period,
        value_minor: bill.value_minor(),
        cause: Cause::Billed { lines: bill.refs() },
    }
}

/// Changes within a period: the remaining time at the new price or quantity, or its removal.
struct Changes<'a> {
    values: Vec<Setting<'a>>,
    /// What was charged for the rest of a period and not undone at once.
    charged: Vec<Bill<'a>>,
}

impl<'a> Changes<'a> {
    fn of(own: &[Entry<'a>], beside: Beside<'_, 'a>) -> Self {
        let mut changes = Self { values: Vec::new(), charged: Vec::new() };
        // A change at the very end of a period bills no time; the next period's own lines speak for it.
        let is_change = |e: &&Entry<'a>| e.counts() && e.line.is_proration && e.has_length();
        let mut instants: BTreeMap<UnixSeconds, BTreeMap<Track<'a>, Vec<Entry<'a>>>> = BTreeMap::new();
        for entry in own.iter().filter(is_change) {
            let tracks = instants.entry(entry.period().start).or_default();
            tracks.entry(track_of(entry)).or_default().push(*entry);
        }
        for (at, tracks) in instants {
            let mut removed: Vec<(Track<'a>, Vec<Entry<'a>>)> = Vec::new();
            let mut is_billed = beside.bills.iter().any(|bill| bill.start() == at);
            for (track, lines) in tracks {
                let (credits, charges) = remaining(&lines, beside);
                if !charges.is_empty() {
                    is_billed = true;
                    changes.charge(track, Bill { lines: charges }, beside);
                } else if !credits.is_empty() {
                    removed.push((track, credits));
                }
            }
            // Another line of the item that starts then says what it is worth.
            for (track, credits) in removed.into_iter().filter(|_| !is_billed) {
                let cause = Cause::Removed { lines: refs(&credits) };
                changes.values.push(Setting { at, track, strength: Strength::Zero, value_minor: 0, cause });
            }
        }
        changes
    }

    fn charge(&mut self, track: Track<'a>, bill: Bill<'a>, beside: Beside<'_, 'a>) {
        if let Some(prorated) = proration::value(&bill, beside) {
            let (valuation, beside) = (prorated.valuation, prorated.beside);
            self.values.push(Setting {
                at: bill.start(),
                track,
                strength: Strength::Change,
                value_minor: prorated.value_minor,
                cause: Cause::Prorated { lines: bill.refs(), valuation, beside },
            });
        }
        self.charged.push(bill);
    }
}

/// The credits and charges of one price that two changes within one second leave: those of the state between cancel each
/// other out.
fn remaining<'a>(lines: &[Entry<'a>], beside: Beside<'_, 'a>) -> (Vec<Entry<'a>>, Vec<Entry<'a>>) {
    let (credits, charges): (Vec<Entry<'a>>, Vec<Entry<'a>>) =
        lines.iter().copied().partition(Entry::is_credit);
    if is_one_state(&credits) && is_one_state(&charges) && quantity(&credits) != quantity(&charges) {
        return (credits, charges);
    }
    let (left_credits, left_charges) = without_undone(&credits, &charges);
    if left_charges.is_empty() || left_charges.len() == charges.len() {
        return (left_credits, left_charges);
    }
    // A graduated price bills a line per tier, and a tier that stays as it was looks as if it were undone.
    let is_exact = |lines: &[Entry<'a>]| {
        let prorated = proration::value(&Bill { lines: lines.to_vec() }, beside);
        prorated.is_some_and(|prorated| prorated.valuation != super::Valuation::ByAmount)
    };
    if !is_exact(&left_charges) && is_exact(&charges) {
        (credits, charges)
    } else {
        (left_credits, left_charges)
    }
}

/// Whether the lines are those of one quantity of a graduated price, one a tier.
fn is_one_state(lines: &[Entry<'_>]) -> bool {
    let tiers = lines.first().and_then(|line| tier_quantities(line.price, quantity(lines)));
    let mut quantities: Vec<Decimal> = lines.iter().map(|line| line.line.quantity).collect();
    quantities.sort();
    tiers.is_some_and(|mut tiers| {
        tiers.sort();
        tiers == quantities
    })
}

fn quantity(lines: &[Entry<'_>]) -> Decimal {
    lines.iter().map(|line| line.line.quantity).sum()
}

fn without_undone<'a>(credits: &[Entry<'a>], charges: &[Entry<'a>]) -> (Vec<Entry<'a>>, Vec<Entry<'a>>) {
    let mut left_charges = charges.to_vec();
    let mut left_credits = Vec::new();
    for credit in credits {
        let undone = left_charges.iter().position(|charge| {
            let same = |of: fn(&InvoiceLine) -> i64| of(charge.line).abs() == of(credit.line).abs();
            charge.line.quantity == credit.line.quantity
                && charge.line.amount_minor == -credit.line.amount_minor
                && same(|line| line.discount_minor)
        });
        match undone {
            Some(undone) => drop(left_charges.remove(undone)),
            None => left_credits.push(*credit),
        }
    }
    (left_credits, left_charges)
}

/// An item holds one price at a time: from a line of another price on, the earlier one is worth nothing.
fn one_price<'a>(own: &[Entry<'a>], bills: &[Bill<'a>], charged: &[Bill<'a>]) -> Vec<Setting<'a>> {
    let prices: BTreeSet<Track<'a>> = own.iter().map(track_of).collect();
    if prices.len() < 2 {
        return Vec::new();
    }
    let mut latest: BTreeMap<UnixSeconds, &Bill<'a>> = BTreeMap::new();
    let rank = |bill: &Bill<'a>| (!bill.is_ordinary(), bill.order());
    for bill in bills.iter().chain(charged) {
        let known = latest.entry(bill.start()).or_insert(bill);
        if rank(bill) > rank(known) {
            *known = bill;
        }
    }
    let gives_way = |(at, bill): (UnixSeconds, &Bill<'a>), track: Track<'a>| Setting {
        at,
        track,
        strength: Strength::GivesWay,
        value_minor: 0,
        cause: Cause::OtherPrice { lines: bill.refs() },
    };
    let pairs = latest.into_iter().flat_map(|(at, bill)| {
        let own = track_of(&bill.lines[0]);
        prices.iter().filter(move |track| **track != own).map(move |track| gives_way((at, bill), *track))
    });
    pairs.collect()
}

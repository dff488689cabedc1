//! Subscriptions whose changes are billed as differences: a period's bill sets the value of every price, and what is
//! billed within the period adds to it or takes from it. The lines say themselves which they do.

mod absent;
mod end;
mod made;
mod worth;

use std::collections::{BTreeMap, BTreeSet};

use model::billing::{LineEffect, Subscription};
use model::{InvoiceId, InvoiceLineId, LedgerRules, UnixSeconds};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::amounts::{IntervalMonths, full_price_in};
use super::bills::refs;
use super::entry::{Entry, Item};
use super::exact::Exact;
use super::setting::{Setting, Strength, Track, track_of, zero};
use super::subscription::Timeline;
use super::{Cause, LineRef, ending};

pub(super) use absent::billed_until;
pub(super) use end::service_end;
pub(super) use made::make_changes;
use worth::{Delta, Next, Worth};

/// Whether a subscription has lines of this kind. A provider writes only one.
pub(super) fn speak(entries: &[Entry<'_>]) -> bool {
    entries.iter().any(|entry| entry.line.effect != LineEffect::Whole)
}

/// What the rules say of the subscription.
pub(super) fn timeline<'a>(
    subscription: Option<&'a Subscription>,
    entries: &[Entry<'a>],
    rules: LedgerRules,
) -> Timeline<'a> {
    let periods = periods(entries);
    let mut events = events(entries, &periods);
    events.extend(absent::events(subscription, entries, &periods));
    events.sort_by(|a, b| a.order.cmp(&b.order));
    let mut walk = Walk { periods: &periods, ..Walk::default() };
    for ValueEvent { order, what } in events {
        walk.take(order.at, what);
    }
    let end = subscription.and_then(|known| ending::end(known, entries, rules.churn_at));
    let tracks: BTreeSet<Track<'a>> = entries.iter().map(track_of).collect();
    let mut timeline = Timeline::default();
    for track in tracks {
        let mut settings = walk.settings.remove(&track).unwrap_or_default();
        if let Some(end) = &end {
            settings.retain(|setting| setting.at < end.at);
            settings.push(zero(end.at, track, end.cause.clone()));
        }
        timeline.add(Item::Priced(track.0), track, settings);
    }
    timeline
}

/// In the order in which things happen. At one instant what ends comes before what begins, then the older invoice, and of
/// one invoice what changed the period before comes before the new period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Order<'a> {
    at: UnixSeconds,
    begins: bool,
    billed_at: Option<UnixSeconds>,
    invoice: Option<&'a InvoiceId>,
    sets: bool,
    line: Option<&'a InvoiceLineId>,
}

impl<'a> Order<'a> {
    fn ends(at: UnixSeconds) -> Self {
        Self { at, begins: false, billed_at: None, invoice: None, sets: false, line: None }
    }

    fn of(entry: &Entry<'a>) -> Self {
        let invoice = entry.invoice;
        Self {
            at: entry.period().start,
            begins: entry.line.effect != LineEffect::Removes,
            billed_at: invoice.map(|invoice| invoice.created_at),
            invoice: invoice.map(|invoice| &invoice.id),
            sets: entry.line.effect == LineEffect::Sets,
            line: Some(&entry.line.id),
        }
    }
}

struct ValueEvent<'a> {
    order: Order<'a>,
    what: What<'a>,
}

enum What<'a> {
    /// All prices are worth nothing.
    Rest(Cause),
    /// What was in force before the last rest is again.
    Resume,
    /// One price is worth nothing.
    Remove(Vec<Entry<'a>>),
    /// Of one price, on one invoice, for one share.
    Add(Vec<Entry<'a>>, Decimal),
    Replace(Vec<Entry<'a>>, Decimal),
    /// All lines of a period.
    Set(Period<'a>),
}

/// What one invoice bills for a whole period.
#[derive(Debug, Clone)]
struct Period<'a> {
    start: UnixSeconds,
    lines: Vec<Entry<'a>>,
}

impl<'a> Period<'a> {
    fn by_track(&self) -> BTreeMap<Track<'a>, Vec<Entry<'a>>> {
        let mut tracks: BTreeMap<Track<'a>, Vec<Entry<'a>>> = BTreeMap::new();
        for entry in &self.lines {
            tracks.entry(track_of(entry)).or_default().push(*entry);
        }
        tracks
    }
}

/// The bills of whole periods that count, in their order.
fn periods<'a>(entries: &[Entry<'a>]) -> Vec<Period<'a>> {
    type Key<'a> = (UnixSeconds, Option<UnixSeconds>, Option<&'a InvoiceId>);
    let mut periods: BTreeMap<Key<'a>, Vec<Entry<'a>>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.counts() && entry.line.effect == LineEffect::Sets) {
        let order = Order::of(entry);
        periods.entry((order.at, order.billed_at, order.invoice)).or_default().push(*entry);
    }
    periods.into_iter().map(|((start, ..), lines)| Period { start, lines }).collect()
}

fn events<'a>(entries: &[Entry<'a>], periods: &[Period<'a>]) -> Vec<ValueEvent<'a>> {
    let set = |period: &Period<'a>| {
        Some(ValueEvent { order: Order::of(period.lines.first()?), what: What::Set(period.clone()) })
    };
    let mut events: Vec<ValueEvent<'a>> = periods.iter().filter_map(set).collect();
    // What one change bills of one price may be several lines.
    type Key<'a> = (UnixSeconds, UnixSeconds, Option<&'a InvoiceId>, Track<'a>, u8, Decimal);
    let mut changes: BTreeMap<Key<'a>, Vec<Entry<'a>>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.counts()) {
        let (kind, share) = match entry.line.effect {
            LineEffect::Adds { share } => (0, share),
            LineEffect::Replaces { share } => (1, share),
            LineEffect::Removes if !is_replaced(entry, entries) => (2, Decimal::ONE),
            _ => continue,
        };
        let (period, invoice) = (entry.period(), entry.invoice.map(|invoice| &invoice.id));
        let key = (period.start, period.end, invoice, track_of(entry), kind, share.normalize());
        changes.entry(key).or_default().push(*entry);
    }
    events.extend(changes.into_iter().filter_map(|((.., kind, share), lines)| {
        let order = Order::of(lines.first()?);
        let what = match kind {
            0 => What::Add(lines, share),
            1 => What::Replace(lines, share),
            _ => What::Remove(lines),
        };
        Some(ValueEvent { order, what })
    }));
    events
}

/// The times of what one change writes differ by no more than this.
const SAME_CHANGE_S: u64 = 60;

/// Whether the price that is given back is billed again by the same change.
fn is_replaced(removed: &Entry<'_>, entries: &[Entry<'_>]) -> bool {
    entries.iter().any(|entry| {
        entry.counts()
            && entry.line.effect != LineEffect::Removes
            && track_of(entry) == track_of(removed)
            && entry.period().start.0.abs_diff(removed.period().start.0) <= SAME_CHANGE_S
    })
}

/// One step after the other.
#[derive(Default)]
struct Walk<'w, 'a> {
    periods: &'w [Period<'a>],
    worths: BTreeMap<Track<'a>, (Worth, IntervalMonths)>,
    /// What was in force before the last rest.
    before_rest: BTreeMap<Track<'a>, (Worth, IntervalMonths)>,
    settings: BTreeMap<Track<'a>, Vec<Setting<'a>>>,
}

impl<'a> Walk<'_, 'a> {
    fn take(&mut self, at: UnixSeconds, what: What<'a>) {
        match what {
            What::Rest(cause) => {
                let worths = std::mem::take(&mut self.worths);
                let is_there = |(worth, _): &(Worth, IntervalMonths)| *worth != Worth::default();
                for (track, (_, months)) in worths.iter().filter(|(_, worth)| is_there(worth)) {
                    self.put(at, *track, Worth::default(), *months, cause.clone());
                }
                if worths.values().any(is_there) {
                    self.before_rest = worths;
                }
            }
            What::Resume => {
                for (track, (worth, months)) in std::mem::take(&mut self.before_rest) {
                    self.put(at, track, worth, months, Cause::Resumed);
                }
            }
            What::Remove(lines) => {
                let cause = Cause::Removed { lines: refs(&lines) };
                self.put(at, track_of(&lines[0]), Worth::default(), lines[0].months, cause);
            }
            What::Replace(lines, share) => self.replace(at, &lines, share),
            What::Add(lines, share) => self.add(at, &lines, share),
            What::Set(period) => self.set(at, &period),
        }
    }

    fn set(&mut self, at: UnixSeconds, period: &Period<'a>) {
        let tracks = period.by_track();
        let gone: Vec<(Track<'a>, IntervalMonths)> = self
            .worths
            .iter()
            .filter(|(track, (worth, _))| !tracks.contains_key(*track) && *worth != Worth::default())
            .map(|(track, (_, months))| (*track, *months))
            .collect();
        for (track, months) in gone {
            let cause = Cause::NotRenewed { lines: refs(&period.lines) };
            self.put(at, track, Worth::default(), months, cause);
        }
        for (track, lines) in tracks {
            let worth = Worth { whole: Exact::whole(net_minor(&lines)), quantity: quantity(&lines) };
            self.put(at, track, worth, lines[0].months, Cause::Billed { lines: refs(&lines) });
        }
    }

    fn replace(&mut self, at: UnixSeconds, lines: &[Entry<'a>], share: Decimal) {
        // As a change from nothing.
        self.worths.remove(&track_of(&lines[0]));
        self.add(at, lines, share);
    }

    fn add(&mut self, at: UnixSeconds, lines: &[Entry<'a>], share: Decimal) {
        let (first, track) = (&lines[0], track_of(&lines[0]));
        let before = self.worths.get(&track).map(|(worth, _)| *worth).unwrap_or_default();
        let quantity = quantity(lines);
        let delta = Delta {
            net: Exact::whole(net_minor(lines)),
            subtotal: Exact::whole(sum(lines, |entry| entry.line.amount_minor)),
            quantity,
            share: Exact::decimal(share),
            list_price: full_price_in(first.price, first.line.currency, quantity).map(|full| full.exactly()),
        };
        let (next, beside) = self.next_alike(at, track, before.quantity + quantity).unzip();
        let (worth, valuation) = worth::after(before, &delta, next);
        let beside = match valuation {
            super::ChangeValuation::ByNextBill => beside.unwrap_or_default(),
            _ => Vec::new(),
        };
        let cause = if worth == Worth::default() {
            Cause::Removed { lines: refs(lines) }
        } else {
            let quantity = worth.quantity.to_i64().unwrap_or(0);
            Cause::Changed { lines: refs(lines), quantity, valuation, beside }
        };
        self.put(at, track, worth, first.months, cause);
    }

    /// The next bill of a price with this quantity.
    fn next_alike(&self, at: UnixSeconds, track: Track<'a>, wanted: Decimal) -> Option<(Next, Vec<LineRef>)> {
        let later = self.periods.iter().filter(|period| period.start > at);
        let mut bills = later.filter_map(|period| period.by_track().remove(&track));
        let next = bills.find(|lines| quantity(lines) == wanted)?;
        Some((Next { whole: Exact::whole(net_minor(&next)) }, refs(&next)))
    }

    fn put(&mut self, at: UnixSeconds, track: Track<'a>, worth: Worth, months: IntervalMonths, cause: Cause) {
        self.worths.insert(track, (worth, months));
        let value_minor = months.per_month_exactly(worth.whole);
        let setting = Setting { at, track, strength: Strength::Period, value_minor, cause };
        self.settings.entry(track).or_default().push(setting);
    }
}

fn net_minor(lines: &[Entry<'_>]) -> i64 {
    sum(lines, |entry| entry.line.amount_minor.saturating_sub(entry.line.discount_minor))
}

fn sum(lines: &[Entry<'_>], of: fn(&Entry<'_>) -> i64) -> i64 {
    lines.iter().fold(0, |sum, entry| sum.saturating_add(of(entry)))
}

fn quantity(lines: &[Entry<'_>]) -> Decimal {
    lines.iter().map(|entry| entry.line.quantity).sum()
}

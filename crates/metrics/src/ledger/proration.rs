//! What a change within a period is worth: the full price of the new quantity, less the discount and the tax that are in
//! what was billed for the rest of the period.

use jiff::ToSpan;
use model::UnixSeconds;
use model::billing::{BillingInterval, Period, Recurrence, Subscription};

use super::amounts::{Picos, Ratio, full_price_in, inclusive_tax_minor, tax_like};
use super::bills::Bill;
use super::entry::Entry;
use super::{LineRef, Valuation};

const DAY_S: i64 = 86_400;
/// A share of less says too little of the whole: a discount of a third of two cents is a cent.
const TELLING_SHARE: i64 = 100;

/// The value per month of what bills the remaining time of one price from one instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prorated {
    pub value_minor: i64,
    pub valuation: Valuation,
    /// Other bills that it was read from.
    pub beside: Vec<LineRef>,
}

/// What else was billed, which tells what is in a share.
#[derive(Clone, Copy)]
pub(super) struct Beside<'b, 'a> {
    pub subscription: Option<&'a Subscription>,
    /// Of the whole subscription.
    pub entries: &'b [Entry<'a>],
    /// Of the item.
    pub bills: &'b [Bill<'a>],
}

/// `change` bills the rest of a period and gives nothing back.
pub(super) fn value(change: &Bill<'_>, beside: Beside<'_, '_>) -> Option<Prorated> {
    let spans = spans(change, beside);
    if change.amount_minor() == 0 && beside.is_in_trial(change) && !spans.is_empty() {
        return Some(Prorated { value_minor: 0, valuation: Valuation::ByAmount, beside: Vec::new() });
    }
    let whole_periods = beside.whole_periods(change, &spans);
    let exact = whole_periods.iter().position(|reading| reading.valuation != Valuation::ByAmount);
    let chosen = whole_periods.get(exact.unwrap_or(0))?;
    let own_minor = change.lines[0].months.per_month(chosen.net);

    // Of a share that is not exact any span may be meant, unless the next bill says which.
    let open = if exact.is_some() { std::slice::from_ref(chosen) } else { &whole_periods[..] };
    let next = beside.next_alike(change).filter(|next| {
        let billed = Picos::of_minor(next.net_minor());
        open.iter().any(|reading| reading.net.distance(billed) <= rounding(change, reading.span))
    });
    let (value_minor, next_bill) = match next {
        Some(next) if next.value_minor() != own_minor => (next.value_minor(), next.refs()),
        _ => (own_minor, chosen.beside.clone()),
    };
    Some(Prorated { value_minor, valuation: chosen.valuation, beside: next_bill })
}

/// What a share says of the whole, if it is this part of it.
struct WholePeriod {
    span: Ratio,
    /// For a whole interval, without discount and tax.
    net: Picos,
    valuation: Valuation,
    beside: Vec<LineRef>,
}

impl<'b, 'a> Beside<'b, 'a> {
    /// Whether a change is made in time that costs nothing, whatever its price: the trial that is known of the subscription,
    /// or an earlier one, which billed 0 for a price that is above 0.
    fn is_in_trial(self, change: &Bill<'_>) -> bool {
        let at = change.start();
        let is_within = |period: Period| period.start <= at && at < period.end;
        let is_free = |entry: &Entry<'_>| {
            let line = entry.line;
            let full = full_price_in(entry.price, line.currency, line.quantity);
            line.amount_minor == 0 && full.is_some_and(|full| full > Picos::of_minor(0))
        };
        let billed = self.entries.iter().filter(|entry| entry.is_ordinary() && !entry.is_usage());
        self.subscription.and_then(|known| known.trial).is_some_and(is_within)
            || billed.filter(|entry| is_within(entry.period())).any(is_free)
    }

    /// One for each span; of a share that is too small to tell only that which another bill tells, unless the share itemizes
    /// another discount.
    fn whole_periods(self, change: &Bill<'_>, spans: &[Ratio]) -> Vec<WholePeriod> {
        let Some(likeliest) = spans.first() else { return Vec::new() };
        let full = self.full_price_of(change);
        if let Some(full) = full
            && full.times(*likeliest) < Picos::of_minor(TELLING_SHARE)
            && let Some((bill, left)) = self.proportion_of_a_bill(change)
            && may_leave(change, left)
        {
            let discounted = full.times(left);
            let net = discounted.minus(Picos::of_minor(self.tax_of(change, discounted)));
            let (valuation, beside) = match bill.discount_minor() {
                0 => (Valuation::FullPrice, Vec::new()),
                _ => (Valuation::ByOtherBill, bill.refs()),
            };
            return vec![WholePeriod { span: *likeliest, net, valuation, beside }];
        }
        spans.iter().map(|span| self.read(change, full, *span)).collect()
    }

    fn read(self, change: &Bill<'_>, full: Option<Picos>, span: Ratio) -> WholePeriod {
        let amount = Picos::of_minor(change.amount_minor());
        let itemized = change.proportion().filter(|_| change.discount_minor() != 0);
        // A graduated price bills a line per tier, each rounded by itself.
        let lines = i64::try_from(change.lines.len()).unwrap_or(i64::MAX);
        let is_share = |full: &Picos| amount.distance(full.times(span)) <= Picos::of_minor(lines);
        let (whole, valuation) = match (full.filter(is_share), itemized) {
            (Some(full), None) => (full, Valuation::FullPrice),
            (Some(full), Some(_)) => (full, Valuation::Itemized),
            (None, _) => (amount.times(span.inverse()), Valuation::ByAmount),
        };
        let discounted = whole.times(itemized.unwrap_or(Ratio::WHOLE));
        let net = discounted.minus(Picos::of_minor(self.tax_of(change, discounted)));
        WholePeriod { span, net, valuation, beside: Vec::new() }
    }

    /// The tax that is inside an amount for a whole interval, rounded once.
    fn tax_of(self, change: &Bill<'_>, discounted: Picos) -> i64 {
        let (billed_minor, tax_minor) = (change.discounted_minor(), change.tax_minor());
        let first = &change.lines[0];
        let is_pending = first.invoice.is_none();
        let percent = first.line.inclusive_tax_percent.or(first.subscription_tax_percent);
        let alike = |bill: &&Bill<'_>| bill.discounted_minor() > 0 && bill.tax_minor() > 0;
        let taxed = || self.nearest_bills(change).into_iter().find(alike);
        let tax_at_rate = |amount_minor: i64| match percent {
            Some(percent) => Some(inclusive_tax_minor(amount_minor, percent, change.currency())),
            None => taxed().map(|bill| {
                let known = Ratio { by: bill.tax_minor(), of: bill.discounted_minor() };
                tax_like(known, Picos::of_minor(amount_minor), change.currency())
            }),
        };
        // A bill says its tax, and a pending item does not yet; but of a small share even a bill may say nothing.
        let fits = tax_at_rate(billed_minor).is_some_and(|at_rate| (at_rate - tax_minor).abs() <= 1);
        // The larger amount says a rate that nobody states more exactly.
        let is_finer =
            percent.is_some() || taxed().is_some_and(|bill| bill.discounted_minor() >= billed_minor);
        if is_pending && tax_minor == 0 || fits && is_finer {
            return tax_at_rate(discounted.to_minor()).unwrap_or(0);
        }
        if billed_minor == 0 {
            return 0;
        }
        tax_like(Ratio { by: tax_minor, of: billed_minor }, discounted, change.currency())
    }

    /// The full price of the change's quantity; where the price does not say it, what a period of it was billed at.
    fn full_price_of(self, change: &Bill<'_>) -> Option<Picos> {
        let known = full_price_in(change.lines[0].price, change.currency(), change.quantity());
        known.or_else(|| {
            let alike = |bill: &&Bill<'_>| is_alike(bill, change) && bill.amount_minor() > 0;
            let billed = self.nearest_bills(change).into_iter().find(alike)?;
            Some(Picos::of_minor(billed.amount_minor()))
        })
    }

    /// The next ordinary bill of the same price and quantity.
    fn next_alike(self, change: &Bill<'_>) -> Option<&'b Bill<'a>> {
        self.bills
            .iter()
            .find(|bill| bill.start() > change.start() && !bill.is_usage() && is_alike(bill, change))
    }

    /// Of an ordinary bill of the item what its discounts leave: one of the same price and quantity, else the one before,
    /// else the one after.
    fn proportion_of_a_bill(self, change: &Bill<'_>) -> Option<(&'b Bill<'a>, Ratio)> {
        self.nearest_bills(change).into_iter().find_map(|bill| Some((bill, bill.proportion()?)))
    }

    fn nearest_bills(self, change: &Bill<'_>) -> Vec<&'b Bill<'a>> {
        let at = change.start();
        let before = || self.bills.iter().rev().filter(|bill| bill.start() <= at && !bill.is_usage());
        let after = || self.bills.iter().filter(|bill| bill.start() > at && !bill.is_usage());
        let alike = after().chain(before()).filter(|bill| is_alike(bill, change));
        alike.chain(before()).chain(after()).collect()
    }
}

fn is_alike(bill: &Bill<'_>, change: &Bill<'_>) -> bool {
    bill.price() == change.price()
        && bill.currency() == change.currency()
        && bill.quantity() == change.quantity()
}

/// Whether what a share itemizes can be a discount that leaves such a part, up to rounding. Where it itemizes nothing, any can.
fn may_leave(change: &Bill<'_>, left: Ratio) -> bool {
    let discounted = Picos::of_minor(change.amount_minor()).times(left);
    change.discount_minor() == 0
        || discounted.distance(Picos::of_minor(change.discounted_minor())) <= Picos::ONE_MINOR
}

/// How far rounding a share can move the whole: a minor unit a unit, or half a unit of the share as often as it goes into
/// the whole.
fn rounding(change: &Bill<'_>, span: Ratio) -> Picos {
    let units: i64 = change.quantity().abs().ceil().try_into().unwrap_or(i64::MAX);
    let half = Picos::ONE_MINOR.times(Ratio { by: span.of, of: span.by.saturating_mul(2) });
    Picos::of_minor(units.max(1)).max(half)
}

/// Which part of a whole interval was billed, as far as the line can mean it; the likeliest first.
///
/// Only its two ends are on the line. Months differ in length and an anchor on the 31st moves the start of a period, so
/// what was billed for the same period says most, then the subscription itself, then the calendar.
fn spans(change: &Bill<'_>, beside: Beside<'_, '_>) -> Vec<Ratio> {
    let Period { start, end } = change.period();
    let part_s = end.0.saturating_sub(start.0);
    if part_s <= 0 {
        return Vec::new();
    }
    let recurrence = change.lines[0].recurrence;
    let mut spans: Vec<Ratio> = Vec::new();
    let mut add = |by: Option<i64>, of: i64| {
        if let Some(by) = by.filter(|by| *by > 0 && of > 0)
            && !spans.contains(&Ratio { by, of })
        {
            spans.push(Ratio { by, of });
        }
    };
    let length = |period: &Period| period.end.0.saturating_sub(period.start.0);

    let billed: Vec<Period> =
        beside.entries.iter().filter(|entry| entry.is_ordinary()).map(Entry::period).collect();
    let items = beside.subscription.map(|known| known.items.as_slice()).unwrap_or_default();
    let running = items.iter().filter_map(|item| item.current_period);
    let ends_with_it =
        |period: &Period| period.end == end && period.start <= start && period.start < period.end;
    let known: Vec<Period> = billed.into_iter().chain(running).filter(ends_with_it).collect();
    for whole in known.iter().filter(|whole| is_plausible(length(whole), recurrence)) {
        add(Some(part_s), length(whole));
    }
    let anchor = beside.subscription.and_then(|known| known.billing_cycle_anchor);
    let anchored = anchor.and_then(|anchor| anchored_start(anchor, recurrence, end));
    let before_end = step(end, recurrence, -1);
    for from in anchored.into_iter().chain(before_end) {
        add(Some(part_s), end.0.saturating_sub(from.0));
    }
    if let Some(to) = step(start, recurrence, 1) {
        add(Some(part_s), to.0.saturating_sub(start.0));
    }
    for whole in &known {
        add(Some(part_s), length(whole));
    }
    if part_s > typical_length_s(recurrence) {
        for (intervals, rest_s, whole_s) in longer(start, end, recurrence) {
            add(intervals.checked_mul(whole_s).and_then(|whole| whole.checked_add(rest_s)), whole_s);
        }
    }
    spans
}

/// Of a line that is longer than an interval: whole intervals and a rest, counted from its start and from its end.
fn longer(start: UnixSeconds, end: UnixSeconds, recurrence: Recurrence) -> Vec<(i64, i64, i64)> {
    let part_s = end.0.saturating_sub(start.0);
    let most = part_s / typical_length_s(recurrence) + 2;
    let mut found = Vec::new();
    let from_start = (1..=most)
        .rev()
        .find_map(|count| step(start, recurrence, count).filter(|at| at.0 <= end.0).map(|at| (count, at)));
    if let Some((count, at)) = from_start {
        let rest_s = end.0.saturating_sub(at.0);
        // The rest lies in the interval that begins with it, or in the one that ends with the line.
        for whole in [
            step(at, recurrence, 1).map(|to| to.0 - at.0),
            step(end, recurrence, -1).map(|from| end.0 - from.0),
        ] {
            found.extend(whole.filter(|whole| *whole > 0).map(|whole_s| (count, rest_s, whole_s)));
        }
    }
    let from_end = (1..=most)
        .rev()
        .find_map(|count| step(end, recurrence, -count).filter(|at| at.0 >= start.0).map(|at| (count, at)));
    if let Some((count, at)) = from_end {
        let rest_s = at.0.saturating_sub(start.0);
        for whole in [
            step(at, recurrence, -1).map(|from| at.0 - from.0),
            step(start, recurrence, 1).map(|to| to.0 - start.0),
        ] {
            found.extend(whole.filter(|whole| *whole > 0).map(|whole_s| (count, rest_s, whole_s)));
        }
    }
    found
}

/// Where the period that ends at `end` began, when periods are counted from the anchor as billing does: from the
/// anchored day of the month, not from the last day it was clamped to.
fn anchored_start(anchor: UnixSeconds, recurrence: Recurrence, end: UnixSeconds) -> Option<UnixSeconds> {
    let length_s = typical_length_s(recurrence);
    let guess = end.0.checked_sub(anchor.0)?.checked_div(length_s)?;
    let count = (guess - 1..=guess + 1)
        .find(|count| step(anchor, recurrence, *count).is_some_and(|at| at.0.abs_diff(end.0) <= 3600))?;
    step(anchor, recurrence, count - 1)
}

/// `count` intervals after an instant in UTC, whose days billing counts in.
pub(super) fn step(at: UnixSeconds, recurrence: Recurrence, count: i64) -> Option<UnixSeconds> {
    let units = i64::from(recurrence.interval_count.max(1)).checked_mul(count)?;
    if units.unsigned_abs() > 100_000 {
        return None;
    }
    let span = match recurrence.interval {
        BillingInterval::Day => units.days(),
        BillingInterval::Week => units.checked_mul(7)?.days(),
        BillingInterval::Month => units.months(),
        BillingInterval::Year => {
            i32::try_from(units).ok().filter(|years| years.unsigned_abs() < 10_000)?.years()
        }
    };
    let zoned = at.timestamp().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    zoned.checked_add(span).ok().map(|zoned| UnixSeconds(zoned.timestamp().as_second()))
}

fn typical_length_s(recurrence: Recurrence) -> i64 {
    let unit_s = match recurrence.interval {
        BillingInterval::Day => DAY_S,
        BillingInterval::Week => 7 * DAY_S,
        BillingInterval::Month => 2_629_746, // a twelfth of the mean Gregorian year
        BillingInterval::Year => 31_556_952,
    };
    unit_s.saturating_mul(i64::from(recurrence.interval_count.max(1)))
}

/// Whether a stretch can be one period of the interval: months are three days longer or shorter than the mean.
fn is_plausible(length_s: i64, recurrence: Recurrence) -> bool {
    let slack_s = match recurrence.interval {
        BillingInterval::Day | BillingInterval::Week => 2 * 3600,
        BillingInterval::Month | BillingInterval::Year => 4 * DAY_S,
    };
    length_s > 0 && (length_s - typical_length_s(recurrence)).abs() <= slack_s
}

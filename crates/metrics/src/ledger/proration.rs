//! What a change within a period is worth: the full price of the new quantity, less the discount and the tax that are in
//! what was billed for the rest of the period.

use jiff::ToSpan;
use model::UnixSeconds;
use model::billing::{BillingInterval, Period, Recurrence, Subscription};

use super::amounts::{Picos, Ratio, full_price_in, inclusive_tax_minor};
use super::bills::Bill;
use super::lines::Entry;
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
    let likeliest = *spans.first()?;
    let full = beside.full_price_of(change);
    let amount = Picos::of_minor(change.amount_minor());

    // Every span that could be meant, the likeliest first: as long as the next bill does not say which it was.
    let mut readings = spans.iter().map(|span| beside.read(change, full, *span));
    let first = readings.next()?;
    let as_billed_next = beside.next_alike(change).and_then(|next| {
        let is_dust = |reading: &Reading, span: Ratio| {
            let net = Picos::of_minor(next.net_minor());
            reading.net.distance(net) <= rounding(change, span)
        };
        let others = readings
            .zip(&spans[1..])
            .any(|(reading, span)| first.valuation == Valuation::ByAmount && is_dust(&reading, *span));
        (is_dust(&first, likeliest) || others).then_some(next)
    });
    let share = full.map_or(amount, |full| full.times(likeliest));
    debug_assert!(share >= Picos::default() || amount < Picos::default());
    Some(match as_billed_next {
        Some(next) => Prorated {
            value_minor: next.value_minor(),
            valuation: first.valuation,
            beside: if next.value_minor() == change.lines[0].months.per_month(first.net) {
                first.beside
            } else {
                next.refs()
            },
        },
        None => Prorated {
            value_minor: change.lines[0].months.per_month(first.net),
            valuation: first.valuation,
            beside: first.beside,
        },
    })
}

/// What a share says of the whole, if the whole is as long as was assumed.
struct Reading {
    /// For a whole interval, without discount and tax.
    net: Picos,
    valuation: Valuation,
    beside: Vec<LineRef>,
}

impl<'b, 'a> Beside<'b, 'a> {
    fn read(self, change: &Bill<'_>, full: Option<Picos>, span: Ratio) -> Reading {
        let amount = Picos::of_minor(change.amount_minor());
        let scaled = amount.times(span.inverse());
        let itemized = Some(change.proportion()).flatten().filter(|_| change.discount_minor() != 0);
        let Some(full) = full else {
            let discounted = scaled.times(itemized.unwrap_or(Ratio::WHOLE));
            return self.taxed(change, discounted, Valuation::ByAmount, Vec::new());
        };
        let share = full.times(span);
        let is_telling = share >= Picos::of_minor(TELLING_SHARE);
        if !is_telling && let Some((bill, proportion)) = self.proportion_of_a_bill(change) {
            let valuation =
                if bill.discount_minor() == 0 { Valuation::FullPrice } else { Valuation::ByOtherBill };
            let beside = if bill.discount_minor() == 0 { Vec::new() } else { bill.refs() };
            return self.taxed(change, full.times(proportion), valuation, beside);
        }
        let lines = i64::try_from(change.lines.len()).unwrap_or(i64::MAX);
        let is_exact = amount.distance(share) <= Picos::of_minor(lines);
        match (is_exact, itemized) {
            (true, None) => self.taxed(change, full, Valuation::FullPrice, Vec::new()),
            (true, Some(left)) => self.taxed(change, full.times(left), Valuation::Itemized, Vec::new()),
            (false, left) => {
                let discounted = scaled.times(left.unwrap_or(Ratio::WHOLE));
                self.taxed(change, discounted, Valuation::ByAmount, Vec::new())
            }
        }
    }

    /// Without the tax that is inside, rounded once. Amounts as of a whole interval.
    fn taxed(
        self,
        change: &Bill<'_>,
        discounted: Picos,
        valuation: Valuation,
        beside: Vec<LineRef>,
    ) -> Reading {
        let tax_minor = self.tax_of(change, discounted);
        Reading { net: discounted.minus(Picos::of_minor(tax_minor)), valuation, beside }
    }

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
                let rate = Ratio { by: bill.tax_minor(), of: bill.discounted_minor() };
                Picos::of_minor(amount_minor).times(rate).to_minor()
            }),
        };
        // A bill says its tax, and a pending item does not yet; but of a small share even a bill may say nothing.
        let fits = tax_at_rate(billed_minor).is_some_and(|at_rate| (at_rate - tax_minor).abs() <= 1);
        if is_pending && tax_minor == 0 || fits {
            return tax_at_rate(discounted.to_minor()).unwrap_or(0);
        }
        if billed_minor == 0 {
            return 0;
        }
        discounted.times(Ratio { by: tax_minor, of: billed_minor }).to_minor()
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
fn step(at: UnixSeconds, recurrence: Recurrence, count: i64) -> Option<UnixSeconds> {
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

pub(super) fn typical_length_s(recurrence: Recurrence) -> i64 {
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

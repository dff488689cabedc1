//! What a change within a period is worth: the full price of the new quantity, unless the billed amount shows that a
//! discount is in it.

use jiff::ToSpan;
use model::UnixSeconds;
use model::billing::{BillingInterval, Period, Recurrence, Subscription};
use rust_decimal::Decimal;

use super::amounts::{full_price_picos, is_exact_share};
use super::lines::Entry;

const DAY_S: i64 = 86_400;

/// The value per month of the lines that bill the remaining time of one price from one instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prorated {
    pub value_minor: i64,
    /// The amount was not the exact share of the full price, so the value follows the amount.
    pub is_scaled: bool,
}

/// `lines` share price, currency and period start, and none is a credit. A graduated price may bill a line a tier, so
/// quantities and amounts are taken together.
pub(super) fn value(
    lines: &[Entry<'_>],
    subscription: Option<&Subscription>,
    siblings: &[Entry<'_>],
) -> Option<Prorated> {
    let longest = lines.iter().max_by_key(|entry| entry.period().end)?;
    let period = longest.period();
    let part_s = period.end.0.saturating_sub(period.start.0);
    if part_s <= 0 {
        return None;
    }
    let amount_minor = lines.iter().fold(0_i64, |sum, entry| sum.saturating_add(entry.net_minor()));
    let quantity: Decimal = lines.iter().map(|entry| entry.line.quantity).sum();
    let wholes = whole_periods(longest, subscription, siblings);

    if let Some(price_picos) = full_price_picos(longest.price, quantity) {
        let is_exact = |whole_s: &i64| is_exact_share(amount_minor, price_picos, part_s, *whole_s);
        if wholes.iter().any(is_exact) {
            return Some(Prorated {
                value_minor: longest.months.price_per_month(price_picos),
                is_scaled: false,
            });
        }
    }
    let whole_s = wholes.first().copied().unwrap_or(part_s);
    Some(Prorated {
        value_minor: longest.months.scaled_per_month(amount_minor, whole_s, part_s),
        is_scaled: true,
    })
}

/// How long, in seconds, the whole period can be whose rest was billed; the likeliest first.
///
/// Only its end is on the line. Months differ in length and an anchor on the 31st moves the start of a period, so what
/// was billed for the same period says most, then the subscription itself, then the calendar.
fn whole_periods(entry: &Entry<'_>, subscription: Option<&Subscription>, siblings: &[Entry<'_>]) -> Vec<i64> {
    let Period { start, end } = entry.period();
    let billed = siblings.iter().filter(|sibling| sibling.is_ordinary()).map(Entry::period);
    let items = subscription.map(|subscription| subscription.items.as_slice()).unwrap_or_default();
    let running = items.iter().filter_map(|item| item.current_period);
    let known = billed.chain(running).filter(|period| period.end == end && period.start <= start);
    let anchored = subscription.and_then(|subscription| subscription.billing_cycle_anchor);
    let anchored = anchored.and_then(|anchor| anchored_start(anchor, entry.recurrence, end));
    let calendar = step_back(end, entry.recurrence, 1);

    let starts = known.map(|period| period.start).chain(anchored).chain(calendar);
    let mut lengths: Vec<i64> = Vec::new();
    for length_s in starts.map(|start| end.0.saturating_sub(start.0)) {
        if is_plausible(length_s, entry.recurrence) && !lengths.contains(&length_s) {
            lengths.push(length_s);
        }
    }
    lengths
}

/// Where the period that ends at `end` began, when periods are counted from the anchor as billing does: from the
/// anchored day of the month, not from the last day it was clamped to.
fn anchored_start(anchor: UnixSeconds, recurrence: Recurrence, end: UnixSeconds) -> Option<UnixSeconds> {
    let length_s = typical_length_s(recurrence);
    let guess = end.0.checked_sub(anchor.0)?.checked_div(length_s)?;
    let count = (guess - 1..=guess + 1)
        .find(|count| step_back(anchor, recurrence, -count).is_some_and(|at| at.0.abs_diff(end.0) <= 3600))?;
    step_back(anchor, recurrence, 1 - count)
}

/// `count` intervals before an instant in UTC, whose days billing counts in.
fn step_back(at: UnixSeconds, recurrence: Recurrence, count: i64) -> Option<UnixSeconds> {
    let units = i64::from(recurrence.interval_count).checked_mul(count)?;
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
    zoned.checked_sub(span).ok().map(|zoned| UnixSeconds(zoned.timestamp().as_second()))
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

//! Billing dates. Periods are counted from the anchor, so that an anchor on the 31st comes back to the 31st after a
//! shorter month ("Billing cycle anchor" in Stripe's documentation).

use jiff::Span;
use model::Day;
use model::billing::{BillingInterval, Recurrence};

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;

/// `periods` intervals after the anchor, in UTC.
pub(crate) fn after(anchor: i64, recurrence: Recurrence, periods: i64) -> i64 {
    let units = periods * i64::from(recurrence.interval_count);
    match recurrence.interval {
        BillingInterval::Day => anchor + units * DAY,
        BillingInterval::Week => anchor + units * 7 * DAY,
        BillingInterval::Month => add_months(anchor, units),
        BillingInterval::Year => add_months(anchor, units * 12),
    }
}

/// The same time of the day, `months` later; the last day of a month that is too short.
pub(crate) fn add_months(at: i64, months: i64) -> i64 {
    let day = Day(at.div_euclid(DAY) as i32);
    let date = day.date().saturating_add(Span::new().months(months));
    i64::from(Day::from(date).0) * DAY + at.rem_euclid(DAY)
}

/// The day of the month, from 1.
pub(super) fn day_of_month(at: i64) -> i64 {
    i64::from(Day(at.div_euclid(DAY) as i32).date().day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> i64 {
        i64::from(day.parse::<Day>().unwrap().0) * DAY + 12_345
    }

    fn every(interval: BillingInterval, interval_count: u32) -> Recurrence {
        Recurrence { interval, interval_count, is_metered: false }
    }

    #[test]
    fn an_anchor_on_the_31st_is_clamped_and_does_not_drift() {
        let monthly = every(BillingInterval::Month, 1);
        let days: Vec<i64> = (0..4).map(|n| after(at("2024-01-31"), monthly, n)).collect();
        assert_eq!(days, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"].map(at));
        assert_eq!(after(at("2023-11-30"), every(BillingInterval::Month, 3), 1), at("2024-02-29"));
    }

    #[test]
    fn a_leap_day_is_billed_on_the_28th_of_other_years() {
        let yearly = every(BillingInterval::Year, 1);
        assert_eq!(after(at("2024-02-29"), yearly, 1), at("2025-02-28"));
        assert_eq!(after(at("2024-02-29"), yearly, 4), at("2028-02-29"));
        assert_eq!(after(at("2024-02-26"), every(BillingInterval::Week, 2), 1), at("2024-03-11"));
    }
}

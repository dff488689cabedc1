//! Whether a running subscription's periods were begun anew. Periods follow each other from the first bill on; after a pause
//! they are counted from when it was resumed. The subscription itself has forgotten the pause.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;

const DAY_S: i64 = 86_400;
/// Days that not every month has.
const LAST_DAYS: i8 = 28;

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    first_billed_at: Option<Timestamp>,
    #[serde(default)]
    current_billing_period: Option<Period>,
    #[serde(default)]
    billing_cycle: Option<Cycle>,
}

#[derive(Deserialize)]
struct Period {
    starts_at: Timestamp,
}

#[derive(Deserialize)]
struct Cycle {
    interval: String,
    frequency: i64,
}

/// Another interval begins them anew, too.
pub(super) fn is_begun_anew(subscription: &str) -> bool {
    let Ok(state) = serde_json::from_str::<State>(subscription) else { return false };
    let State {
        first_billed_at: Some(first),
        current_billing_period: Some(period),
        billing_cycle: Some(cycle),
    } = state
    else {
        return false;
    };
    goes_on(first, period.starts_at, &cycle) == Some(false)
}

/// Whether a period that begins then is one of those from the first on. `None`: they cannot be counted.
fn goes_on(first: Timestamp, start: Timestamp, cycle: &Cycle) -> Option<bool> {
    let (days, months) = match cycle.interval.as_str() {
        "day" => (1, 0),
        "week" => (7, 0),
        "month" => (0, 1),
        "year" => (0, 12),
        _ => return None,
    };
    let count = cycle.frequency.clamp(1, 1_000);
    let (days, months) = (days * count, months * count);
    let first_at = first.to_zoned_datetime(TimeZone::UTC);
    let late_days = if months > 0 && first_at.day() > LAST_DAYS { 3 } else { 1 };
    // A month has 30.44 days.
    let length_s = days * DAY_S + months * 2_629_800;
    let periods = (start.as_second() - first.as_second()) / length_s;
    let mut near = (periods - 1..=periods + 1).filter(|periods| *periods >= 0).map(|periods| {
        let later = Span::new().try_days(days * periods).and_then(|span| span.try_months(months * periods));
        later.and_then(|span| first_at.checked_add(span)).map(|at| at.timestamp().as_second())
    });
    let is_near = |at: i64| at.abs_diff(start.as_second()) <= (late_days * DAY_S).unsigned_abs();
    near.try_fold(false, |found, at| at.ok().map(|at| found || is_near(at)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn periods_that_no_longer_follow_the_first_bill_were_begun_anew() {
        for (first, start, interval, frequency, is_anew) in [
            ("2026-06-10T09:00:00Z", "2026-06-10T09:00:00Z", "month", 1, false),
            ("2026-06-10T09:00:00Z", "2026-12-10T09:00:00Z", "month", 1, false),
            ("2026-06-10T09:00:00Z", "2026-08-20T12:00:00Z", "month", 1, true),
            ("2026-06-10T09:00:00Z", "2026-08-10T09:00:00Z", "month", 3, true),
            // Not every month has 31 days.
            ("2025-08-31T09:00:00Z", "2026-02-28T09:00:00Z", "month", 1, false),
            ("2025-08-31T09:00:00Z", "2026-03-28T09:00:00Z", "month", 1, false),
            ("2024-02-29T09:00:00Z", "2026-02-28T09:00:00Z", "year", 1, false),
            ("2024-02-20T09:00:00Z", "2026-02-28T09:00:00Z", "year", 1, true),
            ("2026-06-10T09:00:00Z", "2026-11-04T09:00:00Z", "week", 1, false),
            ("2026-06-10T09:00:00Z", "2026-11-07T09:00:00Z", "week", 1, true),
            ("2026-06-10T09:00:00Z", "2026-11-07T09:00:00Z", "an interval of tomorrow", 1, false),
        ] {
            let subscription = json!({
                "first_billed_at": first, "current_billing_period": {"starts_at": start, "ends_at": start},
                "billing_cycle": {"interval": interval, "frequency": frequency},
            });
            assert_eq!(is_begun_anew(&subscription.to_string()), is_anew, "{subscription}");
        }
        assert!(!is_begun_anew(r#"{"first_billed_at":null,"current_billing_period":null}"#));
    }
}

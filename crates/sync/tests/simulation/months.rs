//! MRR at the end of each month of the connection's zone: as a page shows it, and summed up from what was meant.

use std::collections::{BTreeMap, HashSet};

use jiff::Span;
use jiff::civil::date;
use jiff::tz::TimeZone;
use metrics::columns::Ledger;
use metrics::fx::Rates;
use metrics::query::{self, Filter, Query, Reporting};
use model::{Currency, Day, Interval, Restatement, Settings, UnixSeconds, WeekStart};
use sandbox::world::ExpectedStep;
use store::RecordedRestatement;

/// As a page shows it, by the first day of each month.
pub fn found(ledger: &Ledger, now: UnixSeconds) -> String {
    let query = Query {
        from: first_day(),
        to: now.day(&TimeZone::UTC).next(),
        interval: Interval::Month,
        week_start: WeekStart::default(),
        currency: Reporting::Native,
        filter: Filter::default(),
        within_days: None,
        by: None,
        now,
    };
    let answer = query::mrr(ledger, &Rates::embedded(), &query).unwrap();
    let series = answer.series.iter().flat_map(|series| {
        let points = series.points.iter().filter(|point| point.mrr_minor != 0);
        // The running month ends today.
        let month = |on: Day| Interval::Month.bucket(on, WeekStart::default()).start_on;
        points.map(move |point| (series.currency, month(point.end_on), point.mrr_minor))
    });
    listed(series.collect())
}

/// Summed up from what was meant.
pub fn meant(meant: &[ExpectedStep], settings: &Settings, now: UnixSeconds) -> String {
    let zone = settings.zone().unwrap();
    let mut found = Vec::new();
    let mut month = first_day().date().first_of_month();
    let last = now.day(&zone).date();
    while month <= last {
        let next = month.saturating_add(Span::new().months(1)).first_of_month();
        let ends_at = Day::from(next).starts_at(&zone);
        let mut worth: BTreeMap<(&str, Currency), (UnixSeconds, i64)> = BTreeMap::new();
        for step in meant.iter().filter(|step| step.at < ends_at && step.at <= now) {
            let last = worth.entry((step.customer.as_str(), step.currency)).or_insert((step.at, 0));
            if step.at >= last.0 {
                *last = (step.at, step.mrr_minor);
            }
        }
        let mut totals: BTreeMap<Currency, i64> = BTreeMap::new();
        for ((_, currency), (_, mrr_minor)) in worth {
            *totals.entry(currency).or_default() += mrr_minor;
        }
        let month_on = Day::from(month);
        found.extend(
            totals
                .into_iter()
                .filter(|(_, total)| *total != 0)
                .map(|(currency, total)| (currency, month_on, total)),
        );
        month = next;
    }
    listed(found)
}

fn first_day() -> Day {
    Day::from(date(2015, 1, 1))
}

fn listed(mut totals: Vec<(Currency, Day, i64)>) -> String {
    totals.sort();
    totals.iter().map(|(currency, on, minor)| format!("{currency} {on} {minor}\n")).collect()
}

/// What is restated last of a customer's month is what the month is worth.
pub fn check_restated(
    restated: &[RecordedRestatement],
    meant: &[ExpectedStep],
    settings: &Settings,
    log: &str,
) {
    let zone = settings.zone().unwrap();
    let mut checked = HashSet::new();
    for RecordedRestatement { restatement, .. } in restated {
        let Restatement { month_on, customer, currency, new_minor, .. } = restatement;
        if !checked.insert((customer, currency, month_on)) {
            continue;
        }
        let next = Day::from(month_on.date().saturating_add(Span::new().months(1)));
        let ends_at = next.starts_at(&zone);
        let theirs = meant.iter().filter(|step| step.customer == *customer && step.currency == *currency);
        let last = theirs.filter(|step| step.at < ends_at).max_by_key(|step| step.at);
        let worth = last.map_or(0, |step| step.mrr_minor);
        assert_eq!(worth, *new_minor, "{customer} in {month_on}: {restatement:?}\n{log}");
    }
}

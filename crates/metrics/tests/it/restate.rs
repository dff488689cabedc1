//! What was shown and what is restated make what is shown now.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use metrics::columns::Ledger;
use metrics::query::customer_timeline;
use metrics::restate::PreviousFigures;
use model::billing::CustomerHistory;
use model::{Currency, CustomerId, Day, Interval, Restatement, RestatementReason, UnixSeconds, WeekStart};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{HOURS, START, ZONES, world};
use super::world::{World, at};

type Figure = (Day, CustomerId, Currency);

/// Every customer's MRR at the end of every month that was over on a day, by the plain definition. Zeros are left out.
fn month_ends(ledger: &Ledger, through: Day) -> BTreeMap<Figure, i64> {
    let first = UnixSeconds(START - 40 * 86_400).day(&TimeZone::UTC);
    let mut months = Interval::Month.buckets(first, through, WeekStart::Monday);
    months.retain(|month| month.end_on < through);
    let mut figures = BTreeMap::new();
    for customer in ledger.customer_ids() {
        let timeline = customer_timeline(ledger, &customer, UnixSeconds::MAX).unwrap().timeline;
        for month in &months {
            for point in timeline.iter().filter(|point| point.on <= month.end_on) {
                figures.insert((month.start_on, customer.clone(), point.currency), point.mrr_minor);
            }
        }
    }
    figures.retain(|(month_on, ..), minor| {
        let is_over = Interval::Month.bucket(through, WeekStart::Monday).start_on > *month_on;
        is_over && *minor != 0
    });
    figures
}

/// The figures after the restatements, each of which has to start from what is there.
fn restate(mut figures: BTreeMap<Figure, i64>, restated: &[Restatement]) -> BTreeMap<Figure, i64> {
    for one in restated {
        assert_ne!(one.old_minor, one.new_minor, "{one:?} restates nothing");
        let figure = (one.month_on, one.customer.clone(), one.currency);
        let old_minor = figures.insert(figure, one.new_minor).unwrap_or(0);
        assert_eq!(old_minor, one.old_minor, "{one:?}");
    }
    figures.retain(|_, minor| *minor != 0);
    figures
}

/// Customer by customer, as an update does it.
fn restated(shown: &Ledger, through: UnixSeconds, zone: &TimeZone, new: &World) -> Vec<Restatement> {
    let shown = PreviousFigures::new(shown, through, zone);
    let restated = new.customers.iter().flat_map(|customer| {
        let id = CustomerId::from(customer.id.as_str());
        shown.restated(&id, &CustomerHistory::default(), &customer.ledger())
    });
    restated.collect()
}

/// Both ways of comparing, with all customers of both worlds.
fn check(old: &World, new: &mut World, zones: (&str, &str), through: UnixSeconds) {
    for customer in &old.customers {
        new.customer(&customer.id);
    }
    let (shown, now) = (old.ledger(zones.0), new.ledger(zones.1));
    let through_on = through.day(shown.zone());
    let expected = month_ends(&now, through_on);

    let one_by_one = restated(&shown, through, now.zone(), new);
    assert_eq!(restate(month_ends(&shown, through_on), &one_by_one), expected);

    let settings =
        PreviousFigures::new(&shown, through, now.zone()).because(RestatementReason::SettingsChanged);
    let at_once: Vec<Restatement> = settings.restated_by(&now).collect();
    assert_eq!(restate(month_ends(&shown, through_on), &at_once), expected);
    assert_eq!(at_once.len(), one_by_one.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_was_shown_and_what_is_restated_make_what_is_shown_now(
        old in world(),
        mut new in world(),
        zones in (select(ZONES.to_vec()), select(ZONES.to_vec())),
        hour in 0..HOURS,
    ) {
        check(&old, &mut new, zones, UnixSeconds(START + hour * 3600));
    }
}

#[test]
fn another_time_zone_moves_what_happened_at_midnight_into_another_month() {
    let world = World::default().with("cus_1", "usd", &[("2026-03-31T23:00:00Z", 1000)]);
    let shown = world.ledger("UTC");
    let now = world.ledger("Europe/Berlin");
    let settings = PreviousFigures::new(&shown, at("2026-06-15"), now.zone())
        .because(RestatementReason::SettingsChanged);
    let found: Vec<_> = settings
        .restated_by(&now)
        .map(|one| (one.month_on.to_string(), one.old_minor, one.new_minor))
        .collect();
    assert_eq!(found, [("2026-03-01".to_owned(), 1000, 0)]);
}

#[test]
fn a_difference_that_stays_is_told_once_a_month() {
    let shown = World::default().with("cus_1", "usd", &[("2023-01-15", 1000)]).ledger("UTC");
    let new = World::default().with("cus_1", "usd", &[("2023-01-15", 900)]);
    let found = restated(&shown, at("2025-01-03"), &TimeZone::UTC, &new);
    assert_eq!(found.len(), 24);
    assert!(found.iter().all(|one| (one.old_minor, one.new_minor) == (1000, 900)));
    assert!(found.is_sorted_by(|a, b| a.month_on < b.month_on));
}

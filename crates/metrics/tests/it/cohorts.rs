//! Cohorts: every customer is in one, and those of all cohorts who are left in a period are the customers of that period.

use std::collections::BTreeMap;

use metrics::query::{self, CohortValue, Cohorts, Query, Value};
use metrics::registry::Metric;
use model::{Currency, Day, Interval};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question, rates, world};
use super::world::{World, at, day, query};

/// By currency and the last day of the period.
type Sums = BTreeMap<(Currency, Day), i64>;

fn sums(cohorts: &Cohorts, asked: &Query) -> Sums {
    let today = asked.to;
    let mut sums = Sums::new();
    for series in &cohorts.series {
        for cohort in &series.cohorts {
            let periods = asked.interval.buckets(cohort.start_on, today, asked.week_start);
            assert_eq!(periods.len(), cohort.values.len(), "a value for each period up to now");
            for (period, value) in periods.iter().zip(&cohort.values) {
                *sums.entry((series.currency, period.end_on.min(today))).or_default() += value;
            }
        }
    }
    sums.retain(|_, value| *value != 0);
    sums
}

/// The same from a series.
fn level(world: &World, zone: &str, asked: &Query, metric: &str) -> Sums {
    let query = Query { by: None, ..asked.clone() };
    let metric = Metric::find(metric).unwrap();
    let answer = query::value(&world.ledger(zone), &rates(), metric, &query).unwrap();
    let mut sums = Sums::new();
    for series in answer.series {
        for point in series.points {
            let Some(Value::Count(value) | Value::Minor(value)) = point.value else { continue };
            if value != 0 {
                sums.insert((series.currency, point.end_on), value);
            }
        }
    }
    sums
}

#[test]
fn who_returns_counts_in_the_own_cohort_again() {
    let world = World::default()
        .with("ada", "usd", &[("2024-01-10", 1_000), ("2024-02-10", 0), ("2024-03-10", 1_500)])
        .with("bob", "usd", &[("2024-01-20", 2_000)])
        .with("cy", "usd", &[("2024-02-01", 500)]);
    let asked = Query { now: at("2024-04-05"), ..query("2024-01-01", "2024-04-05") };
    let followed = |what| {
        let answer = query::cohorts(&world.ledger("UTC"), &rates(), what, &asked).unwrap();
        let cohorts = answer.series[0].cohorts.clone();
        assert!(cohorts.iter().all(|cohort| cohort.is_last_partial));
        cohorts.into_iter().map(|cohort| (cohort.start_on, cohort.customers, cohort.mrr_minor, cohort.values))
    };
    let (january, february) = (day("2024-01-01"), day("2024-02-01"));
    assert!(
        followed(CohortValue::Customers)
            .eq([(january, 2, 3_000, vec![2, 1, 2, 2]), (february, 1, 500, vec![1, 1, 1])])
    );
    assert!(
        followed(CohortValue::Mrr)
            .eq([(january, 2, 3_000, vec![3_000, 2_000, 3_500, 3_500]), (february, 1, 500, vec![500; 3])])
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn cohorts_add_up_to_the_customers_and_the_mrr_of_each_period(
        world in world(), zone in select(ZONES.to_vec()), asked in question(),
        interval in select(vec![Interval::Month, Interval::Quarter, Interval::Year]),
    ) {
        let ledger = world.ledger(zone);
        let today = asked.now.day(ledger.zone());
        let asked = Query { from: day("2022-01-01"), to: today, interval, ..asked };
        for (what, metric) in [(CohortValue::Customers, "active_customers"), (CohortValue::Mrr, "mrr")] {
            let cohorts = query::cohorts(&ledger, &rates(), what, &asked).unwrap();
            prop_assert_eq!(sums(&cohorts, &asked), level(&world, zone, &asked, metric), "{}", metric);
        }
    }
}

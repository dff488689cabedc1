//! Random ledgers and questions: every metric of the registry answers what its plain definition says.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use metrics::query::{self, Dimension, Query, Value};
use metrics::registry::{METRICS, Metric};
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use super::generated::{ZONES, question, question_by, question_of_balance, question_of_money, rates, world};
use super::random::by_key;
use super::reference::definitions::{Definition, definition};
use super::reference::{Expected, Key, Period, Reference};
use super::world::World;

const OF_MOVEMENTS: &[Dimension] = &[Dimension::Cause, Dimension::ChurnReason, Dimension::Feedback];

/// The metrics that are defined in the same way.
fn of_kind(is_one: fn(&Definition) -> bool) -> Vec<(&'static Metric, Definition)> {
    let defined = METRICS.iter().filter_map(|metric| Some((metric, definition(metric.id)?)));
    defined.filter(|(_, definition)| is_one(definition)).collect()
}

fn number(value: Value) -> Decimal {
    match value {
        Value::Minor(number) | Value::Count(number) => Decimal::from(number),
        Value::Ratio(ratio) => ratio,
    }
}

fn is_same(found: Option<Decimal>, wanted: Option<Decimal>) -> bool {
    match (found, wanted) {
        (Some(found), Some(wanted)) => (found - wanted).abs() <= Decimal::new(1, 20),
        (found, wanted) => found == wanted,
    }
}

fn check(
    world: &World,
    zone: &str,
    query: &Query,
    is_one: fn(&Definition) -> bool,
) -> Result<(), TestCaseError> {
    let (rates, ledger, time_zone) = (rates(), world.ledger(zone), TimeZone::get(zone).unwrap());
    let reference = Reference::new(world, &time_zone, &rates, query);
    let mut figures: BTreeMap<(Key, Period), Expected> = BTreeMap::new();
    let has = |metric: &Metric| query.by.is_none_or(|by| metric.dimensions.contains(&by));
    for (metric, definition) in of_kind(is_one).into_iter().filter(|(metric, _)| has(metric)) {
        let answer = query::value(&ledger, &rates, metric, query).unwrap();
        let series = by_key(answer.series);
        let periods = if metric.looks_ahead { reference.periods_ahead() } else { reference.periods() };
        let mut keys = reference.all_series();
        keys.extend(series.keys().cloned());
        for key in keys {
            let points = series.get(&key);
            if let Some(points) = points {
                let found = points.iter().map(|point| (point.start_on, point.end_on, point.is_partial));
                let wanted = periods.iter().map(|period| (period.start_on, period.end_on, period.is_partial));
                prop_assert_eq!(found.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
            }
            for (index, period) in periods.iter().enumerate() {
                let expected = figures
                    .entry((key.clone(), *period))
                    .or_insert_with(|| reference.expected(&key, *period));
                let wanted = reference.value(&definition, &key, *period, expected);
                // What is in no series is nothing.
                let found =
                    points.map_or(wanted.filter(Decimal::is_zero), |points| points[index].value.map(number));
                prop_assert!(
                    is_same(found, wanted),
                    "{} of {key:?} in {period:?}: {found:?}, not {wanted:?}",
                    metric.id
                );
            }
        }
    }
    Ok(())
}

#[test]
fn every_metric_of_the_registry_has_a_definition_here() {
    let is_defined = |metric: &&Metric| definition(metric.id).is_some();
    let unknown: Vec<&str> =
        METRICS.iter().filter(|metric| !is_defined(metric)).map(|metric| metric.id).collect();
    assert!(unknown.is_empty(), "without a second definition: {unknown:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn recurring_value_is_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        check(&world, zone, &query, |definition| matches!(definition, Definition::Recurring(_)))?;
    }

    #[test]
    fn movements_by_what_they_are_due_to_are_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question_by(OF_MOVEMENTS),
    ) {
        check(&world, zone, &query, |definition| matches!(definition, Definition::Recurring(_)))?;
    }

    #[test]
    fn lifetime_is_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        check(&world, zone, &query, |definition| matches!(definition, Definition::Lifetime(_)))?;
    }

    #[test]
    fn what_is_shown_apart_is_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question_by(&Dimension::ALL),
    ) {
        check(&world, zone, &query, |definition| matches!(definition, Definition::Apart(_)))?;
    }

    #[test]
    fn what_is_set_to_end_is_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        let is_one = |definition: &_| matches!(definition, Definition::Scheduled | Definition::Committed);
        check(&world, zone, &query, is_one)?;
    }

    #[test]
    fn trials_are_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        check(&world, zone, &query, |definition| matches!(definition, Definition::Trials(_)))?;
    }

    #[test]
    fn money_is_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question_of_money(),
    ) {
        check(&world, zone, &query, |definition| matches!(definition, Definition::Money(_)))?;
    }

    #[test]
    fn the_balance_is_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question_of_balance(),
    ) {
        check(&world, zone, &query, |definition| matches!(definition, Definition::Balance(_)))?;
    }
}

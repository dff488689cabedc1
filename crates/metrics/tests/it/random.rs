//! Random ledgers and questions: the loops answer what the plain definitions say.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use metrics::fx::Rates;
use metrics::query::{self, MovementFilter, MovementKind, MovementOrder, MovementsQuery, Query, Reporting};
use model::{Currency, Day, Interval};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question, rates, world};
use super::reference::{Expected, Period, Reference};
use super::world::World;

type Points<T> = BTreeMap<(String, Currency), Vec<T>>;

pub fn by_key<P>(series: Vec<query::Series<P>>) -> Points<P> {
    let key =
        |one: &query::Series<P>| (one.group.as_ref().map_or(String::new(), |g| g.key.clone()), one.currency);
    series.into_iter().map(|one| (key(&one), one.points)).collect()
}

fn check_mrr(world: &World, zone: &str, rates: &Rates, query: &Query) -> Result<(), TestCaseError> {
    let time_zone = TimeZone::get(zone).unwrap();
    let reference = Reference::new(world, &time_zone, rates, query);
    let answer = query::mrr(&world.ledger(zone), rates, query).unwrap();
    let left_out = answer.unconverted.iter();
    let left_out = left_out.map(|one| (one.currency, (one.mrr_minor, one.customers, one.on)));
    prop_assert_eq!(left_out.collect::<BTreeMap<_, _>>(), reference.unconverted());
    let actual = by_key(answer.series);
    for key in actual.keys().filter(|key| !key.0.is_empty()) {
        prop_assert!(reference.series().contains(key), "nothing is in {:?}", key);
    }
    for (group, currency) in reference.series() {
        let points = actual.get(&(group.clone(), currency));
        let mut before = None;
        for (index, period) in reference.periods().into_iter().enumerate() {
            let expected = reference.expected(&(group.clone(), currency), period);
            let Some(points) = points else {
                prop_assert_eq!((expected.mrr, expected.customers, expected.mrr_before), (0, 0, 0));
                prop_assert!(expected.movers.values().all(|movers| *movers == 0));
                continue;
            };
            let point = &points[index];
            let Period { start_on, end_on, is_partial } = period;
            prop_assert_eq!((point.start_on, point.end_on, point.is_partial), (start_on, end_on, is_partial));
            let found = Expected {
                mrr_before: before.unwrap_or(expected.mrr_before),
                mrr: point.mrr_minor,
                moved: [
                    ("new", point.new_minor),
                    ("expansion", point.expansion_minor),
                    ("contraction", point.contraction_minor),
                    ("churn", point.churn_minor),
                    ("reactivation", point.reactivation_minor),
                ]
                .into(),
                movers: [
                    ("new", point.new_customers),
                    ("expansion", point.expansion_customers),
                    ("contraction", point.contraction_customers),
                    ("churn", point.churn_customers),
                    ("reactivation", point.reactivation_customers),
                ]
                .into(),
                customers: point.customers,
                subscriptions: point.subscriptions,
                lacks_rates: point.lacks_rates,
                ..expected_rest(&expected)
            };
            prop_assert_eq!(&found, &expected, "{} {} {:?}", group, currency, period);
            let moved: i64 = found.moved.values().sum();
            prop_assert_eq!(moved + point.fx_minor, found.mrr - found.mrr_before, "movements add up");
            if query.currency == Reporting::Native {
                prop_assert_eq!(point.fx_minor, 0);
            }
            before = Some(point.mrr_minor);
        }
    }
    Ok(())
}

/// What a point of MRR does not say.
fn expected_rest(expected: &Expected) -> Expected {
    Expected {
        churned: expected.churned,
        involuntary: expected.involuntary,
        lost: expected.lost,
        retained: expected.retained,
        kept: expected.kept,
        base_mrr: expected.base_mrr,
        base_customers: expected.base_customers,
        end_mrr: expected.end_mrr,
        ..Expected::default()
    }
}

fn check_movements(world: &World, zone: &str, rates: &Rates, query: &Query) -> Result<(), TestCaseError> {
    let query = Query { interval: Interval::Day, currency: Reporting::Native, by: None, ..query.clone() };
    let ledger = world.ledger(zone);
    let mut sums: BTreeMap<(Currency, Day, MovementKind), (i64, i64)> = BTreeMap::new();
    let mut asked = MovementsQuery {
        query: query.clone(),
        kinds: Vec::new(),
        only: MovementFilter::default(),
        order: MovementOrder::default(),
        cursor: None,
        limit: 3,
    };
    let mut count = 0;
    loop {
        let page = query::movements(&ledger, rates, &asked).unwrap();
        count += page.data.len();
        for one in &page.data {
            let sum = sums.entry((one.currency, one.on, one.kind)).or_default();
            sum.0 += one.delta_minor;
            sum.1 += 1;
        }
        asked.cursor = page.next_cursor;
        if asked.cursor.is_none() {
            prop_assert_eq!(count, page.total);
            break;
        }
        prop_assert_eq!(page.data.len(), 3);
    }
    for series in query::mrr(&ledger, rates, &query).unwrap().series {
        for point in series.points {
            for (kind, minor, customers) in [
                (MovementKind::New, point.new_minor, point.new_customers),
                (MovementKind::Expansion, point.expansion_minor, point.expansion_customers),
                (MovementKind::Contraction, point.contraction_minor, point.contraction_customers),
                (MovementKind::Churn, point.churn_minor, point.churn_customers),
                (MovementKind::Reactivation, point.reactivation_minor, point.reactivation_customers),
            ] {
                let listed = sums.remove(&(series.currency, point.start_on, kind)).unwrap_or_default();
                prop_assert_eq!(listed, (minor, customers), "{} on {}", kind, point.start_on);
            }
        }
    }
    prop_assert!(sums.is_empty(), "more than the series say: {:?}", sums);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn mrr_and_its_movements_are_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        check_mrr(&world, zone, &rates(), &query)?;
    }

    #[test]
    fn the_list_of_movements_adds_up_to_the_series(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        check_movements(&world, zone, &rates(), &query)?;
    }
}

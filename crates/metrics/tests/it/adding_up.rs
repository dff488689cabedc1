//! Whatever is clicked: the rows behind a figure add up to it, in every currency.

use std::collections::BTreeMap;

use metrics::fx::Rates;
use metrics::query::{
    self, CustomerSort, CustomersQuery, Dimension, MovementFilter, MovementKind, MovementOrder,
    MovementsQuery, MrrPoint, Query, Reporting,
};
use model::{Day, Interval};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question, rates, world};
use super::world::World;

fn moved(point: &MrrPoint, kind: MovementKind) -> i64 {
    match kind {
        MovementKind::New => point.new_minor,
        MovementKind::Expansion => point.expansion_minor,
        MovementKind::Contraction => point.contraction_minor,
        MovementKind::Churn => point.churn_minor,
        MovementKind::Reactivation => point.reactivation_minor,
    }
}

fn movements_of(point: &MrrPoint) -> i64 {
    MovementKind::ALL.iter().map(|kind| moved(point, *kind)).sum()
}

/// By the day that each period begins on, the sum over all series.
fn sums(
    world: &World,
    zone: &str,
    rates: &Rates,
    query: &Query,
    of: impl Fn(&MrrPoint) -> i64,
) -> BTreeMap<Day, i64> {
    let mut sums = BTreeMap::new();
    for point in
        query::mrr(&world.ledger(zone), rates, query).unwrap().series.iter().flat_map(|one| &one.points)
    {
        *sums.entry(point.start_on).or_default() += of(point);
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn is_converted(query: &Query) -> bool {
    query.currency != Reporting::Native
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn groups_add_up_to_the_whole(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
        by in select(Dimension::RECURRING.to_vec()),
    ) {
        let rates = rates();
        let (whole, parts) = (Query { by: None, ..query.clone() }, Query { by: Some(by), ..query });
        for of in [|point: &MrrPoint| point.mrr_minor, movements_of] {
            prop_assert_eq!(
                sums(&world, zone, &rates, &parts, of),
                sums(&world, zone, &rates, &whole, of)
            );
        }
    }

    #[test]
    fn days_add_up_to_longer_periods(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        let rates = rates();
        let query = Query { by: None, ..query };
        let days = Query { interval: Interval::Day, ..query.clone() };
        let total = |query: &Query, of: &dyn Fn(&MrrPoint) -> i64| -> i64 {
            sums(&world, zone, &rates, query, of).values().sum()
        };
        for kind in MovementKind::ALL {
            let of = |point: &MrrPoint| moved(point, kind);
            prop_assert_eq!(total(&days, &of), total(&query, &of), "{}", kind);
        }
        prop_assert_eq!(total(&days, &|point| point.fx_minor), total(&query, &|point| point.fx_minor));
    }

    #[test]
    fn the_customers_behind_a_level_add_up_to_it(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        prop_assume!(is_converted(&query));
        let rates = rates();
        let ledger = world.ledger(zone);
        let query = Query { by: None, ..query };
        let series = query::mrr(&ledger, &rates, &query).unwrap().series;
        for point in series.iter().flat_map(|one| &one.points) {
            let page = query::customers(&ledger, &rates, &CustomersQuery {
                search: None, state: None, status: None, filter: query.filter.clone(), sort: CustomerSort::Mrr,
                is_descending: true, on: Some(point.end_on), currency: query.currency, now: query.now,
                cursor: None, limit: 1_000, with_sums: true,
            }).unwrap();
            let listed: i64 = page.data.iter().filter_map(|row| row.mrr_converted_minor).sum();
            prop_assert_eq!(listed, point.mrr_minor, "on {}", point.end_on);
            let sums = page.sums.unwrap();
            prop_assert_eq!(sums.mrr_converted_minor, Some(point.mrr_minor), "on {}", point.end_on);
        }
    }

    #[test]
    fn the_movements_of_a_plan_switch_add_up_to_what_it_changed(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        let rates = rates();
        let ledger = world.ledger(zone);
        let query = Query { by: None, ..query };
        for row in query::plan_switches(&ledger, &rates, &query).unwrap().data {
            let none = MovementFilter::default();
            let only = match row.from_plan.zip(row.to_plan) {
                Some((from, to)) => MovementFilter { plans_from: vec![from.id], plans_to: vec![to.id], ..none },
                None => MovementFilter { several_plans: true, ..none },
            };
            let mut query = query.clone();
            if !is_converted(&query) {
                query.filter.currencies = vec![row.currency];
            }
            let asked = MovementsQuery { query, kinds: Vec::new(), only, order: MovementOrder::default(), cursor: None, limit: 1_000 };
            let page = query::movements(&ledger, &rates, &asked).unwrap();
            let part = |one: &query::Movement| if is_converted(&asked.query) {
                one.switched_converted_minor
            } else {
                one.switched_minor
            };
            let listed: i64 = page.data.iter().filter_map(part).sum();
            let change = row.mrr_after_minor - row.mrr_before_minor;
            // Of a day without a movement, what is rounded stays in the row.
            let rounded = if is_converted(&asked.query) { row.customers } else { 0 };
            prop_assert!((listed - change).abs() <= rounded, "{listed} listed, {change} changed");
            // What has no rate is listed, too, and in no row.
            let counted = page.data.iter().filter(|one| part(one).is_some());
            let mut customers: Vec<&str> = counted.map(|one| one.customer_id.as_str()).collect();
            customers.sort_unstable();
            customers.dedup();
            prop_assert!(i64::try_from(customers.len()).unwrap() <= row.customers);
        }
    }

    #[test]
    fn the_movements_behind_a_bar_add_up_to_it(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        prop_assume!(is_converted(&query));
        let rates = rates();
        let ledger = world.ledger(zone);
        let query = Query { by: None, ..query };
        for point in query::mrr(&ledger, &rates, &query).unwrap().series.iter().flat_map(|one| &one.points) {
            for kind in MovementKind::ALL {
                let query = Query { from: point.start_on, to: point.end_on, ..query.clone() };
                let asked = MovementsQuery { query, kinds: vec![kind], only: MovementFilter::default(), order: MovementOrder::default(), cursor: None, limit: 1_000 };
                let page = query::movements(&ledger, &rates, &asked).unwrap();
                let listed: i64 = page.data.iter().filter_map(|row| row.converted_minor).sum();
                prop_assert_eq!(listed, moved(point, kind), "{} from {}", kind, point.start_on);
            }
        }
    }
}

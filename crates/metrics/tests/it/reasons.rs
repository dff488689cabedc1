//! What movements are due to: parts that add up to the whole, and lists that add up to the parts.

use std::collections::{BTreeMap, BTreeSet};

use metrics::fx::Rates;
use metrics::ledger::ChangeCause;
use metrics::query::{
    self, Dimension, MovementFilter, MovementOrder, MovementPage, MovementsQuery, Query, QueryError,
    Reporting, Series, Value, ValuePoint,
};
use metrics::registry::METRICS;
use model::{Currency, Day, Interval};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question, rates, world};
use super::world::{Change, TestEnding, World, at, currency, metric, query, steady_dollar};

/// The metrics that add up, and what each of them has beside plans and countries.
const BREAKDOWNS: [(&str, Dimension); 10] = [
    ("expansion_mrr", Dimension::Cause),
    ("contraction_mrr", Dimension::Cause),
    ("churned_mrr", Dimension::ChurnReason),
    ("churned_mrr", Dimension::Feedback),
    ("at_risk_mrr", Dimension::Age),
    ("failed_attempts", Dimension::DeclineCode),
    ("failed_invoices", Dimension::DeclineCode),
    ("failed_amount", Dimension::DeclineCode),
    ("recovered_amount", Dimension::DeclineCode),
    ("new_mrr", Dimension::Country),
];

fn number(point: &ValuePoint) -> i64 {
    match point.value {
        Some(Value::Minor(number) | Value::Count(number)) => number,
        Some(Value::Ratio(_)) | None => 0,
    }
}

/// By currency and period.
fn sums(series: &[Series<ValuePoint>]) -> BTreeMap<(Currency, Day), i64> {
    let mut sums = BTreeMap::new();
    for one in series {
        for point in &one.points {
            *sums.entry((one.currency, point.start_on)).or_default() += number(point);
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn series(world: &World, zone: &str, rates: &Rates, id: &str, query: &Query) -> Vec<Series<ValuePoint>> {
    query::value(&world.ledger(zone), rates, metric(id), query).unwrap().series
}

fn listed(world: &World, zone: &str, query: &Query, only: MovementFilter) -> MovementPage {
    let asked = MovementsQuery {
        query: query.clone(),
        kinds: Vec::new(),
        only,
        order: MovementOrder::default(),
        cursor: None,
        limit: 10_000,
    };
    query::movements(&world.ledger(zone), &rates(), &asked).unwrap()
}

fn only(by: Dimension, key: &str) -> MovementFilter {
    let mut only = MovementFilter::default();
    only.add(by, key).unwrap();
    only
}

/// A question that every metric can be asked.
fn plain(query: Query) -> Query {
    let mut query = Query { by: None, ..query };
    query.filter.plans.clear();
    query.filter.products.clear();
    query.filter.intervals.clear();
    query
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn parts_add_up_to_the_whole(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
        (id, by) in select(BREAKDOWNS.to_vec()),
    ) {
        let query = plain(query);
        let parts = series(&world, zone, &rates(), id, &Query { by: Some(by), ..query.clone() });
        prop_assert_eq!(sums(&parts), sums(&series(&world, zone, &rates(), id, &query)), "{} by {}", id, by);
    }

    #[test]
    fn plan_switches_add_up_to_the_movements_that_are_due_to_plans(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        let query = Query { by: None, ..query };
        let mut wanted: BTreeMap<Currency, i64> = BTreeMap::new();
        for id in ["expansion_mrr", "contraction_mrr"] {
            let by_cause = Query { by: Some(Dimension::Cause), ..query.clone() };
            for one in series(&world, zone, &rates(), id, &by_cause) {
                if one.group.is_some_and(|group| group.key == "plan") {
                    *wanted.entry(one.currency).or_default() += one.points.iter().map(number).sum::<i64>();
                }
            }
        }
        let mut found: BTreeMap<Currency, i64> = BTreeMap::new();
        for row in query::plan_switches(&world.ledger(zone), &rates(), &query).unwrap().data {
            *found.entry(row.currency).or_default() += row.mrr_after_minor - row.mrr_before_minor;
        }
        wanted.retain(|_, sum| *sum != 0);
        found.retain(|_, sum| *sum != 0);
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn a_customer_who_leaves_counts_once_a_day_under_one_reason(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
        by in select(vec![Dimension::ChurnReason, Dimension::Feedback]),
    ) {
        // In one currency a customer leaves at most once a day.
        let query = Query { by: None, interval: Interval::Day, currency: Reporting::Native, ..query };
        let parts = series(&world, zone, &rates(), "churned_customers", &Query { by: Some(by), ..query.clone() });
        prop_assert_eq!(sums(&parts), sums(&series(&world, zone, &rates(), "churned_customers", &query)));
    }

    #[test]
    fn the_movements_that_a_part_lists_add_up_to_it(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
        by in select(vec![Dimension::Cause, Dimension::ChurnReason, Dimension::Feedback]),
    ) {
        let query = Query { by: None, ..query };
        let ids: &[&str] =
            if by == Dimension::Cause { &["expansion_mrr", "contraction_mrr"] } else { &["churned_mrr"] };
        let mut wanted: BTreeMap<(String, Currency), i64> = BTreeMap::new();
        for id in ids {
            for one in series(&world, zone, &rates(), id, &Query { by: Some(by), ..query.clone() }) {
                let sum = one.points.iter().map(number).sum::<i64>();
                *wanted.entry((one.group.unwrap().key, one.currency)).or_default() += sum;
            }
        }
        let mut found: BTreeMap<(String, Currency), i64> = BTreeMap::new();
        let keys: BTreeSet<&String> = wanted.keys().map(|(key, _)| key).collect();
        for key in keys {
            for row in listed(&world, zone, &query, only(by, key)).data {
                let currency = if let Reporting::In(target) = query.currency { target } else { row.currency };
                let parts = row.causes.iter().find(|cause| cause.cause == *key);
                let (native, converted) = match parts {
                    Some(part) => (part.delta_minor, part.converted_minor),
                    None => (row.delta_minor, row.converted_minor),
                };
                let amount = if query.currency == Reporting::Native { Some(native) } else { converted };
                let counted = wanted.contains_key(&(key.clone(), currency));
                if let Some(amount) = amount.filter(|_| counted) {
                    *found.entry((key.clone(), currency)).or_default() += amount;
                }
            }
        }
        wanted.retain(|_, sum| *sum != 0);
        found.retain(|_, sum| *sum != 0);
        prop_assert_eq!(found, wanted);
    }
}

#[test]
fn a_metric_that_has_no_such_dimension_says_which_it_has() {
    let world = World::default().with("a", "usd", &[("2024-01-10", 1_000)]);
    let by = |by| Query { by: Some(by), ..query("2024-01-01", "2024-01-31") };
    let refused = |id: &str, dimension| {
        query::value(&world.ledger("UTC"), &Rates::default(), metric(id), &by(dimension)).unwrap_err()
    };
    let error = refused("mrr", Dimension::Cause);
    assert!(matches!(error, QueryError::UnknownDimension { metric: "mrr", .. }));
    assert_eq!(
        error.to_string(),
        "mrr cannot be filtered or broken down by cause: only by plan, product, interval, currency or country"
    );
    assert!(matches!(refused("new_mrr", Dimension::Cause), QueryError::UnknownDimension { .. }));
    assert!(matches!(refused("trial_mrr", Dimension::Age), QueryError::UnknownDimension { .. }));
    assert!(matches!(refused("refunds", Dimension::DeclineCode), QueryError::UnknownDimension { .. }));
    assert!(query::mrr(&world.ledger("UTC"), &Rates::default(), &by(Dimension::Age)).is_err());
    for metric in METRICS {
        assert!(metric.dimensions.contains(&Dimension::Currency), "{}", metric.id);
    }
}

/// On one day two seats are added and a discount begins.
fn two_causes() -> World {
    let mut world = World::default().with("a", "usd", &[("2024-01-10", 1_000)]);
    let change = |when: &str, value_minor, cause| Change {
        at: at(when),
        subscription: "sub_a".to_owned(),
        price: "price_usd_0".to_owned(),
        currency: currency("usd"),
        value_minor,
        cause,
    };
    world.customer("a").changes.extend([
        change("2024-02-10T10:00:00Z", 1_003, ChangeCause::Quantity),
        change("2024-02-10T11:00:00Z", 1_001, ChangeCause::Discount),
    ]);
    world
}

#[test]
fn a_movement_of_two_causes_is_listed_with_both_and_named_by_the_larger() {
    let query = Query { currency: Reporting::In(currency("eur")), ..query("2024-02-01", "2024-02-29") };
    let asked = MovementsQuery {
        query,
        kinds: Vec::new(),
        only: only(Dimension::Cause, "discount"),
        order: MovementOrder::default(),
        cursor: None,
        limit: 10,
    };
    let page = query::movements(&two_causes().ledger("UTC"), &steady_dollar(), &asked).unwrap();
    let [row] = page.data.as_slice() else { panic!("{page:?}") };
    assert_eq!((row.delta_minor, row.converted_minor, row.cause.as_deref()), (1, Some(1), Some("quantity")));
    // 3 cents are 2.4 and 1 cent is 0.8 cents of a euro: 2, and what is then left.
    let parts: Vec<_> =
        row.causes.iter().map(|part| (part.cause.as_str(), part.delta_minor, part.converted_minor)).collect();
    assert_eq!(parts, [("quantity", 3, Some(2)), ("discount", -2, Some(-1))]);
    assert_eq!((&row.churn_reason, &row.feedback), (&None, &None));
}

#[test]
fn a_plan_that_is_left_for_another_has_no_reason() {
    let mut world = World::default()
        .with_price("a", "sub_a", "price_usd_0", &[("2024-01-10", 1_000), ("2024-02-10", 0)])
        .with_price("a", "sub_a", "price_usd_2", &[("2024-02-10", 3_000), ("2024-03-10", 0)]);
    world.customer("a").endings.push(TestEnding {
        subscription: "sub_a".to_owned(),
        reason: Some(model::billing::CancellationReason::Requested),
        feedback: Some("too_expensive".to_owned()),
    });
    let mut of_plan = query("2024-01-01", "2024-03-31");
    of_plan.filter.plans.push("price_usd_0".to_owned());
    let reasons = |query: &Query| -> Vec<(Option<String>, Option<String>)> {
        let page = listed(&world, "UTC", query, MovementFilter::default());
        let churn = page.data.into_iter().filter(|row| row.churn_reason.is_some());
        churn.map(|row| (row.churn_reason, row.feedback)).collect()
    };
    let said = |text: &str| Some(text.to_owned());
    assert_eq!(reasons(&of_plan), [(said("unknown"), said("unknown"))]);
    let whole = query("2024-01-01", "2024-03-31");
    assert_eq!(reasons(&whole), [(said("cancellation_requested"), said("too_expensive"))]);
}

#[test]
fn of_too_many_reasons_the_rarest_are_one() {
    let mut world = World::default();
    for number in 0..270 {
        let id = format!("{number:03}");
        world = world.with(&id, "usd", &[("2024-01-10", 1_000), ("2024-02-10", 0)]);
        world.customer(&id).endings.push(TestEnding {
            subscription: format!("sub_{id}"),
            reason: None,
            feedback: Some(format!("answer {}", number.max(10))),
        });
    }
    let by = Query { by: Some(Dimension::Feedback), ..query("2024-02-01", "2024-02-29") };
    let all = series(&world, "UTC", &Rates::default(), "churned_mrr", &by);
    let value = |key: &str| {
        let one = all.iter().find(|one| one.group.as_ref().is_some_and(|group| group.key == key));
        one.map(|one| number(&one.points[0]))
    };
    assert_eq!(all.len(), 251);
    assert_eq!((value("answer 10"), value("other")), (Some(-11_000), Some(-10_000)));
    assert_eq!(all.iter().map(|one| number(&one.points[0])).sum::<i64>(), -270_000);
}

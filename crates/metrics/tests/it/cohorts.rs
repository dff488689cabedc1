//! Cohorts: every customer is in one, and those of all cohorts who are left in a period are the customers of that period.

use std::collections::BTreeMap;

use metrics::columns::Ledger;
use metrics::ledger::MoneyKind;
use metrics::query::{
    self, CohortCustomersQuery, CohortValue, Cohorts, Dimension, Filter, Query, Reporting, Value,
};
use metrics::registry::Metric;
use model::{Currency, Day, Interval};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question, rates, world};
use super::world::{World, at, currency, day, query, steady_dollar};

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

fn members_of(query: &Query, what: CohortValue) -> CohortCustomersQuery {
    let query = query.clone();
    CohortCustomersQuery {
        query,
        what,
        start_on: None,
        at: 0,
        group: None,
        in_currency: None,
        is_kept: None,
        cursor: None,
        limit: 50,
    }
}

#[test]
fn a_cell_opens_whoever_is_left_and_whoever_has_gone() {
    let world = World::default()
        .with("ada", "usd", &[("2024-01-10", 1_000), ("2024-02-10", 0), ("2024-03-10", 1_500)])
        .with("bob", "usd", &[("2024-01-20", 2_000)])
        .with("cy", "usd", &[("2024-02-01", 500)]);
    let ledger = world.ledger("UTC");
    let query = Query { now: at("2024-04-05"), ..query("2024-01-01", "2024-04-05") };
    let of = |asked: &CohortCustomersQuery| {
        let page = query::cohort_customers(&ledger, &rates(), asked).unwrap();
        let row = |one: query::CohortCustomer| (one.customer_id, one.mrr_minor, one.value.unwrap());
        page.data.into_iter().map(row).collect::<Vec<_>>()
    };
    let january = CohortCustomersQuery {
        start_on: Some(day("2024-01-01")),
        at: 1,
        ..members_of(&query, CohortValue::Mrr)
    };
    let (ada, bob) = (("ada".to_owned(), 1_000, 0), ("bob".to_owned(), 2_000, 2_000));
    assert_eq!(of(&january), [bob.clone(), ada.clone()], "the most value first");
    assert_eq!(of(&CohortCustomersQuery { is_kept: Some(true), ..january.clone() }), [bob]);
    assert_eq!(of(&CohortCustomersQuery { is_kept: Some(false), ..january.clone() }), [ada]);
    // Two months later, February's is still running for the cohort of February.
    let all = CohortCustomersQuery { start_on: None, at: 2, ..january.clone() };
    assert_eq!(of(&all).len(), 2);
    assert_eq!(of(&CohortCustomersQuery { start_on: Some(day("2024-02-01")), ..all }).len(), 1);
    assert_eq!(of(&CohortCustomersQuery { at: 9, ..january.clone() }), []);
    let bad = CohortCustomersQuery { cursor: Some("x".to_owned()), ..january };
    assert!(query::cohort_customers(&ledger, &rates(), &bad).is_err());
}

#[test]
fn what_has_no_rate_is_neither_left_nor_gone() {
    let world = World::default()
        .with("ada", "usd", &[("2024-01-10", 1_000)])
        .with("kai", "jpy", &[("2024-01-10", 9_000)])
        .with("left", "jpy", &[("2024-01-10", 9_000), ("2024-02-10", 0)]);
    let ledger = world.ledger("UTC");
    let query = Query {
        now: at("2024-04-05"),
        currency: Reporting::In(currency("eur")),
        ..query("2024-01-01", "2024-04-05")
    };
    for what in [CohortValue::Customers, CohortValue::Mrr] {
        let of = |is_kept| {
            let asked = CohortCustomersQuery { at: 2, is_kept, ..members_of(&query, what) };
            let page = query::cohort_customers(&ledger, &steady_dollar(), &asked).unwrap();
            page.data.into_iter().map(|one| (one.customer_id, one.value)).collect::<Vec<_>>()
        };
        let ada = ("ada".to_owned(), Some(if what == CohortValue::Mrr { 800 } else { 1 }));
        let left = ("left".to_owned(), Some(0));
        assert_eq!(of(Some(true)), std::slice::from_ref(&ada));
        assert_eq!(of(Some(false)), std::slice::from_ref(&left));
        assert_eq!(of(None), [ada, left, ("kai".to_owned(), None)]);
    }
}

/// Which values of each cohort are marked, by its start.
fn marks(ledger: &Ledger, what: CohortValue, asked: &Query) -> Vec<(String, Vec<bool>)> {
    let answer = query::cohorts(ledger, &steady_dollar(), what, asked).unwrap();
    let cohorts = answer.series.into_iter().flat_map(|series| series.cohorts);
    cohorts.map(|cohort| (cohort.start_on.to_string(), cohort.lacks_rates)).collect()
}

#[test]
fn a_value_that_lacks_what_has_no_rate_is_marked() {
    let world = World::default()
        .with("ada", "usd", &[("2024-01-10", 1_000)])
        .with("kai", "jpy", &[("2024-01-10", 9_000), ("2024-03-10", 0)])
        .with("both", "usd", &[("2024-02-10", 1_000)])
        .with("both", "jpy", &[("2024-03-10", 700)])
        .with("bob", "usd", &[("2024-03-10", 1_000)])
        .with_money("ada", "2024-01-10", MoneyKind::InvoiceRevenue, "usd", 1_000)
        .with_money("ada", "2024-02-10", MoneyKind::FailedPayment, "jpy", 1_000)
        .with_money("both", "2024-03-10", MoneyKind::InvoiceRevenue, "jpy", 700);
    let ledger = world.ledger("UTC");
    let native = Query { now: at("2024-04-05"), ..query("2024-01-01", "2024-04-05") };
    let asked = Query { currency: Reporting::In(currency("eur")), ..native.clone() };
    let wanted = |january: &[bool], february: &[bool], march: &[bool]| {
        let starts = ["2024-01-01", "2024-02-01", "2024-03-01"].map(str::to_owned);
        starts.into_iter().zip([january, february, march].map(<[bool]>::to_vec)).collect::<Vec<_>>()
    };
    for what in [CohortValue::Customers, CohortValue::Mrr] {
        let marked = marks(&ledger, what, &asked);
        assert_eq!(marked, wanted(&[true, true, false, false], &[false, true, true], &[]), "{what}");
    }
    // What is missing in a sum so far is missing from then on.
    assert_eq!(marks(&ledger, CohortValue::Revenue, &asked), wanted(&[], &[false, true, true], &[]));
    let unmarked = |(_, marks): (_, Vec<bool>)| marks.is_empty();
    assert!(
        marks(&ledger, CohortValue::Mrr, &native).into_iter().all(unmarked),
        "natively nothing is missing"
    );
    let filter = Filter { currencies: vec![currency("usd")], ..Filter::default() };
    let dollars = Query { filter, ..asked };
    assert!(marks(&ledger, CohortValue::Mrr, &dollars).into_iter().all(unmarked), "nor of dollars alone");
}

#[test]
fn whose_first_value_has_no_rate_is_not_in_the_size_of_the_cohort() {
    let world = World::default()
        .with("ada", "usd", &[("2024-01-10", 1_000)])
        .with("kai", "jpy", &[("2024-01-10", 9_000)])
        .with("two", "jpy", &[("2024-01-10", 9_000)])
        .with("two", "usd", &[("2024-02-10", 500)])
        .with("alone", "jpy", &[("2024-02-10", 9_000)]);
    let ledger = world.ledger("UTC");
    let asked = Query {
        now: at("2024-04-05"),
        currency: Reporting::In(currency("eur")),
        ..query("2024-01-01", "2024-04-05")
    };
    let of = |what, asked: &Query| {
        let answer = query::cohorts(&ledger, &steady_dollar(), what, asked).unwrap();
        let cohorts = answer.series.into_iter().flat_map(|series| series.cohorts);
        cohorts.map(|one| (one.start_on.to_string(), one.customers, one.values)).collect::<Vec<_>>()
    };
    let january = |values: [i64; 4]| vec![("2024-01-01".to_owned(), 1, values.to_vec())];
    // A dollar is 80 cents. Who pays in dollars later is there from then on, and who never does is in no cohort.
    assert_eq!(of(CohortValue::Customers, &asked), january([1, 2, 2, 2]));
    assert_eq!(of(CohortValue::Mrr, &asked), january([800, 1_200, 1_200, 1_200]));
    let native = Query { currency: Reporting::Native, ..asked };
    let sizes = of(CohortValue::Customers, &native).into_iter().map(|(_, customers, _)| customers);
    assert_eq!(sizes.sum::<i64>(), 5, "natively everybody is in one");
}

#[test]
fn a_cell_that_is_not_there_is_refused() {
    let ledger = World::default().with("ada", "usd", &[("2024-01-10", 1_000)]).ledger("UTC");
    let query = Query { now: at("2024-04-05"), ..query("2024-01-01", "2024-04-05") };
    let asked = members_of(&query, CohortValue::Mrr);
    let no_start = CohortCustomersQuery { start_on: Some(day("2024-01-02")), ..asked.clone() };
    let no_by = CohortCustomersQuery { group: Some("price".to_owned()), ..asked };
    for asked in [no_start, no_by] {
        assert!(query::cohort_customers(&ledger, &rates(), &asked).is_err());
    }
}

/// Every page of a list.
fn all_members(
    world: &World,
    zone: &str,
    asked: &CohortCustomersQuery,
) -> (Vec<query::CohortCustomer>, Vec<query::CohortSum>) {
    let ledger = world.ledger(zone);
    let mut asked = CohortCustomersQuery { limit: 3, ..asked.clone() };
    let mut rows = Vec::new();
    loop {
        let page = query::cohort_customers(&ledger, &rates(), &asked).unwrap();
        rows.extend(page.data);
        asked.cursor = page.next_cursor;
        if asked.cursor.is_none() {
            assert_eq!(rows.len(), page.total);
            return (rows, page.sums);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_customers_of_a_cell_add_up_to_it(
        world in world(), zone in select(ZONES.to_vec()), asked in question(),
        interval in select(vec![Interval::Month, Interval::Quarter, Interval::Year]),
        by in select(vec![None, Some(Dimension::Plan), Some(Dimension::Country)]),
        what in select(vec![CohortValue::Customers, CohortValue::Mrr, CohortValue::Revenue]),
        place in any::<prop::sample::Index>(),
    ) {
        let ledger = world.ledger(zone);
        let asked = Query { interval, by, ..asked };
        let cohorts = query::cohorts(&ledger, &rates(), what, &asked).unwrap();
        let cells: Vec<_> = cohorts.series.iter().flat_map(|series| {
            series.cohorts.iter().flat_map(move |cohort| (0..cohort.values.len()).map(move |at| (series, cohort, at)))
        }).collect();
        prop_assume!(!cells.is_empty());
        let (series, cohort, at) = cells[place.index(cells.len())];
        let cell = CohortCustomersQuery {
            start_on: Some(cohort.start_on),
            at,
            group: series.group.as_ref().map(|group| group.key.clone()),
            ..members_of(&asked, what)
        };
        let (rows, sums) = all_members(&world, zone, &cell);
        let own: Vec<_> = rows.iter().filter(|row| row.currency == series.currency).collect();
        let counted = own.iter().filter(|row| row.is_counted).count();
        prop_assert_eq!(i64::try_from(counted).unwrap(), cohort.customers);
        prop_assert_eq!(own.iter().map(|row| row.mrr_minor).sum::<i64>(), cohort.mrr_minor);
        prop_assert_eq!(own.iter().filter_map(|row| row.value).sum::<i64>(), cohort.values[at]);
        let sum = sums.iter().find(|sum| sum.currency == series.currency).unwrap();
        prop_assert_eq!((sum.customers, sum.mrr_minor, sum.value), (cohort.customers, cohort.mrr_minor, cohort.values[at]));
        let is_marked = cohort.lacks_rates.get(at).copied().unwrap_or(false);
        prop_assert!(is_marked || own.iter().all(|row| row.value.is_some()));
        if is_marked && what != CohortValue::Revenue {
            // Of the currencies that are asked for, or of the one that is converted to, one has no rate then.
            let today = asked.now.day(ledger.zone());
            let end_on = asked.interval.buckets(cohort.start_on, today, asked.week_start)[at].end_on.min(today);
            let is_asked = |code: &Currency| {
                let own = &asked.filter.currencies;
                own.is_empty() || own.contains(code) || asked.currency == Reporting::In(*code)
            };
            let mut paid = ["usd", "jpy", "kwd", "ars"].map(currency).into_iter().filter(is_asked);
            prop_assert!(paid.any(|code| rates().rate(end_on, code).is_none()));
        }
    }
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

//! From which plan to which other one customers moved.

use metrics::fx::Rates;
use metrics::ledger::ChangeCause;
use metrics::query::{self, MovementFilter, MovementOrder, MovementsQuery, PlanSwitch, Query, Reporting};

use super::world::{Change, World, at, currency, query, steady_dollar};

/// From one price of a subscription to another at a moment.
fn switch(world: &mut World, id: &str, when: &str, (from, to): (&str, &str), value_minor: i64) {
    let change = |price: &str, value_minor| Change {
        at: at(when),
        subscription: format!("sub_{id}"),
        price: price.to_owned(),
        currency: currency("usd"),
        value_minor,
        cause: ChangeCause::Plan,
    };
    world.customer(id).changes.extend([change(from, 0), change(to, value_minor)]);
}

const BASIC: &str = "price_usd_0";
const EXTRA: &str = "price_usd_2";

fn world() -> World {
    let mut world = World::default();
    for (id, value) in [("up", 1_000), ("again", 1_000), ("even", 3_000), ("undone", 1_000), ("new", 1_000)] {
        let since = if id == "new" { "2024-02-10T08:00:00Z" } else { "2024-01-10" };
        world = world.with(id, "usd", &[(since, value)]);
    }
    for id in ["up", "even", "undone", "new"] {
        switch(&mut world, id, "2024-02-10T12:00:00Z", (BASIC, EXTRA), 3_000);
    }
    switch(&mut world, "undone", "2024-02-10T13:00:00Z", (EXTRA, BASIC), 1_000);
    for (on, plans, value) in [("2024-02-12", (BASIC, EXTRA), 3_000), ("2024-02-14", (EXTRA, BASIC), 1_000)] {
        switch(&mut world, "again", on, plans, value);
    }
    switch(&mut world, "again", "2024-02-16", (BASIC, EXTRA), 3_000);
    world
}

/// From which plan to which, of how many customers, and their MRR before and after.
type Row = (Option<String>, Option<String>, i64, i64, i64);

fn rows(query: &Query) -> Vec<Row> {
    let answer = query::plan_switches(&world().ledger("UTC"), &steady_dollar(), query).unwrap();
    let id = |plan: Option<query::SwitchedPlan>| plan.map(|plan| plan.id);
    let row = |row: PlanSwitch| {
        (id(row.from_plan), id(row.to_plan), row.customers, row.mrr_before_minor, row.mrr_after_minor)
    };
    answer.data.into_iter().map(row).collect()
}

#[test]
fn one_plan_for_another_at_the_same_moment_is_a_switch_also_when_it_is_worth_the_same() {
    let (basic, extra) = (Some(BASIC.to_owned()), Some(EXTRA.to_owned()));
    let february = query("2024-02-01", "2024-02-29");
    // A customer who began on the day or changed back on it made no movement of this kind.
    let up = (basic.clone(), extra.clone(), 3, 6_000, 12_000);
    let down = (extra.clone(), basic.clone(), 1, 3_000, 1_000);
    assert_eq!(rows(&february), [up, down]);
    let in_euros = Query { currency: Reporting::In(currency("eur")), ..february };
    assert_eq!(rows(&in_euros)[0], (basic, extra, 3, 4_800, 9_600));
    assert_eq!(rows(&query("2024-03-01", "2024-03-31")), []);
}

/// The customers who moved, in order of ids, and the part of each movement that is the switch.
fn moved(query: &Query, from: &[&str], to: &[&str]) -> Vec<(String, Option<i64>, Option<i64>)> {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let only = MovementFilter { plans_from: ids(from), plans_to: ids(to), ..MovementFilter::default() };
    let asked = MovementsQuery {
        query: query.clone(),
        kinds: Vec::new(),
        only,
        order: MovementOrder::default(),
        cursor: None,
        limit: 50,
    };
    let page = query::movements(&world().ledger("UTC"), &steady_dollar(), &asked).unwrap();
    let row = |one: query::Movement| (one.customer_id, one.switched_minor, one.switched_converted_minor);
    let mut rows: Vec<_> = page.data.into_iter().map(row).collect();
    rows.sort();
    rows
}

#[test]
fn the_movements_of_a_switch_say_which_part_of_them_it_is() {
    let february = query("2024-02-01", "2024-02-29");
    let up = |id: &str| (id.to_owned(), Some(2_000), None);
    let down = |id: &str| (id.to_owned(), Some(-2_000), None);
    // A customer who switched to a plan of the same value made no movement.
    assert_eq!(moved(&february, &[BASIC], &[EXTRA]), [up("again"), up("again"), up("up")]);
    assert_eq!(moved(&february, &[EXTRA], &[]), [down("again")]);
    assert_eq!(moved(&february, &[], &[BASIC]), [down("again")]);
    assert_eq!(moved(&february, &[BASIC], &[BASIC]), []);
    let in_euros = Query { currency: Reporting::In(currency("eur")), ..february.clone() };
    assert_eq!(moved(&in_euros, &[EXTRA], &[BASIC]), [("again".to_owned(), Some(-2_000), Some(-1_600))]);
    assert!(moved(&february, &[], &[]).iter().all(|row| row.1.is_none()));
}

#[test]
fn a_price_of_several_currencies_is_one_plan_in_a_reporting_currency() {
    let mut world = World::default();
    for (id, code, value) in [("a", "usd", 1_000), ("b", "eur", 800)] {
        let change = |when: &str, price: &str, value_minor, cause| Change {
            at: at(when),
            subscription: format!("sub_{id}"),
            price: price.to_owned(),
            currency: currency(code),
            value_minor,
            cause,
        };
        world.customer(id).changes.extend([
            change("2024-01-10", "price_any_0", value, ChangeCause::default()),
            change("2024-02-10", "price_any_0", 0, ChangeCause::Plan),
            change("2024-02-10", EXTRA, 2 * value, ChangeCause::Plan),
        ]);
    }
    let in_euros = Query { currency: Reporting::In(currency("eur")), ..query("2024-02-01", "2024-02-29") };
    let answer = query::plan_switches(&world.ledger("UTC"), &steady_dollar(), &in_euros).unwrap();
    let [row] = answer.data.as_slice() else { unreachable!("{answer:?}") };
    assert_eq!((row.customers, row.mrr_before_minor, row.mrr_after_minor), (2, 1_600, 3_200));
}

#[test]
fn within_one_plan_nothing_is_switched() {
    let mut of_plan = query("2024-02-01", "2024-02-29");
    of_plan.filter.plans.push(EXTRA.to_owned());
    assert_eq!(rows(&of_plan), []);
}

#[test]
fn what_takes_the_place_of_several_plans_has_no_pair() {
    let mut world = World::default().with_price("a", "sub_a", BASIC, &[("2024-01-10", 1_000)]).with_price(
        "a",
        "sub_a",
        "price_usd_1",
        &[("2024-01-10", 500)],
    );
    switch(&mut world, "a", "2024-02-10", (BASIC, EXTRA), 3_000);
    let other = Change {
        at: at("2024-02-10"),
        subscription: "sub_a".to_owned(),
        price: "price_usd_1".to_owned(),
        currency: currency("usd"),
        value_minor: 0,
        cause: ChangeCause::Plan,
    };
    world.customer("a").changes.push(other);
    let query = query("2024-02-01", "2024-02-29");
    let answer = query::plan_switches(&world.ledger("UTC"), &Rates::default(), &query).unwrap();
    let [row] = answer.data.as_slice() else { unreachable!("{answer:?}") };
    assert_eq!((&row.from_plan, &row.to_plan), (&None, &None));
    assert_eq!((row.customers, row.mrr_before_minor, row.mrr_after_minor), (1, 1_500, 3_000));
}

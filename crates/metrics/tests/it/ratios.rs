//! Ratios and revenue by hand.

use metrics::fx::Rates;
use metrics::ledger::MoneyKind;
use metrics::query::{self, Dimension, Filter, Query, QueryError, Reporting};
use metrics::registry::Metric;
use model::Currency;
use serde_json::{Value, json};

use super::world::{World, metric, query, steady_dollar};

/// Before February: a 100, b 200, c 300. In February a grows by 50, b loses 80, c leaves, d comes with 40.
fn world() -> World {
    World::default()
        .with("a", "usd", &[("2024-01-10", 100), ("2024-02-10", 150)])
        .with("b", "usd", &[("2024-01-10", 200), ("2024-02-11", 120)])
        .with("c", "usd", &[("2024-01-10", 300), ("2024-02-12", 0)])
        .with("d", "usd", &[("2024-02-13", 40)])
}

fn value(world: &World, metric: &'static Metric, query: &Query) -> Value {
    let answer = query::value(&world.ledger("UTC"), &Rates::default(), metric, query).unwrap();
    serde_json::to_value(&answer.series[0].points[0]).unwrap()["value"].clone()
}

#[test]
fn every_metric_of_a_month() {
    let february = query("2024-02-01", "2024-02-29");
    for (metric, expected) in [
        (metric("mrr"), json!(310)),
        (metric("arr"), json!(3720)),
        (metric("active_customers"), json!(3)),
        (metric("active_subscriptions"), json!(3)),
        (metric("arpa"), json!(103)),
        (metric("average_sale_price"), json!(40)),
        (metric("net_new_mrr"), json!(-290)),
        (metric("mrr_growth_rate"), json!(-0.483333)),
        (metric("quick_ratio"), json!(0.236842)),
        (metric("customer_churn_rate"), json!(0.333333)),
        (metric("gross_mrr_churn_rate"), json!(0.633333)),
        (metric("net_mrr_churn_rate"), json!(0.55)),
        (metric("net_revenue_retention"), json!(0.45)),
        (metric("gross_revenue_retention"), json!(0.366667)),
    ] {
        assert_eq!(value(&world(), metric, &february), expected, "{}", metric.id);
    }
}

#[test]
fn a_ratio_with_nothing_to_divide_by_is_absent() {
    let january = query("2024-01-01", "2024-01-31");
    for metric in [
        metric("mrr_growth_rate"),
        metric("quick_ratio"),
        metric("customer_churn_rate"),
        metric("gross_mrr_churn_rate"),
        metric("net_mrr_churn_rate"),
        metric("net_revenue_retention"),
        metric("gross_revenue_retention"),
    ] {
        assert_eq!(value(&world(), metric, &january), Value::Null, "{}", metric.id);
    }
    let mut empty = query("2024-01-01", "2024-01-31");
    empty.currency = Reporting::In(Currency::USD);
    assert_eq!(value(&World::default(), metric("arpa"), &empty), Value::Null);
    assert_eq!(value(&World::default(), metric("mrr"), &empty), json!(0));
}

#[test]
fn who_left_and_came_back_within_a_period_did_not_churn_but_lost_and_won() {
    let world =
        World::default().with("a", "usd", &[("2024-01-10", 100), ("2024-02-10", 0), ("2024-02-20", 80)]);
    let february = query("2024-02-01", "2024-02-29");
    assert_eq!(value(&world, metric("customer_churn_rate"), &february), json!(0.0));
    assert_eq!(value(&world, metric("gross_mrr_churn_rate"), &february), json!(1.0));
    assert_eq!(value(&world, metric("gross_revenue_retention"), &february), json!(0.8));
}

#[test]
fn losses_of_customers_that_came_within_the_period_are_not_churn_of_those_before() {
    let world = World::default().with("a", "usd", &[("2024-01-10", 100)]).with(
        "b",
        "usd",
        &[("2024-02-03", 50), ("2024-02-20", 0)],
    );
    let february = query("2024-02-01", "2024-02-29");
    assert_eq!(value(&world, metric("gross_mrr_churn_rate"), &february), json!(0.0));
    assert_eq!(value(&world, metric("quick_ratio"), &february), json!(1.0));
}

fn revenue_world() -> World {
    let mut world = World::default()
        .with_money("a", "2024-02-01", MoneyKind::InvoiceRevenue, "usd", 10_000)
        .with_money("a", "2024-02-10", MoneyKind::Payment, "usd", 11_900)
        .with_money("a", "2024-02-15", MoneyKind::Refund, "usd", 2_500)
        .with_money("b", "2024-02-03", MoneyKind::ChargeRevenue, "usd", 700)
        .with_money("b", "2024-02-28", MoneyKind::CreditNote, "usd", 300)
        .with_money("b", "2024-02-28", MoneyKind::InvoiceRevenue, "eur", 5_000)
        .with_money("b", "2024-03-01", MoneyKind::Refund, "usd", 700);
    world.customer("a").country = Some("DE".to_owned());
    world
}

#[test]
fn net_revenue_is_what_was_earned_less_what_was_given_back() {
    let ledger = revenue_world().ledger("UTC");
    let rates = steady_dollar();
    let ask = |metric: &'static Metric, query: &Query| query::value(&ledger, &rates, metric, query).unwrap();
    let told = |metric: &'static Metric, query: &Query| -> Vec<(String, Value)> {
        let series = ask(metric, query).series.into_iter();
        series
            .map(|one| {
                let key = one.group.map_or(one.currency.to_string(), |group| group.key);
                let values =
                    one.points.iter().map(|point| serde_json::to_value(point).unwrap()["value"].clone());
                (key, values.collect())
            })
            .collect()
    };
    let row = |key: &str, values: Value| (key.to_owned(), values);
    let asked = query("2024-02-01", "2024-03-31");
    let native = [row("eur", json!([5_000, 0])), row("usd", json!([7_900, -700]))];
    assert_eq!(told(metric("net_revenue"), &asked), native);
    assert_eq!(told(metric("refunds"), &asked), [row("usd", json!([2_500, 700]))]);
    let in_euros = Query { currency: Reporting::In(Currency::EUR), ..asked.clone() };
    assert_eq!(told(metric("net_revenue"), &in_euros), [row("eur", json!([5_000 + 6_320, -560]))]);
    let by_country = Query { by: Some(Dimension::Country), ..in_euros.clone() };
    let countries = [row("unknown", json!([5_320, -560])), row("DE", json!([6_000, 0]))];
    assert_eq!(told(metric("net_revenue"), &by_country), countries);
    let filter = Filter { countries: vec!["DE".to_owned()], ..Filter::default() };
    assert_eq!(told(metric("refunds"), &Query { filter, ..asked }), [row("usd", json!([2_500, 0]))]);
}

#[test]
fn revenue_knows_no_plans() {
    let ledger = revenue_world().ledger("UTC");
    let filter = Filter { plans: vec!["price_usd_0".to_owned()], ..Filter::default() };
    let asked = Query { filter, ..query("2024-02-01", "2024-02-29") };
    let error = query::value(&ledger, &Rates::default(), metric("refunds"), &asked).unwrap_err();
    assert_eq!(
        error,
        QueryError::UnknownDimension {
            metric: "refunds",
            dimension: Dimension::Plan,
            known: metric("refunds").dimensions,
        }
    );
}

#[test]
fn a_lifetime_is_known_where_everybody_has_left_before() {
    // Of November and December nobody, of the full months up to the end of January the one there was.
    let world = World::default().with("a", "usd", &[("2023-03-01", 100), ("2024-01-01", 0)]);
    let last_days = query("2024-01-30", "2024-01-31");
    let lifetime = metric("customer_lifetime_months");
    assert_eq!(value(&world, lifetime, &last_days), json!(3.0));
    let explained = query::explain(&world.ledger("UTC"), &Rates::default(), lifetime, &last_days).unwrap();
    let explained = serde_json::to_value(explained).unwrap();
    assert_eq!(explained["series"][0]["value"], json!(3.0), "{explained}");
    // What such a customer brings is a part of ARPA, of which there is none.
    let ltv = query::value(&world.ledger("UTC"), &Rates::default(), metric("ltv"), &last_days).unwrap();
    assert!(ltv.series.is_empty(), "{ltv:?}");
}

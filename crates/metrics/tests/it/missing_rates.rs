//! What has no exchange rate on a day is in no figure of that day, and figures that lack something say so.

use metrics::fx::Rates;
use metrics::ledger::{Apart, ChangeCause, MoneyKind};
use metrics::query::{self, Query, Reporting, Value, ValuePoint};
use model::billing::Period;
use model::{Currency, Interval};

use super::world::{Change, TestTrial, World, at, currency, day, metric, query};

/// A dollar costs a euro all the time. Yen have a rate up to the end of January, and none from the 10th of February on.
fn rates() -> Rates {
    let days = ["2023-12-29", "2024-01-10", "2024-01-20", "2024-01-30"].map(|on| format!("{on},1,150\n"));
    let later = ["2024-02-08", "2024-02-18", "2024-02-28", "2024-03-09", "2024-03-19"];
    let later = later.map(|on| format!("{on},1,\n"));
    Rates::from_csv(&format!("Date,USD,JPY\n{}{}", days.concat(), later.concat())).unwrap()
}

fn in_euros() -> Query {
    let query = query("2024-01-01", "2024-03-15");
    Query { now: at("2024-03-15"), currency: Reporting::In(Currency::EUR), ..query }
}

/// Ten euros in dollars and a hundred in yen.
fn world() -> World {
    World::default().with("ada", "usd", &[("2023-12-30", 1_000)]).with(
        "kai",
        "jpy",
        &[("2023-12-30", 15_000)],
    )
}

fn points(world: &World, id: &str, asked: &Query) -> Vec<ValuePoint> {
    let answer = query::value(&world.ledger("UTC"), &rates(), metric(id), asked).unwrap();
    answer.series.into_iter().next().map(|series| series.points).unwrap_or_default()
}

fn values(world: &World, id: &str) -> Vec<Option<Value>> {
    points(world, id, &in_euros()).into_iter().map(|point| point.value).collect()
}

/// Which of the months are marked.
fn marks(world: &World, id: &str) -> Vec<bool> {
    points(world, id, &in_euros()).into_iter().map(|point| point.lacks_rates).collect()
}

#[test]
fn growth_is_of_what_has_a_rate_on_both_days() {
    let world = world();
    let ledger = world.ledger("UTC");
    assert_eq!(values(&world, "mrr"), [11_000, 1_000, 1_000].map(|minor| Some(Value::Minor(minor))));
    let none = Some(Value::Ratio(0.into()));
    for id in ["mrr_growth_rate", "customer_churn_rate", "net_mrr_churn_rate"] {
        assert_eq!(values(&world, id), [none; 3], "{id}: nothing grew, and nobody left");
    }
    let february =
        query::summary(&ledger, &rates(), Currency::EUR, &in_euros().filter, at("2024-02-25")).unwrap();
    assert_eq!((february.mrr.before_minor, february.mrr.value_minor), (11_000, 1_000));
    assert_eq!(february.mrr.change_ratio, none, "nor does the summary say that it fell");
}

#[test]
fn points_that_lack_something_are_marked() {
    let world = world();
    // At the end of each month, or over it.
    for (id, expected) in [
        ("mrr", [false, true, true]),
        ("arpa", [false, true, true]),
        ("active_customers", [false, true, true]),
        ("mrr_growth_rate", [false, true, true]),
        ("net_revenue_retention", [false, true, true]),
        // Nothing moved.
        ("new_customers", [false, false, false]),
        ("churned_mrr", [false, false, false]),
    ] {
        assert_eq!(marks(&world, id), expected, "{id}");
    }
    let back = World::default().with("kai", "jpy", &[("2023-12-30", 15_000), ("2024-02-20", 0)]);
    assert_eq!(marks(&back, "mrr"), [false; 3], "who has left lacks nothing");
    assert_eq!(marks(&back, "churned_mrr"), [false, true, false], "but nobody knows what was lost that day");
    let native = Query { currency: Reporting::Native, ..in_euros() };
    assert!(points(&world, "mrr", &native).iter().all(|point| !point.lacks_rates));
    let answer = query::mrr(&world.ledger("UTC"), &rates(), &in_euros()).unwrap();
    let marked: Vec<bool> = answer.series[0].points.iter().map(|point| point.lacks_rates).collect();
    assert_eq!(marked, [false, true, true]);
}

#[test]
fn money_of_a_day_without_a_rate_marks_its_period() {
    let world = world().with_money("ada", "2024-02-10", MoneyKind::InvoiceRevenue, "usd", 1_000).with_money(
        "kai",
        "2024-02-25",
        MoneyKind::InvoiceRevenue,
        "jpy",
        15_000,
    );
    assert_eq!(marks(&world, "net_revenue"), [false, true, false]);
    assert_eq!(values(&world, "net_revenue"), [0, 1_000, 0].map(|minor| Some(Value::Minor(minor))));
}

#[test]
fn what_is_apart_set_to_end_or_a_trial_is_listed_where_it_has_no_rate() {
    let mut world = world();
    let trial = Change {
        at: at("2024-02-20"),
        subscription: "sub_trial".to_owned(),
        price: "price_jpy_0".to_owned(),
        currency: currency("jpy"),
        value_minor: 3_000,
        cause: ChangeCause::default(),
    };
    world.customer("new").apart.push((Apart::Trials, trial));
    world.customer("new").trials.push(TestTrial {
        subscription: "sub_trial".to_owned(),
        period: Period { start: at("2024-02-20"), end: at("2024-04-20") },
        items: vec![("price_jpy_0".to_owned(), currency("jpy"), 3_000)],
    });
    world.customer("kai").cancels.push(("sub_kai".to_owned(), at("2024-04-10")));
    let ledger = world.ledger("UTC");
    let ahead =
        Query { from: day("2024-03-01"), to: day("2024-04-30"), interval: Interval::Month, ..in_euros() };
    for (id, asked, minor, marked) in [
        ("trial_mrr", in_euros(), 3_000, vec![false, true, true]),
        ("trials_started", in_euros(), 0, vec![false, true, false]),
        ("scheduled_churn", ahead, 15_000, vec![false, true]),
    ] {
        let answer = query::value(&ledger, &rates(), metric(id), &asked).unwrap();
        let left_out: Vec<_> =
            answer.unconverted.iter().map(|one| (one.currency, one.mrr_minor, one.customers)).collect();
        assert_eq!(left_out, [(currency("jpy"), minor, 1)], "{id}");
        let marks: Vec<bool> = answer.series[0].points.iter().map(|point| point.lacks_rates).collect();
        assert_eq!(marks, marked, "{id}");
    }
}

//! One currency or several.

use std::sync::Arc;

use metrics::columns::Ledger;
use metrics::envelope;
use metrics::fx::Rates;
use metrics::query::{self, Dimension, Query, QueryError, Reporting, Value};
use metrics::question::{Preset, Question};
use metrics::view::{Reach, View};
use model::{Currency, Interval, Settings};

use super::world::{World, currency, day, metric, query};

/// A dollar costs a euro on the last day of 2023, 80 cents in January and half a euro from the 20th on.
fn rates() -> Rates {
    let text = "Date,USD,JPY,KWD\n2023-12-29,1,150,0.4\n2024-01-02,1.25,150,0.4\n2024-01-12,1.25,150,0.4\n\
        2024-01-19,2,160,0.5\n2024-01-29,2,160,0.5\n";
    Rates::from_csv(text).unwrap()
}

fn in_euros(from: &str, to: &str) -> Query {
    Query { currency: Reporting::In(Currency::EUR), ..query(from, to) }
}

#[test]
fn what_the_rates_move_is_fx_and_nothing_else() {
    let world = World::default().with("a", "usd", &[("2023-12-01", 10_000)]);
    let answer = query::mrr(&world.ledger("UTC"), &rates(), &in_euros("2024-01-01", "2024-01-31")).unwrap();
    let point = &answer.series[0].points[0];
    assert_eq!((point.mrr_minor, point.fx_minor), (5_000, -5_000));
    assert_eq!((point.expansion_minor, point.contraction_minor, point.churn_minor), (0, 0, 0));
    assert_eq!(answer.rates_on, Some(day("2024-01-29")));
}

#[test]
fn each_movement_takes_the_rate_of_its_own_day() {
    let world = World::default()
        .with("a", "usd", &[("2024-01-05", 10_000)])
        .with("b", "usd", &[("2024-01-25", 10_000)])
        .with("c", "eur", &[("2024-01-25", 333)]);
    let answer = query::mrr(&world.ledger("UTC"), &rates(), &in_euros("2024-01-01", "2024-01-31")).unwrap();
    let point = &answer.series[0].points[0];
    assert_eq!(point.new_minor, 8_000 + 5_000 + 333);
    assert_eq!((point.mrr_minor, point.fx_minor), (10_333, -3_000));
    assert_eq!(point.new_customers, 3);
}

#[test]
fn a_day_without_a_rate_uses_the_latest_before_it() {
    let world = World::default().with("a", "usd", &[("2024-01-18", 10_000)]);
    let mut asked = in_euros("2024-01-18", "2024-01-18");
    asked.interval = Interval::Day;
    let answer = query::mrr(&world.ledger("UTC"), &rates(), &asked).unwrap();
    assert_eq!(answer.series[0].points[0].new_minor, 8_000);
    assert_eq!(answer.rates_on, Some(day("2024-01-12")));
}

#[test]
fn currencies_are_scaled_by_their_decimals() {
    let world = World::default().with("a", "jpy", &[("2023-12-30", 3_000)]).with(
        "b",
        "kwd",
        &[("2023-12-30", 4_000)],
    );
    let answer = query::mrr(&world.ledger("UTC"), &rates(), &in_euros("2023-12-01", "2023-12-31")).unwrap();
    assert_eq!(answer.series[0].points[0].mrr_minor, 2_000 + 1_000, "20 € for ¥3,000, 10 € for 4 dinars");
}

#[test]
fn every_subscription_and_price_is_rounded_by_itself() {
    // 0.4 cents each: rounded as a sum they would be two.
    let world = (0..5).fold(World::default(), |world, number| {
        world.with(&format!("{number}"), "jpy", &[("2023-12-30", 1)])
    });
    let rates = Rates::from_csv("Date,JPY\n2023-12-29,250\n").unwrap();
    let answer = query::mrr(&world.ledger("UTC"), &rates, &in_euros("2023-12-01", "2023-12-31")).unwrap();
    let point = &answer.series[0].points[0];
    assert_eq!((point.mrr_minor, point.new_minor, point.customers), (0, 0, 5));
    // 0.6 cents each.
    let rates = Rates::from_csv("Date,JPY\n2023-12-29,166\n").unwrap();
    let answer = query::mrr(&world.ledger("UTC"), &rates, &in_euros("2023-12-01", "2023-12-31")).unwrap();
    let point = &answer.series[0].points[0];
    assert_eq!((point.mrr_minor, point.new_minor, point.fx_minor), (5, 5, 0));
}

#[test]
fn what_has_no_rate_is_in_no_figure_and_listed_by_itself() {
    let world = World::default()
        .with("a", "usd", &[("2023-12-30", 1_000)])
        .with("b", "ars", &[("2023-12-30", 700_000), ("2024-01-10", 900_000)])
        .with("c", "ars", &[("2023-12-30", 100), ("2024-01-10", 0)]);
    let ledger = world.ledger("UTC");
    let asked = in_euros("2023-12-01", "2024-01-31");
    let answer = query::mrr(&ledger, &rates(), &asked).unwrap();
    assert_eq!(answer.unconverted.len(), 1);
    let left_out = answer.unconverted[0];
    assert_eq!((left_out.currency, left_out.mrr_minor), (currency("ars"), 900_000));
    assert_eq!((left_out.customers, left_out.on), (1, day("2024-01-31")));
    let point = &answer.series[0].points[0];
    assert_eq!((point.mrr_minor, point.customers, point.subscriptions), (1_000, 1, 1));
    assert_eq!((point.new_minor, point.new_customers), (1_000, 1));
    for (id, expected) in [
        ("arpa", Some(Value::Minor(500))),
        ("active_customers", Some(Value::Count(1))),
        ("customer_churn_rate", Some(Value::Ratio(0.into()))),
    ] {
        let answer = query::value(&ledger, &rates(), metric(id), &asked).unwrap();
        assert_eq!(answer.series[0].points[1].value, expected, "{id}");
        assert_eq!(answer.unconverted, [left_out]);
    }
}

#[test]
fn twelve_months_are_those_before_the_running_one_and_that_one_so_far() {
    let view = view(World::default().ledger("UTC"), rates());
    let days = |range| {
        let question = Question { range, ..Question::default() };
        let query = question.query(&view).unwrap();
        (query.from.to_string(), query.to.to_string())
    };
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(days(None), pair("2023-03-01", "2024-02-10"));
    assert_eq!(days(Some(Preset::Last12Months)), pair("2023-03-01", "2024-02-10"));
    assert_eq!(days(Some(Preset::Last12FullMonths)), pair("2023-02-01", "2024-01-31"));
}

/// Of 2024-02-10.
pub fn view(ledger: Ledger, rates: Rates) -> View {
    View {
        ledger: Arc::new(ledger),
        rates: Arc::new(rates),
        settings: Settings::default(),
        default_currency: Some(Currency::USD),
        now: super::world::at("2024-02-10"),
        reach: Reach::default(),
        absent: Vec::new(),
        late: Vec::new(),
        answers: None,
        mrr_method: None,
    }
}

#[test]
fn a_currency_without_rates_is_no_currency_to_report_in() {
    let world = World::default().with("a", "usd", &[("2023-12-30", 1_000)]).with(
        "b",
        "ars",
        &[("2023-12-30", 700_000)],
    );
    let ledger = world.ledger("UTC");
    let asked = Query { currency: Reporting::In(currency("ars")), ..query("2023-12-01", "2023-12-31") };
    let mut view = view(ledger, rates());
    let in_pesos = Question { currency: Some(Reporting::In(currency("ars"))), ..Question::default() };
    assert_eq!(envelope::mrr(&view, in_pesos.clone()), Err(QueryError::NoRate(currency("ars"))));
    assert_eq!(envelope::summary(&view, &in_pesos), Err(QueryError::NoRate(currency("ars"))));
    view.settings.reporting_currency = Some(currency("ars"));
    assert_eq!(view.reporting_currency(), Currency::USD);
    // But for the account's own.
    view.default_currency = Some(currency("ars"));
    assert_eq!(view.reporting_currency(), currency("ars"));
    assert!(envelope::mrr(&view, in_pesos).is_ok());
    // Alone nothing has to be converted.
    let alone = World::default().with("b", "ars", &[("2023-12-30", 700_000)]).ledger("UTC");
    assert_eq!(query::mrr(&alone, &rates(), &asked).unwrap().series[0].points[0].mrr_minor, 700_000);
}

#[test]
fn a_range_cuts_its_first_and_last_period_and_says_so() {
    let world = World::default().with("a", "usd", &[("2024-01-05", 1_000), ("2024-02-20", 3_000)]);
    let points = |from: &str, to: &str, now: &str| {
        let asked = Query { now: super::world::at(now), ..query(from, to) };
        let answer = query::mrr(&world.ledger("UTC"), &Rates::default(), &asked).unwrap();
        let points = answer.series.into_iter().flat_map(|series| series.points);
        points
            .map(|p| (p.start_on.to_string(), p.end_on.to_string(), p.is_partial, p.mrr_minor, p.new_minor))
            .collect::<Vec<_>>()
    };
    let row =
        |from: &str, to: &str, is_partial, mrr, new| (from.to_owned(), to.to_owned(), is_partial, mrr, new);
    assert_eq!(
        points("2024-01-10", "2024-03-10", "2024-06-01"),
        [
            row("2024-01-10", "2024-01-31", true, 1_000, 0),
            row("2024-02-01", "2024-02-29", false, 3_000, 0),
            row("2024-03-01", "2024-03-10", true, 3_000, 0),
        ],
    );
    assert_eq!(
        points("2024-01-01", "2024-02-29", "2024-02-10"),
        [
            row("2024-01-01", "2024-01-31", false, 1_000, 1_000),
            row("2024-02-01", "2024-02-10", true, 1_000, 0)
        ],
    );
    assert!(points("2024-03-01", "2024-03-31", "2024-02-10").is_empty(), "a range that is still to come");
}

#[test]
fn a_customer_with_two_currencies_is_one_customer_when_they_are_one() {
    let world = World::default()
        .with_price("a", "sub_1", "price_usd_0", &[("2024-01-03", 1_000)])
        .with_price("a", "sub_2", "price_eur_0", &[("2024-01-04", 1_000)]);
    let ledger = world.ledger("UTC");
    let answer = query::mrr(&ledger, &rates(), &in_euros("2024-01-01", "2024-01-31")).unwrap();
    let point = &answer.series[0].points[0];
    assert_eq!((point.customers, point.new_customers, point.subscriptions), (1, 1, 2));
    let native = query::mrr(&ledger, &rates(), &query("2024-01-01", "2024-01-31")).unwrap();
    assert_eq!(native.series.iter().map(|series| series.points[0].customers).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn by_currency_each_group_is_converted() {
    let world = World::default().with("a", "usd", &[("2024-01-25", 10_000)]).with(
        "b",
        "jpy",
        &[("2024-01-25", 1_600)],
    );
    let mut asked = in_euros("2024-01-01", "2024-01-31");
    asked.by = Some(Dimension::Currency);
    let answer = query::mrr(&world.ledger("UTC"), &rates(), &asked).unwrap();
    let groups: Vec<_> = answer
        .series
        .iter()
        .map(|series| {
            (
                series.currency.to_string(),
                series.group.as_ref().unwrap().key.clone(),
                series.points[0].mrr_minor,
            )
        })
        .collect();
    let row = |key: &str, minor| ("eur".to_owned(), key.to_owned(), minor);
    assert_eq!(groups, [row("usd", 5_000), row("jpy", 1_000)]);
}

#[test]
fn a_range_that_begins_before_the_first_rate_converts_what_came_after() {
    let world = World::default().with("a", "usd", &[("2023-12-30", 1_000)]);
    let ledger = world.ledger("UTC");
    for target in [Currency::EUR, currency("jpy")] {
        let asked = Query {
            currency: Reporting::In(target),
            interval: Interval::Year,
            ..query("2000-01-01", "2023-12-31")
        };
        let answer = query::mrr(&ledger, &rates(), &asked).unwrap();
        assert!(answer.unconverted.is_empty());
        let values: Vec<i64> = answer.series[0].points.iter().map(|point| point.mrr_minor).collect();
        assert_eq!(values.iter().sum::<i64>(), if target == Currency::EUR { 1_000 } else { 1_500 });
    }
    let early = World::default().with("a", "usd", &[("2023-12-01", 1_000)]);
    let answer = query::mrr(&early.ledger("UTC"), &rates(), &in_euros("2023-12-01", "2023-12-20")).unwrap();
    assert_eq!(answer.unconverted[0].currency, Currency::USD, "there was an amount before any rate");
    assert_eq!(answer.series[0].points[0].customers, 0);
    let answer = query::mrr(&early.ledger("UTC"), &rates(), &in_euros("2023-12-01", "2023-12-31")).unwrap();
    let point = &answer.series[0].points[0];
    assert!(answer.unconverted.is_empty());
    assert_eq!(
        (point.mrr_minor, point.new_minor, point.fx_minor),
        (1_000, 0, 1_000),
        "it came without a rate"
    );
    let asked = in_euros("2024-01-01", "2024-02-09");
    assert_eq!(
        query::mrr(&ledger, &rates(), &asked).unwrap().unconverted[0].currency,
        Currency::USD,
        "the last rate is more than ten days old at the end"
    );
}

//! With native currencies, what nothing matches is zero in each currency that the account bills in.

use std::sync::Arc;

use metrics::envelope;
use metrics::query::{Dimension, Filter, MrrPoint, Reporting, Value};
use metrics::question::Question;
use metrics::registry::{Feed, METRICS};
use metrics::view::{Reach, View};
use model::{Currency, Interval, Settings, WeekStart};

use super::world::{World, currency, day, metric, query, steady_dollar};

/// Billed in euros and dollars, and refunded in dollars.
fn view(world: &World) -> View {
    View {
        ledger: Arc::new(world.ledger("UTC")),
        rates: Arc::new(steady_dollar()),
        settings: Settings::default(),
        default_currency: Some(Currency::USD),
        mrr_method: None,
        now: query("2024-01-01", "2024-01-31").now,
        reach: Reach::default(),
        absent: Vec::new(),
        late: Vec::new(),
        answers: None,
    }
}

fn world() -> World {
    World::default()
        .with("a", "usd", &[("2024-01-10", 1_000)])
        .with_price("b", "sub_b", "price_usd_1", &[("2024-02-10", 500)])
        .with("c", "eur", &[("2024-02-12", 300)])
}

/// Of what no price of the account is.
fn nothing() -> Filter {
    Filter { plans: vec!["price_of_nobody".to_owned()], ..Filter::default() }
}

fn january(filter: Filter) -> Question {
    Question { from: Some(day("2024-01-10")), to: Some(day("2024-02-29")), filter, ..Question::default() }
}

/// The values of each series, by its currency.
fn values(view: &View, id: &str, question: Question) -> Vec<(String, Vec<Option<Value>>)> {
    let answer = envelope::value(view, metric(id), question).unwrap().answer;
    let values = answer
        .series
        .into_iter()
        .map(|series| (series.currency.to_string(), series.points.iter().map(|point| point.value).collect()));
    values.collect()
}

fn two(value: Option<Value>, of: &[&str]) -> Vec<(String, Vec<Option<Value>>)> {
    of.iter().map(|code| ((*code).to_owned(), vec![value; 2])).collect()
}

#[test]
fn amounts_and_counts_are_zero_and_ratios_are_none() {
    let view = view(&world());
    let all = ["eur", "usd"];
    assert_eq!(values(&view, "mrr", january(nothing())), two(Some(Value::Minor(0)), &all));
    assert_eq!(values(&view, "active_customers", january(nothing())), two(Some(Value::Count(0)), &all));
    assert_eq!(values(&view, "trials_started", january(nothing())), two(Some(Value::Count(0)), &all));
    assert_eq!(values(&view, "at_risk_mrr", january(nothing())), two(Some(Value::Minor(0)), &all));
    assert_eq!(values(&view, "refunds", january(Filter::default())), two(Some(Value::Minor(0)), &all));
    assert_eq!(values(&view, "arpa", january(nothing())), two(None, &all));
    assert_eq!(values(&view, "customer_churn_rate", january(nothing())), two(None, &all));
    assert_eq!(values(&view, "ltv", january(nothing())), two(None, &all));
}

#[test]
fn every_metric_has_the_periods_of_what_there_is() {
    let view = view(&world());
    for metric in METRICS {
        let question = || Question { interval: Some(Interval::Week), ..january(Filter::default()) };
        let converted = Question { currency: Some(Reporting::In(Currency::USD)), ..question() };
        let one = envelope::value(&view, metric, converted).unwrap().answer;
        let native = envelope::value(&view, metric, question()).unwrap().answer;
        let periods = |points: &[metrics::query::ValuePoint]| -> Vec<_> {
            points.iter().map(|point| (point.start_on, point.end_on, point.is_partial)).collect()
        };
        // The balance is in the account's own currency alone.
        let is_of_balance = ["fees", "net_cash"].contains(&metric.id);
        assert_eq!(native.series.len(), if is_of_balance { 1 } else { 2 }, "{}", metric.id);
        for series in &native.series {
            assert_eq!(periods(&series.points), periods(&one.series[0].points), "{}", metric.id);
        }
    }
}

#[test]
fn mrr_comes_with_movements_of_zero() {
    let view = view(&world());
    let answer = envelope::mrr(&view, january(nothing())).unwrap().answer;
    assert_eq!(
        answer.series.iter().map(|one| one.currency).collect::<Vec<_>>(),
        [Currency::EUR, Currency::USD]
    );
    let MrrPoint { start_on, end_on, is_partial, mrr_minor, customers, churn_minor, .. } =
        answer.series[0].points[0];
    assert_eq!((start_on, end_on, is_partial), (day("2024-01-10"), day("2024-01-31"), true));
    assert_eq!((mrr_minor, customers, churn_minor), (0, 0, 0));
}

#[test]
fn weeks_begin_with_the_day_of_the_settings() {
    let settings = Settings { week_start: WeekStart::Sunday, ..Settings::default() };
    let view = View { settings, ..view(&world()) };
    let question = Question {
        from: Some(day("2024-01-10")),
        to: Some(day("2024-01-15")),
        interval: Some(Interval::Week),
        ..january(nothing())
    };
    let answer = envelope::mrr(&view, question).unwrap().answer;
    let weeks = answer.series[0].points.iter().map(|point| point.start_on);
    assert_eq!(weeks.collect::<Vec<_>>(), [day("2024-01-10"), day("2024-01-14")]);
}

#[test]
fn a_currency_that_the_filter_leaves_out_has_no_zeros() {
    let view = view(&world());
    let of = |codes: &[&str]| Filter {
        currencies: codes.iter().map(|code| currency(code)).collect(),
        ..nothing()
    };
    assert_eq!(values(&view, "mrr", january(of(&["eur"]))), two(Some(Value::Minor(0)), &["eur"]));
    assert_eq!(values(&view, "mrr", january(of(&["gbp"]))), []);
}

#[test]
fn what_there_is_in_other_currencies_stays() {
    let view = view(&world());
    let filter = Filter { plans: vec!["price_usd_1".to_owned()], ..Filter::default() };
    let minor = |all: [i64; 2]| all.map(|minor| Some(Value::Minor(minor))).to_vec();
    let expected = [("eur".to_owned(), minor([0, 0])), ("usd".to_owned(), minor([0, 500]))];
    assert_eq!(values(&view, "mrr", january(filter)), expected);
}

#[test]
fn where_zero_would_be_a_guess_there_is_none() {
    let absent = vec![(Feed::Charges, "charge".to_owned())];
    let view = View { absent, ..view(&world()) };
    assert_eq!(values(&view, "payments_collected", january(Filter::default())), []);
    let empty = self::view(&World::default());
    assert_eq!(values(&empty, "mrr", january(Filter::default())), []);
}

#[test]
fn how_customers_left_is_not_known_where_nobody_reports_failed_payments() {
    let world = World::default().with("a", "usd", &[("2024-01-10", 1_000), ("2024-02-10", 0)]).with(
        "b",
        "usd",
        &[("2024-01-10", 500)],
    );
    let question = || Question { currency: Some(Reporting::In(Currency::USD)), ..january(Filter::default()) };
    let of = |view: &View, id: &str| values(view, id, question()).remove(0).1;
    let exact_from = |on: &str| View {
        late: vec![Feed::FailedPayments],
        reach: Reach { exact_from_on: Some(day(on)), ..Reach::default() },
        ..view(&world)
    };
    let never = View { absent: vec![(Feed::FailedPayments, "alert".to_owned())], ..view(&world) };
    let all = of(&view(&world), "customer_churn_rate");
    assert!(all[1].is_some());
    for id in ["voluntary_churn_rate", "involuntary_churn_rate"] {
        let whole = of(&view(&world), id);
        assert!(whole[1].is_some(), "{id}");
        assert_eq!(of(&exact_from("2024-02-01"), id), whole, "{id}");
        for coarse in [exact_from("2024-02-02"), never.clone()] {
            assert_eq!(of(&coarse, id), [None, None], "{id}");
            assert_eq!(of(&coarse, "customer_churn_rate"), all);
        }
    }
}

#[test]
fn a_breakdown_has_only_the_groups_that_there_are() {
    let view = view(&world());
    let question = Question { by: Some(Dimension::Plan), ..january(nothing()) };
    assert_eq!(values(&view, "mrr", question), []);
}

#[test]
fn a_summary_of_nothing_is_zero() {
    let question = Question { filter: nothing(), ..Question::default() };
    let summary = envelope::summary(&view(&world()), &question).unwrap().answer;
    assert_eq!((summary.currency, summary.mrr.value_minor, summary.mrr.change_minor), (Currency::USD, 0, 0));
    assert_eq!((summary.active_customers, summary.active_subscriptions), (0, 0));
    assert_eq!((summary.arpa_minor, summary.customer_churn_rate), (None, None));
}

use model::{Day, Interval};

use super::*;
use crate::query::{Cohort, CohortSeries, CohortValue, Series, Unconverted};

const SECRET_MINOR: i64 = 1_234_567;

fn curtain(hides_amounts: bool, hides_counts: bool) -> Curtain {
    let of_means = BTreeMap::from([("arpa".to_owned(), 4_321)]);
    let scale = Scale { total_minor: SECRET_MINOR, of_means };
    Curtain { scale: hides_amounts.then_some(scale), hides_counts }
}

fn answer<P>(point: P) -> Answer<P> {
    Answer {
        metric: "mrr",
        interval: Interval::Month,
        currency: Reporting::In(Currency::USD),
        timezone: "UTC".into(),
        rates_on: Some(Day(7)),
        unconverted: vec![Unconverted { currency: Currency::EUR, mrr_minor: 99, customers: 3, on: Day(7) }],
        series: vec![Series {
            currency: Currency::USD,
            group: Some(Group { key: "price_1".into(), label: "Pro 29 – $29.00".into() }),
            points: vec![point],
        }],
    }
}

fn value(value: Value) -> ValuePoint {
    ValuePoint { start_on: Day(0), end_on: Day(1), is_partial: false, value: Some(value), lacks_rates: false }
}

fn shown(curtain: &Curtain, metric: &str, of: Value) -> Option<Value> {
    let metric = Metric::find(metric).unwrap();
    curtain.values(metric, None, answer(value(of))).series[0].points[0].value
}

#[test]
fn an_amount_becomes_its_part_of_a_secret_whole_and_a_mean_of_its_own() {
    let hidden = curtain(true, false);
    assert_eq!(shown(&hidden, "mrr", Value::Minor(SECRET_MINOR)), Some(Value::Minor(10_000)));
    assert_eq!(shown(&hidden, "net_revenue", Value::Minor(-SECRET_MINOR / 2)), Some(Value::Minor(-5_000)));
    assert_eq!(shown(&hidden, "arpa", Value::Minor(4_321)), Some(Value::Minor(10_000)));
    assert_eq!(shown(&hidden, "mrr", Value::Minor(2_900)), Some(Value::Minor(23)));
    assert_eq!(shown(&curtain(true, true), "mrr", Value::Minor(2_900)), Some(Value::Minor(20)));
    assert_eq!(shown(&curtain(false, true), "mrr", Value::Minor(2_900)), Some(Value::Minor(2_900)));
}

#[test]
fn a_rate_is_rounded_where_its_fraction_would_tell_its_parts() {
    let third = Value::Ratio(Decimal::new(34_482_758, 9));
    assert_eq!(
        shown(&curtain(true, false), "gross_mrr_churn_rate", third),
        Some(Value::Ratio(Decimal::new(34, 3)))
    );
    assert_eq!(
        shown(&curtain(false, true), "customer_churn_rate", third),
        Some(Value::Ratio(Decimal::new(34, 3)))
    );
    assert_eq!(shown(&curtain(false, false), "customer_churn_rate", third), Some(third));
}

#[test]
fn counts_are_there_unless_they_are_hidden() {
    assert_eq!(shown(&curtain(true, false), "active_customers", Value::Count(87)), Some(Value::Count(87)));
    assert_eq!(shown(&curtain(true, true), "active_customers", Value::Count(87)), None);
    let customers = Metric::find("active_customers").unwrap();
    assert!(curtain(true, true).hides(customers) && !curtain(true, false).hides(customers));
    for telling in
        ["arpa", "ltv", "average_sale_price", "average_revenue_per_customer", "customer_lifetime_months"]
    {
        let metric = Metric::find(telling).unwrap();
        assert!(curtain(true, true).hides(metric) && !curtain(true, false).hides(metric), "{telling}");
    }
}

#[test]
fn arr_shows_no_more_than_mrr() {
    let hidden = curtain(true, true);
    for minor in [1, 2_900, 99_999, SECRET_MINOR] {
        let (mrr, arr) =
            (shown(&hidden, "mrr", Value::Minor(minor)), shown(&hidden, "arr", Value::Minor(12 * minor)));
        assert_eq!(mrr, arr);
    }
}

#[test]
fn nothing_of_an_answer_of_mrr_is_an_amount_or_names_one() {
    let point = MrrPoint {
        start_on: Day(0),
        end_on: Day(1),
        is_partial: false,
        value: SECRET_MINOR,
        mrr_minor: SECRET_MINOR,
        customers: 87,
        subscriptions: 91,
        new_minor: 290_029,
        expansion_minor: 41_017,
        contraction_minor: -11_013,
        churn_minor: -29_031,
        reactivation_minor: 29_033,
        fx_minor: 17_019,
        new_customers: 83,
        expansion_customers: 79,
        contraction_customers: 73,
        churn_customers: 71,
        reactivation_customers: 67,
        lacks_rates: false,
    };
    let told = curtain(true, true).mrr(Some(Dimension::Plan), answer(point.clone()));
    let text = serde_json::to_string(&told).unwrap();
    for amount in
        [SECRET_MINOR, 290_029, 41_017, 11_013, 29_031, 29_033, 17_019, 99, 29, 87, 91, 83, 79, 73, 71, 67]
    {
        assert!(
            !text.contains(&format!(":{amount}")) && !text.contains(&format!(":-{amount}")),
            "{amount}: {text}"
        );
    }
    assert!(!text.contains("usd") && text.contains("Pro • – $•.•"), "{text}");
    let whole = curtain(false, false).mrr(Some(Dimension::Plan), answer(point.clone()));
    assert_eq!(whole, answer(point));
}

#[test]
fn cohorts_keep_their_shape() {
    let cohort = Cohort {
        start_on: Day(0),
        customers: 13,
        mrr_minor: SECRET_MINOR / 10,
        values: vec![SECRET_MINOR / 10, SECRET_MINOR / 20],
        is_last_partial: false,
        lacks_rates: vec![false, true],
    };
    let cohorts = Cohorts {
        what: CohortValue::Mrr,
        interval: Interval::Month,
        currency: Reporting::In(Currency::USD),
        timezone: "UTC".into(),
        rates_on: None,
        series: vec![CohortSeries { currency: Currency::USD, group: None, cohorts: vec![cohort] }],
    };
    let told = curtain(true, true).cohorts(None, false, cohorts);
    let [cohort] = &told.series[0].cohorts[..] else { panic!() };
    assert_eq!((cohort.customers, cohort.mrr_minor, &cohort.values[..]), (1, 1_000, &[1_000, 500][..]));
    assert_eq!(cohort.lacks_rates, [false, true], "what is not complete is marked for everybody");
}

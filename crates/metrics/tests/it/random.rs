//! Random ledgers and questions: the loops answer what the plain definitions say.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::tz::TimeZone;
use metrics::fx::Rates;
use metrics::query::{self, Dimension, Filter, MovementKind, MovementsQuery, Query, Reporting, Value};
use metrics::registry::{METRICS, Metric};
use model::{Currency, Day, Interval, UnixSeconds, WeekStart};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rust_decimal::Decimal;

use super::reference::{Expected, Period, Reference};
use super::world::{CODES, Change, TestCustomer, World, currency};

/// 2023-03-01. Everything happens within two years from here.
pub const START: i64 = 1_677_628_800;
const START_ON: i32 = 19_417;
pub const HOURS: i64 = 2 * 365 * 24;
pub const ZONES: [&str; 5] = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"];

fn change() -> impl Strategy<Value = (i64, usize, i64)> {
    (0..HOURS, 0..3_usize, select(vec![0, 0, 1, 499, 1_000, 2_500, 9_900]))
}

fn subscription() -> impl Strategy<Value = (&'static str, Vec<(i64, usize, i64)>)> {
    (select(CODES.to_vec()), prop::collection::vec(change(), 1..7))
}

fn customer() -> impl Strategy<Value = TestCustomer> {
    let countries = select(vec![None, Some("DE"), Some("US")]);
    (countries, prop::collection::vec(subscription(), 1..4)).prop_map(|(country, subscriptions)| {
        let mut customer = TestCustomer::new("");
        customer.country = country.map(str::to_owned);
        for (number, (code, changes)) in subscriptions.into_iter().enumerate() {
            customer.changes.extend(changes.into_iter().map(|(hour, price, value_minor)| Change {
                at: UnixSeconds(START + hour * 3600),
                subscription: format!("sub_{number}"),
                price: format!("price_{code}_{price}"),
                currency: currency(code),
                value_minor,
            }));
        }
        customer
    })
}

pub fn world() -> impl Strategy<Value = World> {
    prop::collection::vec(customer(), 1..9).prop_map(|mut customers| {
        for (number, customer) in customers.iter_mut().enumerate() {
            customer.id = format!("cus_{number}");
        }
        World { customers }
    })
}

/// Mostly nothing, sometimes some of these.
fn some_of(all: &[&str]) -> impl Strategy<Value = Vec<String>> + use<> {
    let all: Vec<String> = all.iter().map(|text| (*text).to_owned()).collect();
    let most = all.len();
    prop_oneof![3 => Just(Vec::new()), 1 => subsequence(all, 1..=most)]
}

fn filter() -> impl Strategy<Value = Filter> {
    (
        some_of(&["price_usd_0", "price_usd_1", "price_jpy_0", "price_kwd_2"]),
        some_of(&["basic", "extra"]),
        some_of(&["month", "year", "3-month"]),
        some_of(&["usd", "jpy", "ars"]),
        some_of(&["DE", "US", "unknown"]),
    )
        .prop_map(|(plans, products, intervals, currencies, countries)| Filter {
            plans,
            products,
            intervals,
            currencies: currencies.iter().map(|code| currency(code)).collect(),
            countries,
        })
}

pub fn question() -> impl Strategy<Value = Query> {
    (
        (0..700_i32, 0..400_i32, 0..HOURS + 2_000),
        select(Interval::ALL.to_vec()),
        select(vec![WeekStart::Monday, WeekStart::Sunday]),
        select(vec![
            Reporting::Native,
            Reporting::In(Currency::EUR),
            Reporting::In(Currency::USD),
            Reporting::In(currency("jpy")),
        ]),
        filter(),
        prop_oneof![1 => Just(None), 1 => select(Dimension::ALL.to_vec()).prop_map(Some)],
    )
        .prop_map(|((from, length, now), interval, week_start, currency, filter, by)| Query {
            from: Day(START_ON + from),
            to: Day(START_ON + from + length),
            interval,
            week_start,
            currency,
            filter,
            by,
            within_days: None,
            now: UnixSeconds(START + now * 3600),
        })
}

/// Rates of every third day, that wander up and down. There are none of `ars`, and those of `kwd` pause for months.
pub fn rates() -> Rates {
    let mut text = String::from("Date,USD,JPY,KWD\n");
    for day in (START_ON - 1_200..START_ON + 1_200).step_by(3) {
        let wave = i64::from(day % 97) * i64::from(day % 13);
        let (usd, jpy, kwd) = (10_000 + wave, 15_000 + 3 * wave, 3_300 - wave / 2);
        let line = [Decimal::new(usd, 4), Decimal::new(jpy, 2), Decimal::new(kwd, 4)];
        let kwd = if day.rem_euclid(300) < 180 { line[2].to_string() } else { String::new() };
        writeln!(text, "{},{},{},{kwd}", Day(day), line[0], line[1]).unwrap();
    }
    Rates::from_csv(&text).unwrap()
}

type Points<T> = BTreeMap<(String, Currency), Vec<T>>;

fn by_key<P>(series: Vec<query::Series<P>>) -> Points<P> {
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
            let expected = reference.expected(&group, currency, period);
            let Some(points) = points else {
                prop_assert_eq!((expected.mrr, expected.customers, expected.customers_before), (0, 0, 0));
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

/// The metrics that can be filtered by plan: those of the ledger.
fn recurring() -> Vec<&'static Metric> {
    METRICS.iter().filter(|metric| metric.dimensions.contains(&Dimension::Plan)).collect()
}

/// What a point of MRR does not say.
fn expected_rest(expected: &Expected) -> Expected {
    Expected {
        customers_before: expected.customers_before,
        churned: expected.churned,
        lost: expected.lost,
        retained: expected.retained,
        kept: expected.kept,
        base_mrr: expected.base_mrr,
        base_customers: expected.base_customers,
        ..Expected::default()
    }
}

fn expected_value(metric: &str, expected: &Expected) -> Option<Decimal> {
    let moved = |kind: &str| expected.moved[kind];
    let share = |part: Decimal, whole: i64| part.checked_div(Decimal::from(whole));
    let of_mrr = |part: i64| share(part.into(), expected.base_mrr);
    let gained = moved("new") + moved("reactivation") + moved("expansion");
    let lost = moved("contraction") + moved("churn");
    match metric {
        "mrr" => Some(expected.mrr.into()),
        "arr" => Some((expected.mrr * 12).into()),
        "active_customers" => Some(expected.customers.into()),
        "active_subscriptions" => Some(expected.subscriptions.into()),
        "arpa" => {
            share(expected.mrr.into(), expected.customers).map(|mean| super::reference::round(mean).into())
        }
        "average_sale_price" => share(moved("new").into(), expected.movers["new"])
            .map(|mean| super::reference::round(mean).into()),
        "net_new_mrr" => Some((expected.mrr - expected.mrr_before).into()),
        "mrr_growth_rate" => share((expected.mrr - expected.mrr_before).into(), expected.mrr_before),
        "quick_ratio" => share(gained.into(), -lost),
        "customer_churn_rate" => share(expected.churned.into(), expected.base_customers),
        "gross_mrr_churn_rate" => of_mrr(-expected.lost),
        "net_mrr_churn_rate" => of_mrr(expected.retained).map(|retained| Decimal::ONE - retained),
        "net_revenue_retention" => of_mrr(expected.retained),
        "gross_revenue_retention" => of_mrr(expected.kept),
        _ => unreachable!("there is no definition of {metric} here"),
    }
}

fn check_value(
    world: &World,
    zone: &str,
    rates: &Rates,
    query: &Query,
    metric: &'static Metric,
) -> Result<(), TestCaseError> {
    let reference = Reference::new(world, &TimeZone::get(zone).unwrap(), rates, query);
    let answer = query::value(&world.ledger(zone), rates, metric, query).unwrap();
    for ((group, currency), points) in by_key(answer.series) {
        for (point, period) in points.iter().zip(reference.periods()) {
            let expected = reference.expected(&group, currency, period);
            let wanted = expected_value(metric.id, &expected);
            let found = point.value.map(|value| match value {
                Value::Minor(number) | Value::Count(number) => Decimal::from(number),
                Value::Ratio(ratio) => ratio,
            });
            let is_right = match (found, wanted) {
                (Some(found), Some(wanted)) => (found - wanted).abs() <= Decimal::new(1, 20),
                (found, wanted) => found == wanted,
            };
            prop_assert!(is_right, "{} of {period:?}: {found:?}, not {wanted:?}", metric.id);
        }
    }
    Ok(())
}

fn check_movements(world: &World, zone: &str, rates: &Rates, query: &Query) -> Result<(), TestCaseError> {
    let query = Query { interval: Interval::Day, currency: Reporting::Native, by: None, ..query.clone() };
    let ledger = world.ledger(zone);
    let mut sums: BTreeMap<(Currency, Day, MovementKind), (i64, i64)> = BTreeMap::new();
    let mut asked = MovementsQuery { query: query.clone(), kinds: Vec::new(), cursor: None, limit: 3 };
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
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn mrr_and_its_movements_are_what_the_definitions_say(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        check_mrr(&world, zone, &rates(), &query)?;
    }

    #[test]
    fn every_metric_is_what_its_definition_says(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
        metric in select(recurring()),
    ) {
        check_value(&world, zone, &rates(), &query, metric)?;
    }

    #[test]
    fn the_list_of_movements_adds_up_to_the_series(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        check_movements(&world, zone, &rates(), &query)?;
    }
}

//! How values came about: what they are made of leads to them, and what customers add leads to that.

use std::collections::BTreeMap;

use metrics::query::{self, ContributionsQuery, ExplainedSeries, Query, QueryError, Rows, Value};
use metrics::registry::{METRICS, Metric};
use model::Currency;
use model::billing::Period;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use super::generated::{ZONES, question, question_of_balance, question_of_money, rates, world};
use super::world::{TestTrial, World, at, currency, metric, query};

/// The parts of a value, by name.
struct Parts(BTreeMap<&'static str, Decimal>);

impl Parts {
    fn of(series: &ExplainedSeries) -> Self {
        let parts = series.parts.iter().map(|part| match part.value {
            Value::Minor(number) | Value::Count(number) => (part.id, Decimal::from(number)),
            Value::Ratio(ratio) => (part.id, ratio),
        });
        Self(parts.collect())
    }

    fn get(&self, id: &str) -> Decimal {
        self.0.get(id).copied().unwrap_or_default()
    }

    fn sum(&self, ids: &[&str]) -> Decimal {
        ids.iter().map(|id| self.get(id)).sum()
    }

    fn quotient(&self, above: &[&str], below: &[&str]) -> Option<Decimal> {
        self.sum(above).checked_div(self.sum(below))
    }
}

const MOVEMENTS: [&str; 5] =
    ["new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr"];
const NET_REVENUE: [&str; 4] = ["paid_invoice", "charge_without_invoice", "refund", "credit_note"];

/// The formulas once more. `None`: nothing to divide by.
fn combined(id: &str, parts: &Parts) -> Option<Decimal> {
    let one = Decimal::ONE;
    let retained = || parts.quotient(&["retained_mrr"], &["base_mrr"]);
    Some(match id {
        "arr" => parts.get("mrr") * Decimal::from(12),
        "arpa" => parts.quotient(&["mrr"], &["customers"])?,
        "average_sale_price" => parts.quotient(&["new_mrr"], &["new_customers"])?,
        "net_new_mrr" => parts.sum(&MOVEMENTS) + parts.get("fx"),
        "mrr_growth_rate" => parts.quotient(&["end_mrr"], &["base_mrr"])? - one,
        "quick_ratio" => {
            let gained = parts.sum(&MOVEMENTS[..3]);
            gained.checked_div(-parts.sum(&MOVEMENTS[3..]))?
        }
        "customer_churn_rate" => parts.quotient(&["lost_customers"], &["base_customers"])?,
        "voluntary_churn_rate" => {
            let left = parts.get("lost_customers") - parts.get("failed_customers");
            left.checked_div(parts.get("base_customers"))?
        }
        "involuntary_churn_rate" => parts.quotient(&["failed_customers"], &["base_customers"])?,
        "gross_mrr_churn_rate" => -parts.quotient(&["lost_mrr"], &["base_mrr"])?,
        "net_mrr_churn_rate" => one - retained()?,
        "net_revenue_retention" => retained()?,
        "gross_revenue_retention" => parts.quotient(&["kept_mrr"], &["base_mrr"])?,
        "ltv" => parts.quotient(&["mrr"], &["customers"])?.checked_div(parts.get("customer_churn_rate"))?,
        "customer_lifetime_months" => one.checked_div(parts.get("customer_churn_rate"))?,
        "trial_conversion_rate" => parts.quotient(&["trials_converted"], &["trials_started"])?,
        "committed_mrr" => parts.get("mrr") - parts.get("ending_mrr"),
        "gross_revenue" => parts.sum(&NET_REVENUE[..2]),
        "net_revenue" => parts.sum(&NET_REVENUE),
        "average_revenue_per_customer" => parts.quotient(&NET_REVENUE, &["payers"])?,
        "refund_rate" => parts.quotient(&["refund"], &["payment"])?,
        "recovery_rate" => parts.quotient(&["recovered_invoice"], &["failed_invoice"])?,
        _ => {
            assert_eq!(parts.0.len(), 1, "{id} is made of several parts, and of which is not said here");
            *parts.0.values().next().unwrap()
        }
    })
}

/// Money that is shared out is rounded, and a quotient of quotients may miss a half by its last digit.
fn is_near(found: Decimal, wanted: Decimal) -> bool {
    (found - wanted).abs() <= Decimal::new(500_000_001, 9)
}

fn customers_of(
    ledger: &metrics::columns::Ledger,
    metric: &'static Metric,
    query: &Query,
    part: &str,
) -> BTreeMap<Currency, Decimal> {
    let mut sums = BTreeMap::new();
    let mut asked =
        ContributionsQuery { query: query.clone(), part: part.to_owned(), cursor: None, limit: 2 };
    loop {
        let page = query::contributions(ledger, &rates(), metric, &asked).unwrap();
        for row in &page.data {
            *sums.entry(row.currency).or_default() += Decimal::from(row.amount);
        }
        match page.next_cursor {
            Some(cursor) => asked.cursor = Some(cursor),
            None => return sums,
        }
    }
}

fn check(world: &World, zone: &str, query: &Query) -> Result<(), TestCaseError> {
    let (rates, ledger) = (rates(), world.ledger(zone));
    let query = Query { by: None, ..query.clone() };
    for metric in METRICS {
        let answer = match query::value(&ledger, &rates, metric, &query) {
            Ok(answer) => answer,
            Err(QueryError::UnknownDimension { .. }) => continue,
            Err(error) => return Err(TestCaseError::fail(format!("{}: {error}", metric.id))),
        };
        let days: std::collections::BTreeSet<_> = answer
            .series
            .iter()
            .flat_map(|series| &series.points)
            .map(|point| (point.start_on, point.end_on))
            .collect();
        for (from, to) in days.into_iter().rev().take(2) {
            let period = Query { from, to, ..query.clone() };
            let explained = query::explain(&ledger, &rates, metric, &period).unwrap();
            for series in &answer.series {
                let shown = series.points.iter().find(|point| point.start_on == from).unwrap().value;
                let own = explained.series.iter().find(|one| one.currency == series.currency);
                let own = own.and_then(|own| own.value);
                let is_nothing = matches!(shown, None | Some(Value::Minor(0) | Value::Count(0)));
                prop_assert!(
                    own == shown || (own.is_none() && is_nothing),
                    "{}: {own:?} {shown:?}",
                    metric.id
                );
            }
            for series in &explained.series {
                let parts = Parts::of(series);
                if let Some(value) = series.value.filter(|_| metric.id != "days_to_convert") {
                    let value = match value {
                        Value::Minor(number) | Value::Count(number) => Decimal::from(number),
                        Value::Ratio(ratio) => ratio,
                    };
                    let wanted = combined(metric.id, &parts);
                    prop_assert!(
                        wanted.is_some_and(|wanted| is_near(value, wanted)),
                        "{}: {value}, not {wanted:?}",
                        metric.id
                    );
                }
                for part in
                    series.parts.iter().filter(|part| matches!(part.rows, Rows::Customers | Rows::Payments))
                {
                    let sums = customers_of(&ledger, metric, &period, part.id);
                    let sum = sums.get(&series.currency).copied().unwrap_or_default();
                    prop_assert_eq!(sum, parts.get(part.id), "{} of {}", part.id, metric.id);
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    #[test]
    fn customers_lead_to_parts_and_parts_to_values(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        check(&world, zone, &query)?;
    }

    #[test]
    fn money_is_made_of_its_kinds(
        world in world(), zone in select(ZONES.to_vec()), query in question_of_money(),
    ) {
        check(&world, zone, &query)?;
    }

    #[test]
    fn what_moved_the_balance_is_one_sum(
        world in world(), zone in select(ZONES.to_vec()), query in question_of_balance(),
    ) {
        check(&world, zone, &query)?;
    }
}

#[test]
fn a_rate_is_explained_by_who_left_and_who_could() {
    let world = World::default()
        .with("a", "usd", &[("2024-01-01", 1_000), ("2024-02-10", 0)])
        .with("b", "usd", &[("2024-01-01", 3_000)])
        .with("c", "usd", &[("2024-02-05", 500), ("2024-02-20", 0)]);
    let ledger = world.ledger("UTC");
    let rate = metric("customer_churn_rate");
    let february = query("2024-02-01", "2024-02-29");
    let explained = query::explain(&ledger, &rates(), rate, &february).unwrap();
    let parts: Vec<_> = explained.series[0].parts.iter().map(|part| (part.id, part.value)).collect();
    // A customer who came and went within the month was not there to be lost.
    assert_eq!(parts, [("lost_customers", Value::Count(1)), ("base_customers", Value::Count(2))]);
    let asked =
        ContributionsQuery { query: february, part: "lost_customers".to_owned(), cursor: None, limit: 10 };
    let page = query::contributions(&ledger, &rates(), rate, &asked).unwrap();
    assert_eq!(
        page.data.iter().map(|row| (row.customer_id.as_str(), row.amount)).collect::<Vec<_>>(),
        [("a", 1)]
    );
    let asked = ContributionsQuery { part: "mrr".to_owned(), ..asked };
    let error = query::contributions(&ledger, &rates(), rate, &asked).unwrap_err();
    assert!(error.to_string().contains("'mrr'"), "{error}");
}

#[test]
fn a_trial_that_is_not_over_yet_is_a_part_of_the_rate() {
    let mut world = World::default()
        .with("paid", "usd", &[("2024-01-15", 1_000)])
        .with("left", "usd", &[])
        .with("tries", "usd", &[])
        .with("paid_early", "usd", &[("2024-01-20", 1_000)]);
    let ends = [
        ("paid", "2024-01-15"),
        ("left", "2024-01-15"),
        ("tries", "2024-02-05"),
        ("paid_early", "2024-02-05"),
    ];
    for (customer, end) in ends {
        world.customer(customer).trials.push(TestTrial {
            subscription: format!("sub_{customer}"),
            period: Period { start: at("2024-01-02"), end: at(end) },
            items: vec![("price_usd_0".to_owned(), currency("usd"), 1_000)],
        });
    }
    let parts_on = |now: &str| {
        let asked = Query { now: at(now), ..query("2024-01-01", "2024-01-31") };
        let explained =
            query::explain(&world.ledger("UTC"), &rates(), metric("trial_conversion_rate"), &asked).unwrap();
        let parts = Parts::of(&explained.series[0]);
        ["trials_started", "trials_converted", "trials_running"].map(|part| parts.get(part).to_string())
    };
    assert_eq!(parts_on("2024-01-31"), ["4", "2", "1"], "who pays already is not still trying");
    assert_eq!(parts_on("2024-02-06"), ["4", "2", "0"]);
}

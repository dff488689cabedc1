//! Customers, facets, summaries, timelines and the export.

use metrics::fx::Rates;
use metrics::ledger::MoneyKind;
use metrics::query::{self, CustomerSort, CustomerState, CustomersQuery, Filter, Reporting};
use model::{Currency, UnixSeconds};
use serde_json::json;

use super::world::{World, at, currency, day, steady_dollar};

fn world() -> World {
    let mut world = World::default()
        .with("ada", "usd", &[("2024-01-10", 5_000)])
        .with_price("bob", "sub_b", "price_eur_1", &[("2024-01-10", 4_500)])
        .with("cleo", "usd", &[("2024-01-10", 9_900), ("2024-03-05", 0)])
        .with("dora", "usd", &[]);
    world.customer("ada").country = Some("US".to_owned());
    world
}

fn rates() -> Rates {
    steady_dollar()
}

fn asked() -> CustomersQuery {
    CustomersQuery {
        search: None,
        state: None,
        filter: Filter::default(),
        sort: CustomerSort::Mrr,
        is_descending: true,
        on: None,
        currency: Reporting::In(Currency::EUR),
        now: at("2024-06-01"),
        cursor: None,
        limit: 10,
    }
}

fn ids(asked: &CustomersQuery) -> Vec<String> {
    let page = query::customers(&world().ledger("UTC"), &rates(), asked).unwrap();
    page.data.into_iter().map(|row| row.id).collect()
}

#[test]
fn customers_are_sorted_by_what_they_are_worth_in_one_currency() {
    assert_eq!(ids(&asked()), ["bob", "ada", "cleo", "dora"], "45 € are more than $50");
    let on = Some(day("2024-02-01"));
    assert_eq!(ids(&CustomersQuery { on, ..asked() }), ["cleo", "bob", "ada", "dora"]);
    let ascending = CustomersQuery { sort: CustomerSort::Name, is_descending: false, ..asked() };
    assert_eq!(ids(&ascending), ["ada", "bob", "cleo", "dora"]);
}

#[test]
fn customers_are_found_by_state_text_and_what_they_have() {
    let with = |state| CustomersQuery { state: Some(state), ..asked() };
    assert_eq!(ids(&with(CustomerState::Active)), ["bob", "ada"]);
    assert_eq!(ids(&with(CustomerState::Churned)), ["cleo"]);
    assert_eq!(ids(&with(CustomerState::Never)), ["dora"]);
    assert_eq!(ids(&CustomersQuery { search: Some("OF ADA".to_owned()), ..asked() }), ["ada"]);
    assert_eq!(ids(&CustomersQuery { search: Some("cleo@".to_owned()), ..asked() }), ["cleo"]);
    let filter = Filter { plans: vec!["price_usd_0".to_owned()], ..Filter::default() };
    assert_eq!(ids(&CustomersQuery { filter, ..asked() }), ["ada", "cleo"]);
    let filter = Filter { countries: vec!["US".to_owned()], ..Filter::default() };
    assert_eq!(ids(&CustomersQuery { filter, ..asked() }), ["ada"]);
}

#[test]
fn a_row_says_what_a_customer_has_and_when_it_came_and_left() {
    let page = query::customers(&world().ledger("UTC"), &rates(), &asked()).unwrap();
    let rows = serde_json::to_value(&page.data).unwrap();
    assert_eq!(rows[1]["mrr"], json!([{"amount_minor": 5_000, "currency": "usd"}]));
    assert_eq!(rows[1]["mrr_converted_minor"], 4_000);
    assert_eq!(rows[1]["plans"], json!(["BASIC"]));
    assert_eq!(
        (&rows[2]["first_paid_on"], &rows[2]["churned_on"]),
        (&json!("2024-01-10"), &json!("2024-03-05"))
    );
    assert_eq!(rows[3]["state"], "never");
}

#[test]
fn pages_follow_each_other_without_a_gap_or_a_repeat() {
    let mut world = World::default();
    for number in 0..700 {
        let value = i64::from(number % 10) * 100;
        world = world.with(&format!("cus_{number:03}"), "usd", &[("2024-01-10", value)]);
    }
    let ledger = world.ledger("UTC");
    for sort in [CustomerSort::Mrr, CustomerSort::Name, CustomerSort::Created] {
        let mut asked = CustomersQuery { sort, limit: 64, ..asked() };
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = query::customers(&ledger, &rates(), &asked).unwrap();
            assert_eq!(page.total, 700);
            seen.extend(page.data.into_iter().map(|row| row.id));
            asked.cursor = page.next_cursor;
            if asked.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 700, "{sort:?}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 700, "{sort:?}");
    }
    let cursor = Some("nonsense".to_owned());
    assert!(query::customers(&ledger, &rates(), &CustomersQuery { cursor, ..asked() }).is_err());
}

#[test]
fn facets_name_what_is_there() {
    let facets = query::facets(&world().ledger("UTC"), &rates(), UnixSeconds(0));
    let told = serde_json::to_value(&facets).unwrap();
    assert_eq!(told["currencies"], json!(["eur", "usd"]));
    assert_eq!(told["intervals"], json!(["month", "year"]));
    assert_eq!(told["products"], json!([{"id": "basic", "label": "BASIC"}]));
    assert_eq!(told["countries"], json!(["US"]));
    assert_eq!((&told["first_on"], &told["last_on"]), (&json!("2024-01-10"), &json!("2024-03-05")));
    assert_eq!(told["plans"][0]["id"], "price_eur_1");
}

#[test]
fn a_currency_is_a_target_only_while_it_has_a_rate() {
    let rates = Rates::from_csv("Date,JPY\n2024-03-05,166\n").unwrap();
    let offers = |now: &str, code: &str| {
        let targets = query::facets(&world().ledger("UTC"), &rates, at(now)).targets;
        targets.iter().any(|target| target.to_string() == code)
    };
    assert!(offers("2024-03-06", "jpy") && offers("2024-03-06", "eur"));
    assert!(!offers("2024-03-06", "usd"), "no rate at all");
    assert!(!offers("2024-06-01", "jpy"), "its last rate is too old");
}

#[test]
fn the_summary_compares_now_with_the_end_of_last_month() {
    let world = world().with_money("ada", "2024-03-04", MoneyKind::InvoiceRevenue, "usd", 5_000).with_money(
        "ada",
        "2024-02-28",
        MoneyKind::InvoiceRevenue,
        "usd",
        5_000,
    );
    let ledger = world.ledger("UTC");
    let now = at("2024-03-15");
    let summary = query::summary(&ledger, &rates(), Currency::EUR, &Filter::default(), now).unwrap();
    let told = serde_json::to_value(&summary).unwrap();
    assert_eq!(told["mrr"]["value_minor"], 4_500 + 4_000);
    assert_eq!(told["mrr"]["before_minor"], 4_500 + 4_000 + 7_920);
    assert_eq!(told["mrr"]["change_minor"], -7_920);
    assert_eq!(told["compared_with_on"], "2024-02-29");
    assert_eq!((&told["active_customers"], &told["arpa_minor"]), (&json!(2), &json!(4_250)));
    assert_eq!(told["net_revenue_minor"], 4_000);
    assert_eq!(told["customer_churn_rate"], 0.333333);
    let filter = Filter { plans: vec!["price_usd_0".to_owned()], ..Filter::default() };
    let filtered = query::summary(&ledger, &rates(), Currency::EUR, &filter, now).unwrap();
    assert_eq!((filtered.mrr.value_minor, filtered.net_revenue_minor), (4_000, None));
}

#[test]
fn the_export_has_every_instant_before_the_netting_by_day() {
    let world = World::default()
        .with("b", "usd", &[("2024-01-01T08:00:00Z", 1_000), ("2024-01-01T09:00:00Z", 0)])
        .with_price("a", "sub_1", "price_eur_0", &[("2024-02-01", 500)])
        .with_price("a", "sub_1", "price_eur_2", &[("2024-02-01", 250), ("2031-01-01", 0)]);
    let ledger = world.ledger("UTC");
    let told: Vec<_> = query::steps(&ledger, at("2030-01-01"))
        .map(|step| (step.customer.to_string(), step.currency, step.at, step.mrr_minor))
        .collect();
    let step = |id: &str, code, when, minor| (id.to_owned(), currency(code), at(when), minor);
    assert_eq!(
        told,
        [
            step("a", "eur", "2024-02-01", 750),
            step("b", "usd", "2024-01-01T08:00:00Z", 1_000),
            step("b", "usd", "2024-01-01T09:00:00Z", 0),
        ]
    );
    let whole: Vec<_> =
        query::steps(&ledger, UnixSeconds::MAX).filter(|s| s.customer.as_str() == "a").collect();
    let totals = world.customers[1].ledger().totals();
    let exported: Vec<_> = whole.iter().map(|step| (step.at, step.currency, step.mrr_minor)).collect();
    let built: Vec<_> = totals.iter().map(|total| (total.at, total.currency, total.mrr_minor)).collect();
    assert_eq!(exported, built, "the same as the customer's own ledger says");
}

//! Customers, facets, summaries, timelines and the export.

use metrics::fx::Rates;
use metrics::ledger::MoneyKind;
use metrics::query::{self, CustomerSort, CustomerState, CustomerStatus, CustomersQuery, Filter, Reporting};
use model::billing::SubscriptionStatus;
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
        status: None,
        filter: Filter::default(),
        sort: CustomerSort::Mrr,
        is_descending: true,
        on: None,
        currency: Reporting::In(Currency::EUR),
        now: at("2024-06-01"),
        cursor: None,
        limit: 10,
        with_sums: false,
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
fn natively_a_smaller_unit_is_not_worth_more() {
    let world = World::default()
        .with("dinars", "kwd", &[("2024-01-01", 80_190)])
        .with("dollars", "usd", &[("2024-01-01", 39_000)])
        .with("yen", "jpy", &[("2024-01-01", 300)]);
    let asked = CustomersQuery { currency: Reporting::Native, ..asked() };
    let page = query::customers(&world.ledger("UTC"), &rates(), &asked).unwrap();
    assert_eq!(page.data.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["dollars", "yen", "dinars"]);
}

#[test]
fn natively_amounts_are_in_order_of_what_they_are_worth() {
    let world = World::default()
        .with("yen", "jpy", &[("2024-01-01", 28_500)])
        .with("more_yen", "jpy", &[("2024-01-01", 28_501)])
        .with("dollars", "usd", &[("2024-01-01", 39_000)])
        .with("pounds", "gbp", &[("2024-01-01", 17_000)])
        .with("gone", "usd", &[("2024-01-01", 39_000), ("2024-02-01", 0)])
        // Nobody quotes these.
        .with("pesos", "ars", &[("2024-01-01", 9_900_000)])
        .with("tenge", "kzt", &[("2024-01-01", 99_000_000)]);
    let ledger = world.ledger("UTC");
    let in_order = ["dollars", "pounds", "more_yen", "yen", "pesos", "tenge", "gone"];
    let stale = Rates::from_csv("Date,USD,JPY,GBP\n2024-01-02,1.1,160,0.86\n").unwrap();
    for (rates, is_descending) in [(Rates::default(), true), (stale, false), (rates(), true)] {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let currency = Reporting::Native;
            let asked = CustomersQuery { currency, is_descending, cursor, limit: 2, ..asked() };
            let page = query::customers(&ledger, &rates, &asked).unwrap();
            found.extend(page.data.into_iter().map(|row| row.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        if !is_descending {
            found.reverse();
        }
        assert_eq!(found, in_order);
    }
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

/// Of each status, one that is named by it.
fn of_every_status() -> World {
    let mut world = World::default()
        .with("active", "usd", &[("2024-01-10", 5_000)])
        .with("past_due", "usd", &[("2024-01-10", 5_000)])
        .with("canceling", "usd", &[("2024-01-10", 5_000)])
        .with("trialing", "usd", &[])
        .with("churned", "usd", &[("2024-01-10", 5_000), ("2024-03-05", 0)])
        .with("never", "usd", &[]);
    world.customer("past_due").statuses.push(("sub_past_due".to_owned(), SubscriptionStatus::PastDue));
    // A customer who leaves anyway still owes: that comes first.
    world.customer("past_due").cancels.push(("sub_past_due".to_owned(), at("2024-06-20")));
    world.customer("canceling").cancels.push(("sub_canceling".to_owned(), at("2024-06-20")));
    let trial = world.customer("trialing");
    trial.statuses.push(("sub_trial".to_owned(), SubscriptionStatus::Trialing));
    trial.cancels.push(("sub_trial".to_owned(), at("2024-06-20")));
    world
}

#[test]
fn customers_are_found_by_how_they_stand() {
    let ledger = of_every_status().ledger("UTC");
    for status in ["active", "past_due", "canceling", "trialing", "churned", "never"] {
        let only: CustomerStatus = status.parse().unwrap();
        let asked = CustomersQuery { status: Some(only), ..asked() };
        let page = query::customers(&ledger, &rates(), &asked).unwrap();
        let found: Vec<&str> = page.data.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(found, [status]);
        assert_eq!(page.data[0].status, only);
    }
    assert!("paused".parse::<CustomerStatus>().is_err());
}

#[test]
fn a_customer_is_leaving_only_when_all_that_runs_is_set_to_end() {
    let mut world = of_every_status();
    world.customer("canceling").statuses.push(("sub_more".to_owned(), SubscriptionStatus::Active));
    world.customer("canceling").cancels.push(("sub_more".to_owned(), at("2024-07-20")));
    let status = |world: &World| {
        let page = query::customers(&world.ledger("UTC"), &rates(), &asked()).unwrap();
        let row = page.data.into_iter().find(|row| row.id == "canceling").unwrap();
        assert_eq!(row.ends_on, Some(day("2024-06-20")), "the first of them");
        row.status
    };
    assert_eq!(status(&world), CustomerStatus::Canceling);
    // What should have ended already is not ahead any more.
    world.customer("canceling").cancels[1].1 = at("2024-05-20");
    assert_eq!(status(&world), CustomerStatus::Active);
}

#[test]
fn a_row_says_when_the_first_of_its_subscriptions_is_billed_again() {
    let mut world = of_every_status();
    let renewals = [("active", "2024-06-20"), ("past_due", "2024-06-12"), ("canceling", "2024-05-01")];
    for (id, on) in renewals {
        world.customer(id).renewals.push((format!("sub_{id}"), at(on)));
    }
    world.customer("active").renewals.push(("sub_more".to_owned(), at("2024-06-15")));
    let asked = CustomersQuery { sort: CustomerSort::Renewal, is_descending: false, ..asked() };
    let page = query::customers(&world.ledger("UTC"), &rates(), &asked).unwrap();
    let rows: Vec<_> = page.data.iter().map(|row| (row.id.as_str(), row.renews_on)).collect();
    assert_eq!(rows[..2], [("past_due", Some(day("2024-06-12"))), ("active", Some(day("2024-06-15")))]);
    assert!(rows[2..].iter().all(|(_, on)| on.is_none()), "{rows:?}");
}

#[test]
fn a_row_says_what_a_customer_paid_and_what_was_lost_with_it() {
    let world = world()
        .with_money("cleo", "2024-01-10", MoneyKind::InvoiceRevenue, "usd", 9_900)
        .with_money("cleo", "2024-01-11", MoneyKind::Payment, "usd", 9_900)
        .with_money("cleo", "2024-02-12", MoneyKind::Refund, "usd", 900)
        .with_money("cleo", "2024-07-01", MoneyKind::InvoiceRevenue, "usd", 1);
    let page = query::customers(&world.ledger("UTC"), &rates(), &asked()).unwrap();
    let rows = serde_json::to_value(&page.data).unwrap();
    assert_eq!(rows[2]["id"], "cleo");
    assert_eq!(
        rows[2]["revenue"],
        json!([{"amount_minor": 9_000, "currency": "usd"}]),
        "and nothing from the future"
    );
    assert_eq!(rows[2]["last_payment_on"], "2024-01-11");
    assert_eq!(rows[2]["lost_mrr"], json!([{"amount_minor": 9_900, "currency": "usd"}]));
    assert_eq!((&rows[0]["revenue"], &rows[0]["lost_mrr"]), (&json!([]), &json!([])));
    assert!(page.sums.is_none());
}

#[test]
fn sums_are_those_of_all_pages() {
    let asked = CustomersQuery { with_sums: true, limit: 1, ..asked() };
    let page = query::customers(&world().ledger("UTC"), &rates(), &asked).unwrap();
    assert_eq!(page.data.len(), 1);
    let sums = serde_json::to_value(&page.sums).unwrap();
    assert_eq!(
        sums["mrr"],
        json!([{"amount_minor": 4_500, "currency": "eur"}, {"amount_minor": 5_000, "currency": "usd"}])
    );
    assert_eq!(sums["mrr_converted_minor"], 8_500);
    assert_eq!(sums["lost_mrr"], json!([{"amount_minor": 9_900, "currency": "usd"}]));
    let asked = CustomersQuery { state: Some(CustomerState::Churned), ..asked };
    let sums = query::customers(&world().ledger("UTC"), &rates(), &asked).unwrap().sums.unwrap();
    assert_eq!((sums.mrr.len(), sums.mrr_converted_minor), (0, Some(0)));
}

#[test]
fn customers_are_sorted_by_what_they_paid_and_when() {
    let world = world()
        .with_money("ada", "2024-01-10", MoneyKind::InvoiceRevenue, "usd", 10_000)
        .with_money("ada", "2024-04-01", MoneyKind::Payment, "usd", 1)
        .with_money("bob", "2024-01-10", MoneyKind::InvoiceRevenue, "eur", 9_000)
        .with_money("bob", "2024-03-01", MoneyKind::Payment, "eur", 1);
    let ledger = world.ledger("UTC");
    let first = |sort, is_descending| {
        let asked = CustomersQuery { sort, is_descending, ..asked() };
        query::customers(&ledger, &rates(), &asked).unwrap().data.swap_remove(0).id
    };
    assert_eq!(first(CustomerSort::Revenue, true), "bob", "90 € are more than $100");
    assert_eq!(first(CustomerSort::LastPayment, true), "ada");
    assert_eq!(first(CustomerSort::Churned, true), "cleo");
    assert_eq!(first(CustomerSort::LostMrr, true), "cleo");
    assert_eq!(first(CustomerSort::FirstPaid, false), "ada");
    for is_descending in [false, true] {
        let asked = CustomersQuery { sort: CustomerSort::FirstPaid, is_descending, ..asked() };
        let page = query::customers(&ledger, &rates(), &asked).unwrap();
        assert_eq!(page.data.last().unwrap().id, "dora", "who never paid comes last in either direction");
    }
    for name in ["revenue", "-last_payment", "churned", "-lost_mrr", "first_paid", "renewal"] {
        assert!(CustomerSort::with_direction(name).is_ok(), "{name}");
    }
}

#[test]
fn pages_follow_each_other_without_a_gap_or_a_repeat() {
    let mut world = World::default();
    for number in 0..700 {
        let value = i64::from(number % 10) * 100;
        world = world.with(&format!("cus_{number:03}"), "usd", &[("2024-01-10", value)]);
    }
    let ledger = world.ledger("UTC");
    for sort in [CustomerSort::Mrr, CustomerSort::Name, CustomerSort::Created, CustomerSort::Churned] {
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
fn a_payment_alone_is_something_to_show() {
    let has_figures =
        |world: World| query::facets(&world.ledger("UTC"), &rates(), UnixSeconds(0)).has_figures;
    let mut somebody = World::default();
    somebody.customer("ada");
    assert!(!has_figures(somebody), "a customer who was never asked to pay");
    assert!(has_figures(World::default().with_money(
        "ada",
        "2024-03-04",
        MoneyKind::InvoiceRevenue,
        "usd",
        5_000
    )));
    assert!(has_figures(World::default().with("ada", "usd", &[("2024-01-10", 5_000)])));
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

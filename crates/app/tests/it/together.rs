//! Several connections of a workspace, looked at as one business.

use std::collections::BTreeMap;

use model::{Role, TokenScope};
use sandbox::MerchantName;
use serde_json::{Value, json};

use crate::schema::differences;
use crate::support::{As, Site, post, sandbox};

/// A site with two connections, the owner's cookie, their ids and the workspace's.
async fn two() -> (Site, String, [String; 2], String) {
    let site = Site::new();
    let cookie = site.owner().await;
    let one = sandbox(MerchantName::Mid, 60).await;
    let other = sandbox(MerchantName::Generated, 40).await;
    let ids = [site.connected(&cookie, &one).await, site.connected(&cookie, &other).await];
    let workspace = site.context.catalog.default_workspace().unwrap().id.to_string();
    (site, cookie, ids, workspace)
}

async fn read(site: &Site, cookie: &str, id: &str, path: &str) -> Value {
    let path = format!("/api/v1/connections/{id}/{path}");
    let answer = site.get(As::Person(cookie), path.trim_end_matches('/')).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.body
}

/// The sum of a field of all points, by currency.
fn sums(answer: &Value, field: &str) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for series in answer["series"].as_array().unwrap() {
        let points = series["points"].as_array().unwrap();
        let sum: i64 = points.iter().map(|point| point[field].as_i64().unwrap()).sum();
        *sums.entry(series["currency"].as_str().unwrap().to_owned()).or_default() += sum;
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

#[tokio::test]
async fn what_all_are_worth_is_what_each_is_worth() {
    let (site, cookie, ids, all) = two().await;
    for (path, field) in [
        ("metrics/mrr?from=2024-01-01", "mrr_minor"),
        ("metrics/mrr?from=2024-01-01", "churn_minor"),
        ("metrics/mrr?from=2024-01-01", "customers"),
        ("metrics/net_revenue?from=2024-01-01", "value"),
        ("metrics/net_cash?from=2024-01-01", "value"),
    ] {
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        for id in &ids {
            for (currency, sum) in sums(&read(&site, &cookie, id, path).await, field) {
                *expected.entry(currency).or_default() += sum;
            }
        }
        expected.retain(|_, sum| *sum != 0);
        assert!(!expected.is_empty(), "{path}");
        assert_eq!(sums(&read(&site, &cookie, &all, path).await, field), expected, "{path} {field}");
    }
    let mut total = 0;
    for id in &ids {
        total += read(&site, &cookie, id, "customers").await["total"].as_i64().unwrap();
    }
    assert_eq!(read(&site, &cookie, &all, "customers").await["total"], json!(total));
}

#[tokio::test]
async fn a_customer_says_whose_it_is_and_a_payment_has_its_source() {
    let (site, cookie, ids, all) = two().await;
    let page = read(&site, &cookie, &all, "customers?sort=name&limit=500").await;
    let customers: Vec<&str> =
        page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    for id in &ids {
        let own = customers.iter().find_map(|customer| customer.strip_prefix(&format!("{id}:"))).unwrap();
        let detail = read(&site, &cookie, id, &format!("customers/{own}")).await;
        assert_eq!(detail["customer"]["id"], json!(own));
    }
    let page = read(&site, &cookie, &all, "payments?from=2020-01-01&limit=500").await;
    let payments = page["data"].as_array().unwrap();
    for id in &ids {
        assert!(payments.iter().any(|row| row["customer_id"].as_str().unwrap().starts_with(id)), "{id}");
    }
    assert!(payments.iter().all(|row| row["source"].is_string()), "{page}");
}

#[tokio::test]
async fn every_page_of_figures_answers_for_all_as_it_is_described() {
    let (site, cookie, ids, all) = two().await;
    let customers = read(&site, &cookie, &ids[0], "customers").await;
    let customer = customers["data"][0]["id"].as_str().unwrap();
    let table = [
        ("", ""),
        ("/sync", ""),
        ("/facets", ""),
        ("/summary", "?currency=eur"),
        ("/metrics/mrr", "?by=plan&currency=eur"),
        ("/metrics/{metric}", "?interval=week"),
        ("/metrics/{metric}/explain", ""),
        ("/metrics/{metric}/explain/{part}", "?currency=eur&limit=3"),
        ("/cohorts", "?what=mrr&interval=quarter&currency=eur"),
        ("/movements", "?type=new,churn&currency=eur&limit=5"),
        ("/plan-switches", "?from=2024-01-01"),
        ("/payments", "?type=payment,refund&sort=-amount&limit=5"),
        ("/expiring-cards", "?within=2000&limit=5"),
        ("/upcoming", "?what=trial_end&days=60&limit=2"),
        ("/customers", "?q=a&state=active&sort=-created&limit=5"),
        ("/reconcile", "?from=2026-01-01"),
        ("/reconcile/customers", "?month_on=2026-10-01&currency=usd&part=used&limit=2"),
        ("/statements/cash", "?from=2026-01-01"),
        ("/statements/cash/transactions", "?month_on=2026-10-01&currency=usd&line=fees&limit=2"),
        ("/statements/mrr", ""),
        ("/statements/mrr/customers", "?currency=usd&reason=difference&limit=2"),
    ];
    for (pattern, query) in table {
        let pattern = format!("/api/v1/connections/{{id}}{pattern}");
        let path = pattern.replace("{id}", &all).replace("{metric}", "arpa").replace("{part}", "mrr");
        let answer = site.get(As::Person(&cookie), &format!("{path}{query}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(differences(&pattern, "get", &answer.body), Vec::<String>::new(), "{path}");
    }
    for of_one in ["settings".to_owned(), "problems".to_owned(), format!("customers/{customer}")] {
        let answer = site.get(As::Person(&cookie), &format!("/api/v1/connections/{all}/{of_one}")).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{of_one}");
    }
}

#[tokio::test]
async fn all_are_shown_as_the_workspace_says() {
    let (site, cookie, ids, all) = two().await;
    let path = "/api/v1/workspace/settings";
    let unset = json!({
        "time_zone": null, "reporting_currency": null, "week_start": null,
        "join_imported": true, "join_by_email": false,
    });
    assert_eq!(site.get(As::Person(&cookie), path).await.body, unset);
    let first = read(&site, &cookie, &ids[0], "").await;
    let of =
        |shown: &Value| ["time_zone", "reporting_currency", "week_start"].map(|field| shown[field].clone());
    assert_eq!(of(&read(&site, &cookie, &all, "").await), of(&first));

    for (currency, rate) in [("GBP", "0.85"), ("USD", "1.08"), ("JPY", "160")] {
        let rate = json!({"currency": currency, "base": "EUR", "from": "2020-01-01", "to": "2029-12-31", "rate": rate});
        let entered = site.ask(As::Person(&cookie), "POST", "/api/v1/rates", Some(rate)).await;
        assert!(entered.status < 300, "{}", entered.text);
    }
    let own = json!({"time_zone": "Asia/Tokyo", "reporting_currency": "gbp", "week_start": "sunday"});
    let saved = site.ask(As::Person(&cookie), "PUT", path, Some(own.clone())).await;
    let mut expected = own.clone();
    (expected["join_imported"], expected["join_by_email"]) = (json!(true), json!(false));
    assert_eq!((saved.status, &saved.body), (200, &expected), "{}", saved.text);
    assert_eq!(of(&read(&site, &cookie, &all, "").await), of(&own));
    let figures = read(&site, &cookie, &all, "metrics/mrr?currency=gbp").await;
    assert_eq!(figures["timezone"], json!("Asia/Tokyo"));
    assert!(figures["series"][0]["points"].as_array().unwrap().iter().any(|point| point["mrr_minor"] != 0));
    assert_eq!(read(&site, &cookie, &ids[0], "").await, first, "each account keeps its own");

    for (field, wrong) in [("time_zone", "Mars/Olympus"), ("reporting_currency", "euro")] {
        let mut body = own.clone();
        body[field] = json!(wrong);
        let refused = site.ask(As::Person(&cookie), "PUT", path, Some(body)).await;
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!(field)), "{}", refused.text);
    }
    assert_eq!(site.get(As::Person(&cookie), path).await.body, expected);
}

#[tokio::test]
async fn all_reach_as_far_as_each_of_them_does() {
    let (site, cookie, ids, all) = two().await;
    let list = site.get(As::Person(&cookie), "/api/v1/connections").await.body;
    assert_eq!(list["together"]["id"], json!(all));
    assert_eq!(list["together"]["parts"], json!(ids));
    let through: Vec<i64> =
        list["data"].as_array().unwrap().iter().map(|one| one["data_through"].as_i64().unwrap()).collect();
    assert_eq!(list["together"]["data_through"], json!(through.iter().min().unwrap()));
    assert_eq!(list["together"], read(&site, &cookie, &all, "").await);

    site.context.runner.remove(&all.as_str().into(), &ids[0].as_str().into(), None).await.unwrap();
    let list = site.get(As::Person(&cookie), "/api/v1/connections").await.body;
    assert_eq!(list["together"], Value::Null, "one is not several");
    let left = read(&site, &cookie, &all, "metrics/mrr").await;
    assert_eq!(
        sums(&left, "mrr_minor"),
        sums(&read(&site, &cookie, &ids[1], "metrics/mrr").await, "mrr_minor")
    );
}

#[tokio::test]
async fn whoever_may_read_figures_may_read_those_of_all() {
    let (site, owner, _, all) = two().await;
    let viewer = site.member(&owner, Role::Viewer).await;
    let token = site.token(TokenScope::ReadMetrics);
    let path = format!("/api/v1/connections/{all}");
    for who in [As::Person(&viewer), As::Program(&token)] {
        assert_eq!(site.get(who, &format!("{path}/metrics/mrr")).await.status, 200);
    }
    let answer = site.get(As::Program(&token), &format!("{path}/customers")).await;
    assert_eq!((answer.status, answer.code()), (403, "scope_too_low"));
}

#[tokio::test]
async fn a_page_of_all_is_shared_and_goes_on_with_those_that_are_left() {
    let (site, cookie, ids, all) = two().await;
    let view = "from=2026-01-01&to=2026-06-30&currency=usd";
    let request = json!({"name": "For the bank", "page": "plans", "view": view});
    let path = format!("/api/v1/connections/{all}/share-links");
    let made = site.ask(As::Person(&cookie), "POST", &path, Some(request)).await;
    assert_eq!((made.status, &made.body["connection"]), (201, &json!(all)), "{}", made.text);
    let code = made.body["url"].as_str().unwrap().split_once('#').unwrap().1;
    let opened = post(&site, "/api/v1/shared/open", json!({"code": code})).await;
    assert_eq!(
        (opened.status, &opened.body["page"]["name"]),
        (200, &json!("All accounts")),
        "{}",
        opened.text
    );
    let visit = opened.body["token"].as_str().unwrap();
    let question = format!("metrics/mrr?{view}&interval=month&by=product");
    let shown = site.get(As::Program(visit), &format!("/api/v1/shared/{question}")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert_eq!(shown.body["series"], read(&site, &cookie, &all, &question).await["series"]);

    site.context.runner.remove(&all.as_str().into(), &ids[0].as_str().into(), None).await.unwrap();
    let left = site.get(As::Program(visit), &format!("/api/v1/shared/{question}")).await;
    assert_eq!(
        left.body["series"],
        read(&site, &cookie, &ids[1], &question).await["series"],
        "{}",
        left.text
    );
}

//! From a key to explained numbers, by the API.

use model::{ManualClock, UnixSeconds};
use sandbox::MerchantName;
use serde_json::{Value, json};

use crate::schema::differences;
use crate::support::{As, KEY, Site, restricted, sandbox};

#[tokio::test]
async fn a_key_is_checked_before_anything_is_saved() {
    let site = Site::new();
    let cookie = site.owner().await;
    let full = sandbox(MerchantName::Generated, 5).await;
    let lacking = restricted("rk_test_lacking0000000000000", "all,-invoices").await;
    let check = async |key: &str, base: &str| {
        let request = json!({"source": sandbox::SOURCE, "key": key, "api_base": base});
        site.ask(As::Person(&cookie), "POST", "/api/v1/connections/check", Some(request)).await
    };
    assert_eq!(check("", &full.api_base).await.code(), "key_malformed");
    assert_eq!(check("pk_test_1234567890", &full.api_base).await.code(), "key_publishable");
    assert_eq!(check("sk_test_wrong0000000000", &full.api_base).await.code(), "key_refused");
    assert_eq!(check(KEY, "http://127.0.0.1:9").await.code(), "provider_unreachable");
    assert_eq!(check(KEY, "not an address").await.body["field"], "api_base");

    let short = check("rk_test_lacking0000000000000", &lacking.api_base).await;
    assert_eq!((short.status, &short.body["can_connect"]), (200, &json!(false)));
    let missing = short.body["permissions"].as_array().unwrap();
    let missing: Vec<_> = missing.iter().filter(|p| p["state"] == "missing").collect();
    assert!(missing.iter().any(|p| p["kind"] == "invoice" && p["is_required"] == true), "{missing:?}");
    assert!(missing.iter().all(|p| p["without"].as_str().is_some_and(|w| !w.is_empty())));
    let request = json!({"source": sandbox::SOURCE, "key": "rk_test_lacking0000000000000", "api_base": lacking.api_base});
    let refused = site.ask(As::Person(&cookie), "POST", "/api/v1/connections", Some(request)).await;
    assert_eq!((refused.status, refused.code()), (422, "permission_missing"));

    let good = check(KEY, &full.api_base).await;
    assert_eq!((good.status, &good.body["can_connect"]), (200, &json!(true)), "{}", good.text);
    assert_eq!(differences("/api/v1/connections/check", "post", &good.body), Vec::<String>::new());
    assert_eq!(
        site.get(As::Person(&cookie), "/api/v1/connections").await.body,
        json!({"data": [], "together": null})
    );
}

#[tokio::test]
async fn every_page_of_a_loaded_account_answers_as_it_is_described() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Generated, 60).await;
    let id = site.connected(&cookie, &sandbox).await;
    let customers = site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}/customers")).await;
    let customer = customers.body["data"][0]["id"].as_str().unwrap().to_owned();
    let table = [
        ("/api/v1/setup", ""),
        ("/api/v1/session", ""),
        ("/api/v1/sources", ""),
        ("/api/v1/metrics", ""),
        ("/api/v1/tokens", ""),
        ("/api/v1/connections", ""),
        ("/api/v1/connections/{id}", ""),
        ("/api/v1/connections/{id}/sync", ""),
        ("/api/v1/connections/{id}/problems", ""),
        ("/api/v1/connections/{id}/settings", ""),
        ("/api/v1/connections/{id}/facets", ""),
        ("/api/v1/connections/{id}/summary", "?currency=eur&country=DE&country=US"),
        ("/api/v1/connections/{id}/metrics/mrr", "?by=plan&currency=eur&from=2026-01-01"),
        ("/api/v1/connections/{id}/metrics/{metric}", "?interval=week&billing_interval=month"),
        ("/api/v1/connections/{id}/metrics/{metric}/explain", "?from=2026-01-01&to=2026-03-31&plan=price_a"),
        ("/api/v1/connections/{id}/metrics/{metric}/explain/{part}", "?currency=eur&limit=3"),
        ("/api/v1/connections/{id}/movements", "?type=new,churn&currency=eur&limit=5"),
        ("/api/v1/connections/{id}/movements", "?cause=plan,quantity&currency=eur&sort=-change"),
        ("/api/v1/connections/{id}/payments", "?type=unbooked_payment"),
        ("/api/v1/connections/{id}/movements", "?churn_reason=cancellation_requested&feedback=too_expensive"),
        ("/api/v1/connections/{id}/payments", "?type=payment,refund&sort=-amount&currency=eur&limit=5"),
        ("/api/v1/connections/{id}/movements", "?plan_from=price_1,price_2&currency=eur"),
        ("/api/v1/connections/{id}/plan-switches", "?from=2024-01-01&currency=eur"),
        ("/api/v1/connections/{id}/expiring-cards", "?within=2000&limit=5"),
        ("/api/v1/connections/{id}/upcoming", "?what=trial_end&days=60&currency=native&limit=2"),
        (
            "/api/v1/connections/{id}/upcoming",
            "?what=end&from=2026-01-01&to=2028-01-01&country=DE&country=US",
        ),
        ("/api/v1/connections/{id}/customers", "?q=a&state=active&sort=-created&limit=5"),
        ("/api/v1/connections/{id}/customers/{customer_id}", ""),
        ("/api/v1/connections/{id}/customers/{customer_id}/explain", "?on=2026-10-31"),
        ("/api/v1/connections/{id}/reconcile", "?from=2026-01-01"),
        (
            "/api/v1/connections/{id}/reconcile/customers",
            "?month_on=2026-10-01&currency=usd&part=total&limit=2",
        ),
        ("/api/v1/connections/{id}/reconcile/customers/{customer_id}", "?month_on=2026-10-01&currency=usd"),
        ("/api/v1/connections/{id}/reconcile/provider-mrr", ""),
        ("/api/v1/connections/{id}/reconcile/renewals", "?from=2026-01-01&limit=2"),
        ("/api/v1/connections/{id}/restatements", ""),
        ("/api/v1/connections/{id}/statements/cash", "?from=2026-01-01"),
        (
            "/api/v1/connections/{id}/statements/cash/transactions",
            "?month_on=2026-10-01&currency=usd&line=fees&limit=2",
        ),
        ("/api/v1/connections/{id}/statements/mrr", ""),
        ("/api/v1/connections/{id}/statements/mrr/customers", "?currency=usd&reason=difference&limit=2"),
    ];
    for (pattern, query) in table {
        let path = pattern
            .replace("{id}", &id)
            .replace("{customer_id}", &customer)
            .replace("{metric}", "arpa")
            .replace("{part}", "mrr");
        let answer = site.get(As::Person(&cookie), &format!("{path}{query}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(differences(pattern, "get", &answer.body), Vec::<String>::new(), "{path}");
    }
}

#[tokio::test]
async fn movements_add_up_and_customers_add_up_to_the_total() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Mid, 80).await;
    let id = site.connected(&cookie, &sandbox).await;
    let path = format!("/api/v1/connections/{id}/metrics/mrr?from=2023-01-01&interval=month");
    let answer = site.get(As::Person(&cookie), &path).await;
    let series = answer.body["series"].as_array().unwrap();
    assert!(series.len() > 1, "several currencies");
    for one in series {
        let points = one["points"].as_array().unwrap();
        let at = |point: &serde_json::Value, name: &str| point[name].as_i64().unwrap();
        for pair in points.windows(2) {
            let moved: i64 = ["new", "expansion", "contraction", "churn", "reactivation", "fx"]
                .iter()
                .map(|kind| at(&pair[1], &format!("{kind}_minor")))
                .sum();
            assert_eq!(at(&pair[0], "mrr_minor") + moved, at(&pair[1], "mrr_minor"), "{}", pair[1]);
        }
    }
    let listed =
        site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}/customers?limit=500")).await;
    for one in series {
        let total = one["points"].as_array().unwrap().last().unwrap()["mrr_minor"].as_i64().unwrap();
        let amounts = listed.body["data"].as_array().unwrap().iter();
        let amounts = amounts.flat_map(|customer| customer["mrr"].as_array().unwrap());
        let sum: i64 = amounts
            .filter(|money| money["currency"] == one["currency"])
            .map(|money| money["amount_minor"].as_i64().unwrap())
            .sum();
        assert_eq!(sum, total, "{}", one["currency"]);
    }
    let reconciled =
        site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}/reconcile?from=2020-01-01")).await;
    for month in reconciled.body["months"].as_array().unwrap() {
        assert_eq!(month["unexplained_minor"], 0, "{month}");
    }
    let path = format!("/api/v1/connections/{id}/statements/cash?from=2020-01-01");
    let cash = site.get(As::Person(&cookie), &path).await;
    let months = cash.body["months"].as_array().unwrap();
    assert!(months.iter().any(|month| month["net_cash_minor"].as_i64() > Some(0)), "{}", cash.text);
    for month in months {
        assert_eq!(month["unexplained_minor"], 0, "{month}");
    }
}

#[tokio::test]
async fn what_is_ahead_adds_up_to_the_metrics() {
    let now = UnixSeconds(1_793_880_000);
    let site = Site::at(&ManualClock::at(now));
    let cookie = site.owner().await;
    let options = sandbox::Options { key: KEY.to_owned(), now: Some(now), ..sandbox::Options::default() };
    let sandbox = sandbox::start(options).await.unwrap();
    let id = site.connected(&cookie, &sandbox).await;
    let ask = async |query: &str| {
        let path = format!("/api/v1/connections/{id}/{query}");
        let answer = site.get(As::Person(&cookie), &path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.body
    };
    let today = ask("upcoming?what=end").await["from"].as_str().unwrap().to_owned();
    let far = "2035-12-31";
    let metrics = [
        ("end", "scheduled_churn", format!("from={today}&to={far}&interval=year")),
        ("trial_end", "trial_mrr", format!("from={today}&to={today}")),
    ];
    for (what, metric, range) in metrics {
        for currency in ["usd", "native"] {
            let mut figures: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
            let answer = ask(&format!("metrics/{metric}?{range}&currency={currency}")).await;
            for one in answer["series"].as_array().unwrap() {
                let points = one["points"].as_array().unwrap().iter();
                let sum: i64 = points.map(|point| point["value"].as_i64().unwrap()).sum();
                figures.insert(one["currency"].as_str().unwrap().to_owned(), sum);
            }
            figures.retain(|_, sum| *sum != 0);
            assert!(!figures.is_empty(), "{metric} tells nothing here");

            let list = format!("upcoming?what={what}&from={today}&to={far}&currency={currency}");
            let page = ask(&list).await;
            let rows = page["data"].as_array().unwrap();
            assert_eq!(json!(rows.len()), page["total"]);
            let mut listed: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
            for row in rows {
                let (code, minor) = if currency == "native" {
                    (row["currency"].as_str().unwrap(), &row["mrr_minor"])
                } else {
                    (currency, &row["converted_minor"])
                };
                *listed.entry(code.to_owned()).or_default() += minor.as_i64().unwrap_or(0);
            }
            listed.retain(|_, sum| *sum != 0);
            assert_eq!(listed, figures, "{metric} in {currency}");
        }
    }
}

#[tokio::test]
async fn breakdowns_by_reason_add_up_and_refuse_what_a_metric_does_not_have() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Mid, 80).await;
    let id = site.connected(&cookie, &sandbox).await;
    let ask = async |query: &str| {
        let path = format!("/api/v1/connections/{id}/{query}");
        site.get(As::Person(&cookie), &path).await
    };
    let sum = |answer: &Value| -> i64 {
        let series = answer["series"].as_array().unwrap().iter();
        let points = series.flat_map(|one| one["points"].as_array().unwrap());
        points.map(|point| point["value"].as_i64().unwrap()).sum()
    };
    for (metric, by) in [
        ("expansion_mrr", "cause"),
        ("contraction_mrr", "cause"),
        ("churned_mrr", "churn_reason"),
        ("churned_mrr", "feedback"),
        ("at_risk_mrr", "age"),
        ("failed_attempts", "decline_code"),
    ] {
        let range = "from=2020-01-01&interval=month";
        let whole = ask(&format!("metrics/{metric}?{range}")).await;
        let parts = ask(&format!("metrics/{metric}?{range}&by={by}")).await;
        assert_eq!(parts.status, 200, "{}", parts.text);
        assert_ne!(sum(&whole.body), 0, "{metric} tells nothing here");
        assert_eq!(sum(&parts.body), sum(&whole.body), "{metric} by {by}");
        let labels = parts.body["series"].as_array().unwrap().iter().map(|one| &one["group"]["label"]);
        assert!(labels.into_iter().all(|label| label.as_str().is_some_and(|text| !text.is_empty())));
    }
    for query in ["metrics/mrr?by=cause", "metrics/arr?by=age", "cohorts?by=feedback", "movements?cause=mood"]
    {
        let refused = ask(query).await;
        assert_eq!(refused.status, 400, "{query}: {}", refused.text);
    }
}

#[tokio::test]
async fn settings_show_their_effect_before_they_have_it() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Mid, 40).await;
    let id = site.connected(&cookie, &sandbox).await;
    let settings = format!("/api/v1/connections/{id}/settings");
    let mut wanted = site.get(As::Person(&cookie), &settings).await.body;
    wanted["churn_at"] = json!("requested");
    wanted["include_metered"] = json!(true);
    let preview =
        site.ask(As::Person(&cookie), "POST", &format!("{settings}/preview"), Some(wanted.clone())).await;
    assert_eq!(preview.status, 200, "{}", preview.text);
    let pattern = "/api/v1/connections/{id}/settings/preview";
    assert_eq!(differences(pattern, "post", &preview.body), Vec::<String>::new());
    assert!(!preview.body["months"].as_array().unwrap().is_empty(), "metered usage makes a difference");
    let unchanged = site.get(As::Person(&cookie), &settings).await.body;
    assert_eq!(unchanged["include_metered"], false);

    let saved = site.ask(As::Person(&cookie), "PUT", &settings, Some(wanted.clone())).await;
    assert_eq!((saved.status, &saved.body), (200, &wanted));
    let answer = site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}/metrics/mrr")).await;
    let now: Vec<_> = answer.body["series"]
        .as_array()
        .unwrap()
        .iter()
        .map(|series| {
            (
                series["currency"].clone(),
                series["points"].as_array().unwrap().last().unwrap()["mrr_minor"].clone(),
            )
        })
        .collect();
    for money in preview.body["mrr_after"].as_array().unwrap() {
        assert!(
            now.contains(&(money["currency"].clone(), money["amount_minor"].clone())),
            "{money} in {now:?}"
        );
    }
    let retention = |months: Value| json!({"retention_months": months});
    for (asked, kept) in
        [(retention(json!(24)), json!(24)), (json!({}), json!(24)), (retention(Value::Null), Value::Null)]
    {
        let mut changed = wanted.clone();
        changed.as_object_mut().unwrap().remove("retention_months");
        changed.as_object_mut().unwrap().extend(asked.as_object().unwrap().clone());
        let saved = site.ask(As::Person(&cookie), "PUT", &settings, Some(changed)).await;
        assert_eq!((saved.status, &saved.body["retention_months"]), (200, &kept), "{asked}");
    }
    for (field, value) in [
        ("time_zone", json!("Mars/Olympus")),
        ("reporting_currency", json!("euros")),
        ("retention_months", json!(0)),
        ("retention_months", json!(1201)),
    ] {
        let mut bad = wanted.clone();
        bad[field] = value;
        let answer = site.ask(As::Person(&cookie), "PUT", &settings, Some(bad)).await;
        assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some(field)));
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_told_by_parameter() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Generated, 5).await;
    let id = site.connected(&cookie, &sandbox).await;
    let table = [
        ("metrics/mrr?from=2026-02-30", 400),
        ("metrics/mrr?interval=fortnight", 400),
        ("metrics/mrr?currency=dollars", 400),
        ("metrics/mrr?colour=red", 400),
        ("metrics/mrr?from=2026-12-31&to=2026-01-01", 400),
        ("metrics/mrr?from=0001-01-01&interval=day", 400),
        ("metrics/net_revenue?plan=price_1", 400),
        ("metrics/nothing", 404),
        ("metrics/mrr?currency=xxx", 400),
        ("metrics/net_revenue?currency=xxx", 400),
        ("reconcile?from=2026-12-31&to=2026-01-01", 400),
        ("statements/cash?from=2026-12-31&to=2026-01-01", 400),
        ("statements/cash?from=2026-12-31&colour=red", 400),
        ("statements/cash/transactions?month_on=2026-10-01&currency=usd", 400),
        ("statements/cash/transactions?month_on=2026-10-01&currency=usd&line=payouts", 400),
        ("statements/cash/transactions?month_on=2026-10-01&currency=usd&line=fees&cursor=elsewhere", 400),
        ("reconcile/customers?month_on=2026-10-01&currency=usd", 400),
        ("reconcile/customers?month_on=2026-10-01&currency=usd&part=taxes", 400),
        ("reconcile/customers?month_on=2026-10-01&currency=usd&part=tax&cursor=elsewhere", 400),
        ("reconcile/customers/cus_nobody?month_on=2026-10-01&currency=usd", 404),
        ("customers/cus_nobody/explain", 404),
        ("movements?type=sideways", 400),
        ("movements?plan_from=", 400),
        ("movements?limit=0", 400),
        ("movements?cursor=elsewhere", 400),
        ("movements?sort=size", 400),
        ("upcoming", 400),
        ("upcoming?what=birthday", 400),
        ("cohorts/customers?at=-1", 400),
        ("cohorts/customers?group=price_1", 400),
        ("cohorts/customers?start_on=1999-01-01", 400),
        ("cohorts/customers?cursor=elsewhere", 400),
        ("movements?several_plans=true&plan_to=price_1", 400),
        ("upcoming?what=end&days=0", 400),
        ("upcoming?what=end&days=3&to=2027-01-01", 400),
        ("upcoming?what=end&from=2026-12-31&to=2026-01-01", 400),
        ("upcoming?what=end&currency=xxx", 400),
        ("upcoming?what=end&cursor=elsewhere", 400),
        ("customers?sort=shoe_size", 400),
        ("customers?state=happy", 400),
        ("customers/cus_nobody", 404),
    ];
    for (path, status) in table {
        let answer = site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}/{path}")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(!answer.code().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn deleting_a_connection_deletes_all_that_was_fetched() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Generated, 5).await;
    let id = site.connected(&cookie, &sandbox).await;
    let folder = site.context.data.path().join("connections").join(&id);
    assert!(folder.exists());
    let path = format!("/api/v1/connections/{id}");
    let renamed = site.ask(As::Person(&cookie), "PATCH", &path, Some(json!({"name": "Main"}))).await;
    assert_eq!(renamed.body["name"], "Main");
    let removed = site.ask(As::Person(&cookie), "DELETE", &path, None).await;
    assert_eq!((removed.status, &removed.body["name"]), (200, &json!("Main")));
    assert_eq!((&removed.body["objects"]["customer"], &removed.body["webhook"]), (&json!(5), &json!("none")));
    assert!(!folder.exists());
    assert_eq!(site.get(As::Person(&cookie), &path).await.status, 404);
}

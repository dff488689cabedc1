//! A person who moved from one billing system to another, and a workspace that has both.

use std::sync::Arc;

use model::UnixSeconds;
use sandbox::{AccountFile, MerchantName, Running};
use serde_json::{Value, json};

use crate::support::{As, KEY, Site};

const NOW: i64 = 1_795_000_000;

/// A seller of whom one system has a few customers, and the other one of them, who left on the day they came there.
struct Moved {
    site: Site,
    cookie: String,
    all: String,
    old: String,
    new: String,
    /// The customers who moved, as the new system has them.
    customer: String,
    on: String,
    _running: [Running; 2],
}

async fn answer(site: &Site, cookie: &str, path: &str) -> Value {
    let answer = site.get(As::Person(cookie), path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.body
}

async fn connect(site: &Site, cookie: &str, request: Value) -> String {
    let answer = site.ask(As::Person(cookie), "POST", "/api/v1/connections", Some(request)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let id = answer.body["id"].as_str().unwrap().to_owned();
    let workspace = site.context.catalog.default_workspace().unwrap().id;
    site.context.runner.sync_once(&workspace, &id.as_str().into()).await.unwrap();
    id
}

/// An account whose only customer paid 20 dollars a month for half a year, until a day.
fn left(email: &str, on: &str) -> AccountFile {
    let until: jiff::civil::Date = on.parse().unwrap();
    let from = until.saturating_sub(jiff::Span::new().months(6));
    let invoices = (0..6).map(|month| {
        let start = from.saturating_add(jiff::Span::new().months(month));
        let end = if month == 5 { until } else { from.saturating_add(jiff::Span::new().months(month + 1)) };
        json!({
            "id": format!("in_{month}"), "customer": "cus_moved", "created": format!("@{start}"), "sub": "sub_moved",
            "lines": [{
                "price": "price_1", "amount": 2000, "sub": "sub_moved",
                "period": {"start": format!("@{start}"), "end": format!("@{end}")},
            }],
        })
    });
    let file = json!({"objects": {
        "prices": [{"id": "price_1", "unit_amount": 2000}],
        "customers": [{"id": "cus_moved", "created": format!("@{from}"), "email": email, "name": "Mo Ved"}],
        "subscriptions": [{
            "id": "sub_moved", "customer": "cus_moved", "created": format!("@{from}"), "status": "canceled",
            "ended_at": format!("@{until}"), "canceled_at": format!("@{until}"), "items": [{"price": "price_1"}],
        }],
        "invoices": invoices.collect::<Vec<_>>(),
    }});
    AccountFile::parse(&file.to_string()).unwrap()
}

async fn moved(gdpr: bool) -> Moved {
    let site = Site::new();
    let cookie = site.owner().await;
    let options = sandbox::Options {
        merchant: MerchantName::Small,
        customers: Some(6),
        now: Some(UnixSeconds(NOW)),
        ..sandbox::Options::of(sandbox::SECOND_PROVIDER)
    };
    let key = options.key.clone();
    let newer = sandbox::start(options).await.unwrap();
    let request =
        json!({"source": sandbox::SECOND_SOURCE, "key": key, "api_base": newer.api_base, "name": "New"});
    let new = connect(&site, &cookie, request).await;
    let path = format!("/api/v1/connections/{new}");
    let customers =
        answer(&site, &cookie, &format!("{path}/customers?state=active&sort=name&limit=100")).await;
    let in_dollars = |row: &&Value| row["mrr"][0]["currency"] == json!("usd");
    let who = customers["data"].as_array().unwrap().iter().find(in_dollars).unwrap();
    let (customer, email) =
        (who["id"].as_str().unwrap().to_owned(), who["email"].as_str().unwrap().to_uppercase());
    let detail = answer(&site, &cookie, &format!("{path}/customers/{customer}")).await;
    let on = detail["movements"][0]["on"].as_str().unwrap().to_owned();

    let options = sandbox::Options {
        objects: Some(Arc::new(left(&email, &on))),
        key: KEY.to_owned(),
        now: Some(UnixSeconds(NOW)),
        ..sandbox::Options::default()
    };
    let older = sandbox::start(options).await.unwrap();
    let request = json!({
        "source": sandbox::SOURCE, "key": KEY, "api_base": older.api_base, "name": "Old", "gdpr": gdpr,
    });
    let old = connect(&site, &cookie, request).await;
    let all = site.context.catalog.default_workspace().unwrap().id.to_string();
    Moved { site, cookie, all, old, new, customer, on, _running: [newer, older] }
}

impl Moved {
    async fn read(&self, path: &str) -> Value {
        answer(&self.site, &self.cookie, &format!("/api/v1/connections/{}/{path}", self.all)).await
    }

    async fn join(&self, by_email: bool) {
        let body = json!({
            "time_zone": null, "reporting_currency": null, "week_start": null, "join_by_email": by_email,
        });
        let path = "/api/v1/workspace/settings";
        let saved = self.site.ask(As::Person(&self.cookie), "PUT", path, Some(body)).await;
        assert_eq!((saved.status, &saved.body["join_by_email"]), (200, &json!(by_email)), "{}", saved.text);
    }

    /// The types of what moved on the day of the move, by the ids of who moved.
    async fn movements(&self) -> Vec<(String, String)> {
        let page = self.read(&format!("movements?from={0}&to={0}&currency=native", self.on)).await;
        let rows = page["data"].as_array().unwrap().iter();
        let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
        let theirs = rows.map(|row| (text(row, "customer_id"), text(row, "type")));
        let is_one = |id: &str| id.ends_with(":cus_moved") || id == format!("{}:{}", self.new, self.customer);
        theirs.filter(|(id, _)| is_one(id)).collect()
    }

    async fn mrr(&self) -> Value {
        let answer = self.read("metrics/mrr?currency=native&from=2025-01-01").await;
        let series = answer["series"].as_array().unwrap().iter();
        let points = |series: &Value| {
            let points = series["points"].as_array().unwrap().iter();
            json!([series["currency"], points.map(|point| point["mrr_minor"].clone()).collect::<Vec<_>>()])
        };
        series.map(points).collect()
    }
}

#[tokio::test]
async fn who_moved_from_one_provider_to_another_is_neither_lost_nor_new() {
    let it = moved(false).await;
    let (old_id, new_id) = (format!("{}:cus_moved", it.old), format!("{}:{}", it.new, it.customer));
    let apart = it.movements().await;
    assert!(apart.contains(&(old_id.clone(), "churn".to_owned())), "{apart:?}");
    assert!(apart.contains(&(new_id.clone(), "new".to_owned())), "{apart:?}");
    let (mrr, total) = (it.mrr().await, it.read("customers").await["total"].clone());

    let rules = json!({"join_imported": true, "join_by_email": true});
    let path = "/api/v1/workspace/joining/preview";
    let preview = it.site.ask(As::Person(&it.cookie), "POST", path, Some(rules)).await;
    assert_eq!(preview.status, 200, "{}", preview.text);
    assert_eq!(
        (&preview.body["joined_customers"], &preview.body["account_customers"]),
        (&json!(1), &json!(2))
    );
    let accounts = preview.body["examples"][0]["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2, "{}", preview.text);
    assert_eq!(it.movements().await, apart, "a preview changes nothing");

    it.join(true).await;
    let one = it.movements().await;
    assert!(one.iter().all(|(_, kind)| kind != "churn" && kind != "new"), "{one:?}");
    assert_eq!(it.mrr().await, mrr, "no amount is moved");
    assert_eq!(it.read("customers").await["total"], json!(total.as_i64().unwrap() - 1));
    let summary = answer(&it.site, &it.cookie, "/api/v1/workspace/joining").await;
    assert_eq!(summary["joined_customers"], json!(1));

    // The first of the connections names the customer, and every id leads to it.
    let by_new = it.read(&format!("customers/{new_id}")).await;
    let by_old = it.read(&format!("customers/{old_id}")).await;
    assert_eq!(by_new, by_old);
    let accounts: Vec<&Value> =
        by_new["accounts"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(accounts, [&json!("New"), &json!("Old")]);
    let of = |list: &str, name: &str| {
        by_new[list].as_array().unwrap().iter().filter(|row| row["account"] == json!(name)).count()
    };
    assert_eq!((of("subscriptions", "Old"), of("invoices", "Old")), (1, 6));
    assert!(of("subscriptions", "New") > 0 && of("invoices", "New") > 0, "{by_new}");
    let worth: i64 = by_new["subscriptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["mrr_minor"].as_i64().unwrap())
        .sum();
    assert_eq!(json!(worth), by_new["mrr"][0]["amount_minor"]);
    assert_eq!(
        by_new["movements"].as_array().unwrap().iter().filter(|row| row["type"] == json!("new")).count(),
        1
    );

    let explained = it.read(&format!("customers/{old_id}/explain")).await;
    let parts = explained["parts"].as_array().unwrap();
    assert!(parts.iter().any(|part| part["account"] == json!("Old")), "{explained}");
    let sum: i64 = parts.iter().map(|part| part["value_minor"].as_i64().unwrap()).sum();
    assert_eq!((json!(sum), &explained["mrr"]), (by_new["mrr"][0]["amount_minor"].clone(), &by_new["mrr"]));

    let page = it.read("payments?from=2020-01-01&limit=500&type=payment,paid_invoice").await;
    let theirs = page["data"].as_array().unwrap().iter().filter(|row| row["customer_id"] == json!(new_id));
    let named = theirs.clone().filter(|row| row["source"].is_string()).count();
    assert!(named == theirs.count() && named > 6, "payments of both accounts are found: {page}");
}

#[tokio::test]
async fn in_gdpr_mode_a_keyed_hash_stands_for_the_address_while_the_rule_is_on() {
    let it = moved(true).await;
    let workspace = it.all.as_str().into();
    let stored = || async {
        let objects = it.site.context.runner.objects(&workspace, &it.old.as_str().into()).await.unwrap();
        let source = connect::Source::of(sandbox::SOURCE).unwrap();
        objects.get(source.customers(), "cus_moved").unwrap().unwrap().object.body.to_string()
    };
    let sync = || async {
        it.site.context.runner.sync_once(&workspace, &it.old.as_str().into()).await.unwrap();
    };
    assert!(!stored().await.contains("email_hash"));
    it.join(true).await;
    sync().await;
    let joined = || async { answer(&it.site, &it.cookie, "/api/v1/workspace/joining").await };
    let summary = joined().await;
    assert_eq!(
        (&summary["joined_customers"], &summary["without_email"]),
        (&json!(0), &json!(1)),
        "not read again"
    );

    it.site.context.runner.reload(&workspace, &it.old.as_str().into()).await.unwrap();
    sync().await;
    let body = stored().await;
    assert!(body.contains("email_hash") && !body.contains('@') && !body.contains("Mo Ved"), "{body}");
    let summary = joined().await;
    assert_eq!((&summary["joined_customers"], &summary["without_email"]), (&json!(1), &json!(0)));
    assert!(it.movements().await.iter().all(|(_, kind)| kind != "churn" && kind != "new"));

    it.site
        .context
        .runner
        .erase_customer(&workspace, &it.old.as_str().into(), &"cus_moved".into())
        .await
        .unwrap();
    assert!(!stored().await.contains("email_hash"), "an erasure deletes it");
    assert_eq!(joined().await["joined_customers"], json!(0));
    assert!(it.movements().await.iter().any(|(_, kind)| kind == "churn"));
}

#[tokio::test]
async fn when_the_rule_ends_hashes_are_deleted() {
    let it = moved(true).await;
    let (workspace, old) = (it.all.as_str().into(), it.old.as_str().into());
    it.join(true).await;
    it.site.context.runner.reload(&workspace, &old).await.unwrap();
    it.site.context.runner.sync_once(&workspace, &old).await.unwrap();
    let stored = || async {
        let objects = it.site.context.runner.objects(&workspace, &old).await.unwrap();
        let source = connect::Source::of(sandbox::SOURCE).unwrap();
        objects.get(source.customers(), "cus_moved").unwrap().unwrap().object.body.to_string()
    };
    assert!(stored().await.contains("email_hash"));
    it.join(false).await;
    it.site.context.runner.sync_once(&workspace, &old).await.unwrap();
    assert!(!stored().await.contains("email_hash"));
}

#[tokio::test]
async fn only_those_who_may_change_settings_are_shown_who_would_be_joined() {
    let it = moved(false).await;
    let viewer = it.site.member(&it.cookie, model::Role::Viewer).await;
    let rules = json!({"join_imported": true, "join_by_email": true});
    let path = "/api/v1/workspace/joining/preview";
    let refused = it.site.ask(As::Person(&viewer), "POST", path, Some(rules)).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(it.site.get(As::Person(&viewer), "/api/v1/workspace/joining").await.status, 200);
}

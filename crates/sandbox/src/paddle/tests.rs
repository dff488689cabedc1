//! The server as a client finds it, over HTTP.

mod asked;
mod deliveries;

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::Value;

use crate::{Limits, MerchantName, Options, Provider, Running, start};

const NOW: i64 = 1_790_000_000;

struct Client {
    http: reqwest::Client,
    sandbox: Running,
}

fn options() -> Options {
    Options {
        merchant: MerchantName::Mid,
        now: Some(model::UnixSeconds(NOW)),
        ..Options::of(Provider::Paddle)
    }
}

impl Client {
    async fn of(options: Options) -> Self {
        let sandbox = start(options).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "it talks to the sandbox alone")]
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, sandbox }
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.sandbox.api_base)
        };
        let response = self.http.get(url).bearer_auth(&self.sandbox.key).send().await.unwrap();
        let status = response.status();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
    }

    /// Every entity of a list, by following `next` while there is more.
    async fn all(&self, path: &str) -> Vec<Value> {
        let (mut found, mut path) = (Vec::new(), path.to_owned());
        loop {
            let (status, page) = self.get(&path).await;
            assert_eq!(status, 200, "{path}: {page}");
            found.extend(page["data"].as_array().unwrap().iter().cloned());
            let pagination = &page["meta"]["pagination"];
            assert!(pagination["next"].is_string(), "next is there on the last page too");
            if pagination["has_more"] != true {
                assert_eq!(pagination["estimated_total"].as_u64().unwrap() as usize, found.len());
                return found;
            }
            path = pagination["next"].as_str().unwrap().to_owned();
        }
    }
}

fn ids(entities: &[Value]) -> Vec<&str> {
    entities.iter().map(|entity| entity["id"].as_str().or(entity["event_id"].as_str()).unwrap()).collect()
}

#[tokio::test]
async fn every_list_pages_to_its_end_in_both_orders() {
    let client = Client::of(options()).await;
    let (_, facts) = client.get("/sandbox/facts").await;
    for (list, kind, per_page) in [
        ("customers", "customer", 7),
        ("products", "product", 1),
        ("prices", "price", 5),
        ("subscriptions", "subscription", 9),
        ("transactions", "transaction", 30),
        ("events", "event", 200),
    ] {
        // What is archived is listed only where it is asked for.
        let status =
            if matches!(list, "customers" | "products" | "prices") { "&status=active,archived" } else { "" };
        let path = format!("/{list}?per_page={per_page}{status}&order_by=id");
        let forward = client.all(&format!("{path}[ASC]")).await;
        let mut backward = client.all(&format!("{path}[DESC]")).await;
        backward.reverse();
        let forward = ids(&forward);
        assert_eq!(forward, ids(&backward), "{list}");
        assert_eq!(forward.len() as u64, facts["counts"][kind].as_u64().unwrap(), "{list}");
        assert!(forward.len() > per_page.min(100) && forward.is_sorted(), "{list}");
        assert_eq!(forward.iter().collect::<BTreeSet<_>>().len(), forward.len(), "{list}");
    }
}

#[tokio::test]
async fn a_page_is_as_long_as_the_list_allows() {
    let client = Client::of(options()).await;
    for (path, length) in [
        ("/transactions", 30),
        ("/transactions?per_page=200", 30),
        ("/customers", 50),
        ("/customers?status=active,archived&per_page=999", 110),
    ] {
        let (_, page) = client.get(path).await;
        assert_eq!(page["data"].as_array().unwrap().len(), length, "{path}");
    }
    let request = client.http.get(format!("{}/customers", client.sandbox.api_base));
    let request = request.bearer_auth(&client.sandbox.key).header("Skip-Count", "true");
    let page: Value = serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(page["meta"]["pagination"].get("estimated_total"), None);
}

#[tokio::test]
async fn filters_leave_what_they_name() {
    let client = Client::of(options()).await;
    let everything = client.all("/transactions?order_by=id[ASC]").await;
    let some = everything[40].clone();
    let (customer, at) = (some["customer_id"].as_str().unwrap(), some["created_at"].as_str().unwrap());
    let subscriptions = client.all("/subscriptions?per_page=200").await;
    let price = subscriptions[0]["items"][0]["price"]["id"].as_str().unwrap();
    type Test<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
    let cases: Vec<(String, Test<'_>)> = vec![
        (
            "origin=web,subscription_charge".into(),
            Box::new(|t| t["origin"] == "web" || t["origin"] == "subscription_charge"),
        ),
        (format!("customer_id={customer}"), Box::new(|t| t["customer_id"] == customer)),
        ("status=canceled".into(), Box::new(|t| t["status"] == "canceled")),
        (format!("created_at[LT]={at}"), Box::new(|t| t["created_at"].as_str() < Some(at))),
        (
            format!("created_at[GTE]={at}&status=completed"),
            Box::new(|t| t["created_at"].as_str() >= Some(at) && t["status"] == "completed"),
        ),
    ];
    for (filter, test) in cases {
        let filtered = client.all(&format!("/transactions?order_by=id[ASC]&{filter}")).await;
        let expected: Vec<&Value> = everything.iter().filter(|transaction| test(transaction)).collect();
        assert!(!expected.is_empty() && expected.len() < everything.len(), "{filter}");
        assert!(filtered.iter().eq(expected), "{filter}");
    }
    let with_price = client.all(&format!("/subscriptions?per_page=200&price_id={price}")).await;
    let has_price =
        |s: &&Value| s["items"].as_array().unwrap().iter().any(|item| item["price"]["id"] == price);
    assert_eq!(with_price.len(), subscriptions.iter().filter(has_price).count());
    let (_, one_off) = client.get("/prices?recurring=false").await;
    assert_eq!(one_off["data"].as_array().unwrap().len(), 1);
    for bad in [
        "/customers?order_by=name[ASC]",
        "/customers?per_page=0",
        "/subscriptions?created_at[GT]=x",
        "/transactions?created_at[GT]=x",
    ] {
        let (status, answer) = client.get(bad).await;
        assert_eq!(
            (status.as_u16(), answer["error"]["code"].as_str()),
            (400, Some("invalid_field")),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_transaction_comes_with_what_is_included() {
    let client = Client::of(options()).await;
    let (_, page) = client.get("/transactions?include=address,customer,business&per_page=1").await;
    let transaction = &page["data"][0];
    assert_eq!(transaction["address"]["id"], transaction["address_id"]);
    assert_eq!(transaction["customer"]["id"], transaction["customer_id"]);
    assert_eq!(transaction["business"], Value::Null);
    let id = transaction["customer_id"].as_str().unwrap();
    let (_, addresses) = client.get(&format!("/customers/{id}/addresses")).await;
    assert_eq!(addresses["data"][0]["id"], transaction["address_id"]);
    let (status, missing) = client.get("/subscriptions/sub_nothing").await;
    assert_eq!((status.as_u16(), missing["error"]["code"].as_str()), (404, Some("not_found")));
}

#[tokio::test]
async fn a_missing_permission_is_403_and_named_also_for_what_is_included() {
    let paddle_permissions = "-customer.read,-notification.read".parse().unwrap();
    let client = Client::of(Options { paddle_permissions, ..options() }).await;
    for (path, name) in [
        ("/customers", "customer.read"),
        ("/events", "notification.read"),
        ("/transactions?include=customer", "customer.read"),
    ] {
        let (status, answer) = client.get(path).await;
        assert_eq!((status.as_u16(), answer["error"]["code"].as_str()), (403, Some("forbidden")), "{path}");
        assert!(answer["error"]["detail"].as_str().unwrap().contains(name), "{path}");
    }
    assert_eq!(client.get("/transactions?include=address").await.0, 200);
}

#[tokio::test]
async fn a_key_that_is_missing_malformed_or_wrong_is_refused_in_three_ways() {
    let client = Client::of(options()).await;
    let url = format!("{}/customers", client.sandbox.api_base);
    for (header, code) in [
        (None, "authentication_missing"),
        (Some("Basic abc"), "authentication_malformed"),
        (Some("Bearer pdl_sdbx_apikey_other"), "invalid_token"),
    ] {
        let mut request = client.http.get(&url);
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 403);
        let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(answer["error"]["code"], code);
    }
}

#[tokio::test]
async fn request_241_of_a_minute_is_told_when_to_come_back() {
    let client = Client::of(Options { limits: Limits::Stripe, ..options() }).await;
    for _ in 0..240 {
        assert_eq!(client.get("/products").await.0, 200);
    }
    let request = client.http.get(format!("{}/products", client.sandbox.api_base));
    let response = request.bearer_auth(&client.sandbox.key).send().await.unwrap();
    assert_eq!(response.status(), 429);
    let seconds: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn faults_are_injected_as_they_are_for_other_providers() {
    let faults = "500=1".parse().unwrap();
    let client = Client::of(Options { faults, ..options() }).await;
    let (status, answer) = client.get("/customers").await;
    assert_eq!((status.as_u16(), answer["error"]["type"].as_str()), (500, Some("api_error")));
}

//! Accounts that are served from a file, and recordings.

use std::sync::Arc;

use model::UnixSeconds;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Client, ids};
use crate::{AccountFile, MerchantName, Options};

const NOW: UnixSeconds = UnixSeconds(1_795_000_000);

async fn serving(file: Value) -> Client {
    let file = AccountFile::parse(&file.to_string()).unwrap();
    Client::of(Options { objects: Some(Arc::new(file)), ..Options::default() }).await
}

fn customers() -> Value {
    json!([
        { "id": "cus_b", "created": "@2026-01-01" },
        { "id": "cus_a", "created": "@2026-01-01" },
        { "id": "cus_c", "created": "@2026-01-02" },
    ])
}

#[tokio::test]
async fn lists_are_ordered_paged_and_filtered() {
    let client = serving(json!({ "objects": { "customers": customers() } })).await;
    assert_eq!(ids(&client.get("/v1/customers").await.json), ["cus_c", "cus_a", "cus_b"]);
    let page = client.get("/v1/customers?limit=1&starting_after=cus_c").await.json;
    assert_eq!((ids(&page), &page["has_more"]), (vec!["cus_a"], &json!(true)));
    let page = client.get("/v1/customers?limit=1&ending_before=cus_b").await.json;
    assert_eq!((ids(&page), &page["has_more"]), (vec!["cus_a"], &json!(true)));
    assert_eq!(ids(&client.get("/v1/customers?created[gt]=1767225600").await.json), ["cus_c"]);
    assert_eq!(client.get("/v1/customers?limit=101").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.get("/v1/customers?starting_after=cus_x").await.status, StatusCode::BAD_REQUEST);
    assert!(ids(&client.get("/v1/shipping_rates").await.json).is_empty());
    assert_eq!(client.get("/v1/customers/cus_x").await.status, StatusCode::NOT_FOUND);
    let write = client.request("POST", "/v1/customers").bearer_auth(&client.sandbox.key);
    assert_eq!(client.send(write).await.status, StatusCode::FORBIDDEN);
    assert_eq!(client.send(client.request("GET", "/v1/customers")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn settings_change_how_it_is_served() {
    let client = serving(json!({
        "settings": {
            "gone": ["/customers/cus_a"], "absent": ["disputes"], "unlisted": ["customers/cus_b"], "page_max": 1,
            "created": "refuse", "order": "oldest first", "active_prices_only": true, "plain": ["refunds"],
            "raw_text": [["\"amount\": 7", "\"amount\": 1e400"]],
        },
        "objects": {
            "customers": customers(), "refunds": [{ "id": "re_1" }, 5],
            "prices": [{ "id": "price_1" }, { "id": "price_2", "active": false }],
            "charges": [{ "id": "ch_1", "amount": 7 }],
        },
    }))
    .await;
    let page = client.get("/v1/customers?limit=50").await.json;
    assert_eq!((ids(&page), &page["has_more"]), (vec!["cus_a"], &json!(true)));
    assert_eq!(client.get("/v1/customers/cus_a").await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get("/v1/customers/cus_b").await.json["id"], "cus_b");
    assert_eq!(client.get("/v1/customers?created[gte]=1").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.get("/v1/disputes").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ids(&client.get("/v1/prices").await.json), ["price_1"]);
    assert_eq!(ids(&client.get("/v1/prices?active=false").await.json), ["price_2"]);
    assert_eq!(client.get("/v1/refunds/re_1").await.json, json!({ "id": "re_1" }));
    let request = client.request("GET", "/v1/charges").bearer_auth(&client.sandbox.key);
    assert!(request.send().await.unwrap().text().await.unwrap().contains("\"amount\": 1e400"));
}

#[tokio::test]
async fn ids_hold_whatever_a_path_can_escape() {
    let id = "Gold / Monthly (2014) 100% ?#&a=b+c";
    let client = serving(json!({ "objects": { "prices": [{ "id": id, "unit_amount": 5 }] } })).await;
    // Some clients escape what need not be escaped.
    for rest in ["&a=b+c", "%26a%3Db%2Bc"] {
        let path = format!("/v1/prices/Gold%20%2F%20Monthly%20%282014%29%20100%25%20%3F%23{rest}");
        assert_eq!(client.get(&path).await.json["id"], id, "{path}");
    }
}

/// Every page of every list that a merchant has, by list.
async fn everything(client: &Client) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for list in [
        "customers",
        "products",
        "prices?expand[]=data.tiers&expand[]=data.currency_options",
        "subscriptions?status=all",
        "invoices",
        "charges",
        "invoiceitems",
        "refunds",
        "disputes",
        "credit_notes",
        "invoice_payments",
        "balance_transactions",
        "coupons",
    ] {
        let joint = if list.contains('?') { '&' } else { '?' };
        let mut cursor = String::new();
        loop {
            let page = client.get(&format!("/v1/{list}{joint}limit=100{cursor}")).await.json;
            let objects = page["data"].as_array().unwrap();
            found.extend(objects.iter().map(|object| (list.to_owned(), object.clone())));
            if page["has_more"] != true {
                break;
            }
            cursor = format!("&starting_after={}", objects.last().unwrap()["id"].as_str().unwrap());
        }
    }
    for (_, object) in &mut found {
        if let Some(fields) = object.as_object_mut() {
            fields.retain(|name, field| name != "tiers" || !field.is_null()); // asked for where there are none
        }
        for list in ["items", "lines"] {
            if let Some(list) = object.get_mut(list).and_then(Value::as_object_mut) {
                list.remove("total_count"); // a file's lists always say it, those of merchants do not
            }
        }
    }
    found.sort_by_key(|(list, object)| (list.clone(), object["id"].to_string()));
    found
}

#[tokio::test]
async fn what_was_recorded_is_served_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("recorded.json");
    let options = Options {
        merchant: MerchantName::Mid,
        customers: Some(60),
        now: Some(NOW),
        record: Some(path.clone()),
        ..Options::default()
    };
    let original = Client::of(options.clone()).await;
    let served = everything(&original).await;
    original.sandbox.write_recording().unwrap();
    let recorded = std::fs::read_to_string(&path).unwrap();
    let file = Arc::new(AccountFile::parse(&recorded).unwrap());
    let again = Client::of(Options { objects: Some(file), now: None, ..options }).await;
    assert_eq!(again.sandbox.now(), NOW);
    let served_again = everything(&again).await;
    assert_eq!(served.len(), served_again.len());
    for (was, is) in served.iter().zip(&served_again) {
        assert_eq!(was, is);
    }
    assert!(original.sandbox.expected_mrr() == again.sandbox.expected_mrr());
    again.sandbox.write_recording().unwrap();
    let twice = std::fs::read_to_string(&path).unwrap();
    let differing = recorded.lines().zip(twice.lines()).find(|(once, twice)| once != twice);
    assert_eq!(differing, None, "a recording of a recording is the same");
}

#[tokio::test]
async fn a_recording_holds_what_was_asked_for_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("recorded.json");
    let file =
        json!({ "settings": { "page_max": 1 }, "objects": { "customers": customers(), "charges": [7] } });
    let file = AccountFile::parse(&file.to_string()).unwrap();
    let options = Options { objects: Some(Arc::new(file)), record: Some(path.clone()), ..Options::default() };
    let client = Client::of(options).await;
    client.get("/v1/customers").await;
    client.get("/v1/customers/cus_b").await;
    client.get("/v1/charges").await;
    client.sandbox.write_recording().unwrap();
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(recorded["settings"]["page_max"], 1);
    assert_eq!(recorded["settings"]["unlisted"], json!(["customers/cus_b"]));
    let ids: Vec<&Value> =
        recorded["objects"]["customers"].as_array().unwrap().iter().map(|customer| &customer["id"]).collect();
    assert_eq!(ids, ["cus_b", "cus_c"]);
    assert_eq!(recorded["objects"]["charges"], json!([7]));
}

//! Nothing of a workspace is reached from another.

use sandbox::MerchantName;
use serde_json::{Value, json};

use crate::support::{As, Site, sandbox};

/// Every operation of the API's description, with its path filled in for the owner's connection.
fn operations(connection: &str) -> Vec<(String, String, bool)> {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let filled = path
                .replace("{id}", connection)
                .replace("{customer_id}", "cus_G0000000001")
                .replace("{metric}", "arr")
                .replace("{part}", "mrr")
                .replace("{token_id}", "tok_1")
                .replace("{rate_id}", "rate_1");
            assert!(!filled.contains('{'), "{path} has a part that this test does not know");
            let is_open = operation["security"].as_array().is_some_and(|ways| ways.contains(&json!({})));
            found.push((method.to_uppercase(), filled, is_open));
        }
    }
    found
}

fn body(method: &str, path: &str) -> Option<Value> {
    let settings = json!({"churn_at": "requested", "include_metered": true, "time_zone": "Europe/Berlin",
        "reporting_currency": "eur", "week_start": "sunday"});
    match method {
        "GET" | "DELETE" => None,
        "PATCH" => Some(json!({"name": "taken over"})),
        _ if path.ends_with("/key") => Some(json!({"key": "sk_test_x"})),
        _ if path.contains("/settings") => Some(settings),
        _ => Some(json!({})),
    }
}

#[tokio::test]
async fn no_route_shows_or_changes_another_tenants_connection() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Generated, 5).await;
    let id = site.connected(&cookie, &sandbox).await;
    let stranger = site.stranger();
    let before = site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}")).await.text;

    let of_connection: Vec<_> =
        operations(&id).into_iter().filter(|(_, path, _)| path.contains(&id)).collect();
    assert!(of_connection.len() >= 19, "{of_connection:?}");
    for (method, path, _) in of_connection {
        let answer = site.ask(As::Program(&stranger), &method, &path, body(&method, &path)).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{method} {path}: {}", answer.text);
    }
    let theirs = site.get(As::Program(&stranger), "/api/v1/connections").await;
    assert_eq!(theirs.body, json!({"data": []}));
    let after = site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}")).await.text;
    assert_eq!(before, after);
}

#[tokio::test]
async fn without_signing_in_only_the_first_visit_and_signing_in_answer() {
    let site = Site::new();
    site.owner().await;
    for (method, path, is_open) in operations("conn_1") {
        if is_open {
            continue;
        }
        let answer = site.ask(As::Nobody, &method, &path, body(&method, &path)).await;
        assert_eq!((answer.status, answer.code()), (401, "signed_out"), "{method} {path}: {}", answer.text);
        let answer = site.ask(As::Program("chtk_wrong"), &method, &path, body(&method, &path)).await;
        assert_eq!(answer.status, 401, "{method} {path}");
    }
}

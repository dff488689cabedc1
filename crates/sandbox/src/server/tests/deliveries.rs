use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use tokio::sync::mpsc;

use super::Client;
use crate::Options;

type Delivery = (HeaderMap, String);

/// A listener for webhooks that fails the first few.
async fn receiver(failures: usize) -> (String, mpsc::UnboundedReceiver<Delivery>) {
    let (sender, deliveries) = mpsc::unbounded_channel();
    let left = Arc::new(AtomicUsize::new(failures));
    let handle = move |headers: HeaderMap, body: String| {
        let is_failing = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        let _ = sender.send((headers, body));
        async move { if is_failing { StatusCode::BAD_GATEWAY } else { StatusCode::OK } }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handle)).await });
    (url, deliveries)
}

async fn register(client: &Client, form: &[(&str, &str)]) -> Value {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    let request = client.request("POST", "/v1/webhook_endpoints").bearer_auth(&client.sandbox.key);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let reply = client.send(request.body(encoded.extend_pairs(form).finish())).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    reply.json
}

/// Lets the merchant live for `seconds`, with an event in each.
async fn live(client: &Client, seconds: i64) -> usize {
    client.sandbox.advance(model::UnixSeconds(client.sandbox.now().0 + seconds)).await
}

#[tokio::test]
async fn endpoints_are_made_listed_and_removed() {
    let client = Client::of_tiny(Options::default()).await;
    let made = register(&client, &[("url", "http://127.0.0.1:9/"), ("enabled_events[]", "*")]).await;
    let id = made["id"].as_str().unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let listed = client.get("/v1/webhook_endpoints").await.json;
    assert_eq!((super::ids(&listed), listed["data"][0].get("secret")), (vec![id], None));
    assert_eq!(client.get(&format!("/v1/webhook_endpoints/{id}")).await.json["url"], "http://127.0.0.1:9/");
    let delete =
        client.request("DELETE", &format!("/v1/webhook_endpoints/{id}")).bearer_auth(&client.sandbox.key);
    assert_eq!(client.send(delete).await.json["deleted"], true);
    assert_eq!(client.get(&format!("/v1/webhook_endpoints/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_delivery_is_signed_with_the_endpoints_secret() {
    let client = Client::of_tiny(Options::default()).await;
    let (url, mut deliveries) = receiver(0).await;
    let endpoint =
        register(&client, &[("url", &url), ("enabled_events[]", "customer.subscription.updated")]).await;
    assert_eq!(live(&client, 1).await, 1);
    let (headers, body) = deliveries.recv().await.unwrap();
    let header = headers["stripe-signature"].to_str().unwrap();
    let parts: HashMap<&str, &str> = header.split(',').filter_map(|part| part.split_once('=')).collect();
    let mut mac =
        Hmac::<sha2::Sha256>::new_from_slice(endpoint["secret"].as_str().unwrap().as_bytes()).unwrap();
    mac.update(format!("{}.{body}", parts["t"]).as_bytes());
    assert_eq!(parts["v1"], hex::encode(mac.finalize().into_bytes()));
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["type"], "customer.subscription.updated");
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again() {
    let client = Client::of_tiny(Options::default()).await;
    let (url, mut deliveries) = receiver(1).await;
    register(&client, &[("url", &url), ("enabled_events[]", "*")]).await;
    live(&client, 1).await;
    let (_, first) = deliveries.recv().await.unwrap();
    let (_, second) = deliveries.recv().await.unwrap();
    assert_eq!(first, second);
}

#[tokio::test]
async fn an_endpoint_gets_its_events_in_its_version() {
    let client = Client::of_tiny(Options::default()).await;
    let (old_url, mut old) = receiver(0).await;
    let (other_url, mut other) = receiver(0).await;
    register(&client, &[("url", &old_url), ("enabled_events[]", "*"), ("api_version", "2024-06-20")]).await;
    register(&client, &[("url", &other_url), ("enabled_events[]", "invoice.paid")]).await;
    live(&client, 1).await;
    let event: Value = serde_json::from_str(&old.recv().await.unwrap().1).unwrap();
    assert_eq!(event["api_version"], "2024-06-20");
    assert!(event["data"]["object"]["current_period_end"].is_i64());
    client.sandbox.stop().await;
    assert!(other.try_recv().is_err(), "sent to an endpoint that did not ask for it");
}

#[tokio::test]
async fn with_faults_events_come_late_and_twice_but_they_come() {
    let faults = "slow=0.000001".parse().unwrap();
    let client = Client::of_tiny(Options { faults, ..Options::default() }).await;
    let (url, mut deliveries) = receiver(0).await;
    register(&client, &[("url", &url), ("enabled_events[]", "*")]).await;
    let sent = live(&client, 30).await;
    let mut times: HashMap<String, usize> = HashMap::new();
    let mut order = Vec::new();
    while times.len() < sent || times.values().all(|count| *count == 1) {
        let event: Value = serde_json::from_str(&deliveries.recv().await.unwrap().1).unwrap();
        order.push(event["created"].as_i64().unwrap());
        *times.entry(event["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(sent, 30);
    assert!(!order.is_sorted());
}

#[tokio::test]
async fn the_intention_is_told_line_by_line_and_the_clock_can_be_moved() {
    let client = Client::of_tiny(Options::default()).await;
    let response = client.request("GET", "/sandbox/expected_mrr").send().await.unwrap();
    let lines = response.text().await.unwrap();
    assert_eq!(
        lines,
        "{\"customer\":\"cus_1\",\"currency\":\"usd\",\"at\":1700000000,\"mrr_minor\":1000}\n\
         {\"customer\":\"cus_1\",\"currency\":\"usd\",\"at\":1700086400,\"mrr_minor\":0}\n"
    );
    let advance = client.request("POST", "/sandbox/advance");
    let before = client.sandbox.now().0;
    let reply = client.send(advance.body("{\"seconds\":5}")).await.json;
    assert_eq!((&reply["now"], &reply["events"]), (&(before + 5).into(), &5.into()));
}

#[tokio::test]
async fn a_running_clock_goes_on_from_where_it_was_moved_to() {
    let client = Client::of_tiny(Options { alive: Some(1_000), ..Options::default() }).await;
    let (url, mut deliveries) = receiver(0).await;
    register(&client, &[("url", &url), ("enabled_events[]", "*")]).await;
    let moved_to = client.sandbox.now().0 + 5_000;
    client.sandbox.advance(model::UnixSeconds(moved_to)).await;
    loop {
        let event: Value = serde_json::from_str(&deliveries.recv().await.unwrap().1).unwrap();
        if event["created"].as_i64().unwrap() > moved_to {
            break; // it lived on by itself
        }
    }
}

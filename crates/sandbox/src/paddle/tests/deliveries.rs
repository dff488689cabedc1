use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Client, NOW, options};
use crate::Options;

/// A listener for webhooks that fails the first few.
async fn receiver(failures: usize) -> (String, mpsc::UnboundedReceiver<(HeaderMap, String)>) {
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

impl Client {
    async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.sandbox.api_base);
        let request = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.sandbox.key);
        let response = request.body(body.to_string()).send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn register(&self, destination: &str, events: &[&str]) -> Value {
        let asked = json!({
            "description": "Chartsy",
            "type": "url",
            "destination": destination,
            "subscribed_events": events,
            "traffic_source": "platform",
            "api_version": 1,
            "include_sensitive_fields": false,
        });
        let (status, made) = self.send("POST", "/notification-settings", &asked).await;
        assert_eq!(status, 201, "{made}");
        made["data"].clone()
    }
}

fn small() -> Options {
    Options { merchant: crate::MerchantName::Small, ..options() }
}

#[tokio::test]
async fn settings_are_created_listed_and_deleted() {
    let client = Client::of(small()).await;
    let made = client.register("https://example.com/hook", &["transaction.completed"]).await;
    let path = format!("/notification-settings/{}", made["id"].as_str().unwrap());
    let listed = client.all("/notification-settings").await;
    assert_eq!(listed, std::slice::from_ref(&made));
    assert_eq!(client.all("/notification-settings?active=false").await.len(), 0);
    assert_eq!(client.get(&path).await.1["data"], made);
    assert_eq!(client.send("DELETE", &path, &Value::Null).await, (204, Value::Null));
    assert_eq!(client.get(&path).await.0, 404);
    let bad = json!({ "description": "x", "type": "url", "destination": "http://example.com" });
    let (status, refusal) = client.send("POST", "/notification-settings", &bad).await;
    assert_eq!((status, &refusal["error"]["errors"][0]["field"]), (400, &json!("destination")));
}

#[tokio::test]
async fn writing_takes_a_permission_of_its_own() {
    let paddle_permissions = "-notification_setting.write".parse().unwrap();
    let client = Client::of(Options { paddle_permissions, ..small() }).await;
    let (status, refusal) = client.send("POST", "/notification-settings", &json!({})).await;
    assert_eq!(status, 403);
    assert!(refusal["error"]["detail"].as_str().unwrap().contains("notification_setting.write"));
    assert_eq!(client.get("/notification-settings").await.0, 200);
}

#[tokio::test]
async fn what_happens_is_delivered_signed_again_and_noted() {
    let client = Client::of(small()).await;
    let (url, mut deliveries) = receiver(1).await;
    let setting = client.register(&url, &["transaction.completed"]).await;
    let sent = client.sandbox.advance(model::UnixSeconds(NOW + 3 * 86_400)).await;
    assert!(sent > 0);
    let (headers, body) = deliveries.recv().await.unwrap();
    let header = headers["paddle-signature"].to_str().unwrap();
    let ts = header.strip_prefix("ts=").unwrap().split(';').next().unwrap().parse().unwrap();
    let secret = setting["endpoint_secret_key"].as_str().unwrap();
    assert_eq!(header, crate::paddle::signature(secret, model::UnixSeconds(ts), &body));
    let payload: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(payload["event_type"], "transaction.completed");
    assert_eq!(payload["data"]["status"], "completed");
    // The first was refused: it comes again, as it was.
    loop {
        let (_, again) = deliveries.recv().await.unwrap();
        if again == body {
            break;
        }
    }
    let id = payload["notification_id"].as_str().unwrap();
    loop {
        let (_, noted) = client.get(&format!("/notifications/{id}")).await;
        if noted["data"]["status"] == "delivered" {
            assert_eq!(noted["data"]["times_attempted"], 2);
            break;
        }
        tokio::task::yield_now().await;
    }
    // The same event is in the list that is asked for what is new.
    let events = client.all("/events?order_by=id[ASC]&event_type=transaction.completed").await;
    let place = events.iter().position(|event| event["event_id"] == payload["event_id"]).unwrap();
    assert!(place > 0);
    let before = events[place - 1]["event_id"].as_str().unwrap();
    let path = format!("/events?order_by=id[ASC]&event_type=transaction.completed&per_page=1&after={before}");
    assert_eq!(client.get(&path).await.1["data"][0]["event_id"], payload["event_id"]);
}

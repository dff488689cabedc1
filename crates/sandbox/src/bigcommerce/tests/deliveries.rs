use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::HeaderMap;
use serde_json::json;
use tokio::sync::mpsc;

use super::*;
use crate::bigcommerce::signature;

type Deliveries = mpsc::UnboundedReceiver<(HeaderMap, String)>;

/// A listener for webhooks that fails the first few.
async fn receiver(failures: usize) -> (String, Deliveries) {
    let (sender, deliveries) = mpsc::unbounded_channel();
    let left = Arc::new(AtomicUsize::new(failures));
    let handle = move |headers: HeaderMap, body: String| {
        let is_failing = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        let _ = sender.send((headers, body));
        async move { if is_failing { axum::http::StatusCode::BAD_GATEWAY } else { axum::http::StatusCode::OK } }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handle)).await });
    (url, deliveries)
}

impl Client {
    async fn register(&self, destination: &str, scope: &str) -> i64 {
        let asked = json!({ "scope": scope, "destination": destination, "headers": { "x-own": "mine" } });
        let (status, made) = self.send("POST", "/v3/hooks", &asked).await;
        assert_eq!(status, 200, "{made}");
        made["data"]["id"].as_i64().unwrap()
    }
}

#[tokio::test]
async fn hooks_are_created_listed_changed_and_deleted() {
    let client = Client::of(small()).await;
    let id = client.register("https://example.com/hook", "store/order/*").await;
    let (_, made) = client.get(&format!("/v3/hooks/{id}")).await;
    assert_eq!(
        (&made["data"]["is_active"], &made["data"]["headers"]["x-own"]),
        (&json!(true), &json!("mine"))
    );
    assert_eq!(client.all_v3("/v3/hooks").await, [made["data"].clone()]);
    assert!(client.all_v3("/v3/hooks?is_active=false").await.is_empty());
    let path = format!("/v3/hooks/{id}");
    let (status, changed) = client.send("PUT", &path, &json!({ "headers": { "x-own": "other" } })).await;
    assert_eq!((status.as_u16(), &changed["data"]["headers"]["x-own"]), (200, &json!("other")));
    let bad = json!({ "scope": "store/order/*", "destination": "http://example.com" });
    let (status, refusal) = client.send("POST", "/v3/hooks", &bad).await;
    assert_eq!((status.as_u16(), refusal["errors"]["destination"].is_string()), (422, true));
    assert_eq!(client.send("PUT", "/v3/hooks/admin", &json!({ "emails": ["ops@example.com"] })).await.0, 204);
    client.sandbox.switch_off_hooks();
    let (_, admin) = client.get("/v3/hooks/admin").await;
    assert_eq!(admin["data"]["emails"], json!(["ops@example.com"]));
    assert_eq!(admin["data"]["hooks_list"][0]["status"], "deactivated");
    assert_eq!(client.all_v3("/v3/hooks?is_active=false").await.len(), 1);
    let (_, on) = client.send("PUT", &path, &json!({ "is_active": true })).await;
    assert_eq!(on["data"]["is_active"], true);
    let (status, deleted) = client.send("DELETE", &path, &Value::Null).await;
    assert_eq!((status.as_u16(), &deleted["data"]["id"]), (200, &json!(id)));
    assert_eq!(client.get(&path).await.0, 404);
}

/// Moves the clock until something was sent.
async fn until_delivered(client: &Client, deliveries: &mut Deliveries) -> (HeaderMap, String) {
    for day in 1..60 {
        client.sandbox.advance(model::UnixSeconds(NOW + day * DAY_S)).await;
        let wait = tokio::time::timeout(std::time::Duration::from_millis(200), deliveries.recv());
        if let Ok(Some(delivery)) = wait.await {
            return delivery;
        }
    }
    panic!("nothing was delivered");
}

#[tokio::test]
async fn what_happens_is_delivered_signed_with_the_own_header_and_again_as_it_was() {
    let client = Client::of(options()).await;
    let (url, mut deliveries) = receiver(1).await;
    client.register(&url, "store/order/statusUpdated").await;
    let (headers, body) = until_delivered(&client, &mut deliveries).await;
    let text = |name: &str| headers[name].to_str().unwrap();
    let at = model::UnixSeconds(text("webhook-timestamp").parse().unwrap());
    let expected = signature("account-secret-sandbox", text("webhook-id"), at, &body);
    assert_eq!((text("webhook-signature"), text("x-own")), (expected.as_str(), "mine"));
    let said: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(said["scope"], "store/order/statusUpdated");
    assert_eq!(said["producer"], format!("stores/{}", client.sandbox.store_hash()));
    assert_eq!((said["hash"].as_str().unwrap().len(), said["store_id"].is_string()), (40, true));
    // The first was refused: it comes again, as it was, and with the same id.
    loop {
        let (again, same) = deliveries.recv().await.unwrap();
        if same == body {
            assert_eq!(again["webhook-id"], headers["webhook-id"]);
            break;
        }
    }
    let id = said["data"]["id"].as_i64().unwrap();
    let (_, order) = client.get(&format!("/v2/orders/{id}")).await;
    assert_eq!(order["id"], id);
    let status = &said["data"]["status"];
    assert_ne!(status["previous_status_id"], status["new_status_id"]);
}

#[tokio::test]
async fn the_same_event_that_comes_twice_has_the_same_hash() {
    let faults = "slow=0.000001".parse().unwrap();
    let client = Client::of(Options { faults, ..options() }).await;
    let (url, mut deliveries) = receiver(0).await;
    client.register(&url, "store/order/*").await;
    client.sandbox.advance(model::UnixSeconds(NOW + 12 * DAY_S)).await;
    client.sandbox.app.finish().await;
    let (mut hashes, mut count) = (std::collections::BTreeSet::new(), 0);
    let mut times = Vec::new();
    while let Ok((_, body)) = deliveries.try_recv() {
        let said: Value = serde_json::from_str(&body).unwrap();
        hashes.insert(said["hash"].as_str().unwrap().to_owned());
        times.push(said["created_at"].as_i64().unwrap());
        count += 1;
    }
    assert!(hashes.len() > 10 && hashes.len() < count, "{} of {count}", hashes.len());
    assert!(!times.is_sorted(), "events come out of order");
}

#[tokio::test]
async fn an_app_hears_that_it_is_uninstalled_and_nothing_after_that() {
    let client = Client::of(small()).await;
    let url =
        client.sandbox.install_url(crate::bigcommerce::ScopeSet::all(), &crate::bigcommerce::User::owner());
    let url = url::Url::parse(&url).unwrap();
    let mut asked = json!({
        "client_id": "app-sandbox",
        "client_secret": "app-secret-sandbox",
        "grant_type": "authorization_code",
        "redirect_uri": "http://127.0.0.1:8080/auth",
    });
    for (name, value) in url.query_pairs() {
        asked[name.as_ref()] = json!(value);
    }
    let (_, granted) = client.send("POST", "/oauth2/token", &asked).await;
    let mut app = client;
    app.token = granted["access_token"].as_str().unwrap().to_owned();
    let (url, mut deliveries) = receiver(0).await;
    for scope in ["store/app/uninstalled", "store/order/updated"] {
        app.register(&url, scope).await;
    }
    app.sandbox.uninstall();
    let (headers, body) = deliveries.recv().await.unwrap();
    assert!(body.contains("store/app/uninstalled"));
    let text = |name: &str| headers[name].to_str().unwrap();
    let at = model::UnixSeconds(text("webhook-timestamp").parse().unwrap());
    assert_eq!(text("webhook-signature"), signature("app-secret-sandbox", text("webhook-id"), at, &body));
    app.sandbox.advance(model::UnixSeconds(NOW + 30 * DAY_S)).await;
    app.sandbox.app.finish().await;
    assert!(deliveries.try_recv().is_err());
}

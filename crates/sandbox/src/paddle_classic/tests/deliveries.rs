use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rsa::pkcs8::DecodePublicKey;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use sha1::{Digest, Sha1};
use tokio::sync::mpsc;

use super::*;
use crate::paddle_classic::php_serialized;

/// A listener for alerts that fails the first few.
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

#[tokio::test]
async fn what_happens_is_posted_as_a_signed_form_and_again_where_it_failed() {
    let (url, mut deliveries) = receiver(1).await;
    let client = Client::of(Options { alerts_url: Some(url.parse().unwrap()), ..options() }).await;
    let sent = client.sandbox.advance(model::UnixSeconds(NOW + 3 * DAY_S)).await;
    assert!(sent > 0);
    let (headers, body) = deliveries.recv().await.unwrap();
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    let mut fields: BTreeMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let signature = BASE64_STANDARD.decode(fields.remove("p_signature").unwrap()).unwrap();
    let pem = client.get("/sandbox/public_key").await;
    assert_eq!(client.sandbox.public_key(), Some(pem.clone()));
    let key = RsaPublicKey::from_public_key_pem(&pem).unwrap();
    let sha1 = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
    let padding = Pkcs1v15Sign { hash_len: Some(20), prefix: Box::new(sha1) };
    key.verify(padding, &Sha1::digest(php_serialized(&fields)), &signature).unwrap();
    // It was refused: it comes again as it was, and the history says so.
    while deliveries.recv().await.unwrap().1 != body {}
    let id = fields["alert_id"].clone();
    loop {
        let history = client.ok("alert/webhooks", &[]).await["response"]["data"].clone();
        let rows = history.as_array().unwrap().clone();
        let row = rows.iter().find(|row| row["id"].to_string() == id).unwrap();
        if row["status"] == "success" && row["attempts"] == 2 {
            let texts: BTreeMap<String, String> = serde_json::from_value(row["fields"].clone()).unwrap();
            assert_eq!(texts, fields);
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_address_is_set_and_taken_away_while_it_runs() {
    let client = Client::of(options()).await;
    let (url, mut deliveries) = receiver(0).await;
    let set = |url: Value| client.send("/sandbox/alerts_url", serde_json::json!({ "url": url }).to_string());
    assert_eq!(set(url.clone().into()).await.0, 200);
    assert!(client.get("/sandbox/alerts_url").await.contains(&url));
    client.sandbox.advance(model::UnixSeconds(NOW + 3 * DAY_S)).await;
    deliveries.recv().await.unwrap();
    assert_eq!(set(Value::Null).await.0, 200);
    assert_eq!(set("no address".into()).await.0, 400);
    assert!(client.get("/sandbox/alerts_url").await.contains("null"));
}

#[tokio::test]
async fn with_faults_some_alerts_arrive_twice_and_out_of_order() {
    let (url, mut deliveries) = receiver(0).await;
    let faults = "slow=0.000001".parse().unwrap();
    let options = Options { faults, alerts_url: Some(url.parse().unwrap()), ..options() };
    let client = Client::of(options).await;
    let sent = client.sandbox.advance(model::UnixSeconds(NOW + 20 * DAY_S)).await;
    assert!(sent > 20);
    let mut ids = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < sent || ids.len() == seen.len() {
        let (_, body) = deliveries.recv().await.unwrap();
        let fields: BTreeMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        seen.insert(fields["alert_id"].clone());
        ids.push(fields["event_time"].clone());
    }
    assert!(!ids.is_sorted());
}

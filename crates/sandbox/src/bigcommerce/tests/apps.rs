use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::*;
use crate::bigcommerce::{Flaw, Scope, ScopeSet, User, Visit};

/// What the app sends for a code.
fn asked(url: &str) -> Value {
    let url = url::Url::parse(url).unwrap();
    let of = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    json!({
        "client_id": "app-sandbox",
        "client_secret": "app-secret-sandbox",
        "code": of("code"),
        "scope": of("scope"),
        "context": of("context"),
        "grant_type": "authorization_code",
        "redirect_uri": "http://127.0.0.1:8080/auth",
    })
}

#[tokio::test]
async fn a_code_is_exchanged_once_for_a_token_with_the_accepted_scopes() {
    let mut client = Client::of(small()).await;
    let scopes = ScopeSet::none().with(Scope::Orders).with(Scope::Information);
    let asked = asked(&client.sandbox.install_url(scopes, &User::colleague(1)));
    assert_eq!(asked["context"], format!("stores/{}", client.sandbox.store_hash()));
    for (field, wrong, error) in [
        ("client_secret", "guessed", "invalid_client"),
        ("code", "guessed", "invalid_grant"),
        ("redirect_uri", "https://elsewhere.example/", "redirect_uri_mismatch"),
        ("context", "stores/another", "invalid_context"),
        ("scope", "store_v2_orders", "invalid_scope"),
        ("grant_type", "password", "unsupported_grant_type"),
    ] {
        let mut bad = asked.clone();
        bad[field] = json!(wrong);
        let (status, answer) = client.send("POST", "/oauth2/token", &bad).await;
        assert_eq!((status.as_u16(), &answer["error"]), (400, &json!(error)));
    }
    let (status, granted) = client.send("POST", "/oauth2/token", &asked).await;
    assert_eq!(status, 200, "{granted}");
    assert_eq!(granted["scope"], "store_v2_orders_read_only store_v2_information_read_only");
    assert_eq!(granted["user"]["email"], "colleague.1@fjell-coffee.example");
    assert_eq!(granted["owner"]["email"], "owner@fjell-coffee.example");
    assert_eq!(client.send("POST", "/oauth2/token", &asked).await.0, 400, "a code is used once");

    client.token = granted["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/v2/orders").await.0, 200);
    assert_eq!(client.get("/v3/customers").await.0, 403);
    let hook = json!({ "scope": "store/order/*", "destination": "https://example.com/hook" });
    assert_eq!(client.send("POST", "/v3/hooks", &hook).await.0, 200);
    let wider = self::asked(&client.sandbox.install_url(scopes.with(Scope::Customers), &User::owner()));
    let (_, renewed) = client.send("POST", "/oauth2/token", &wider).await;
    assert_eq!(client.get("/v2/orders").await.0, 401, "the app has other scopes by now");
    client.token = renewed["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/v3/customers").await.0, 200);
    client.sandbox.uninstall();
    assert_eq!(client.get("/v2/orders").await.0, 401, "the token is worth nothing");
}

#[tokio::test]
async fn the_control_panel_can_be_played_over_http() {
    let client = Client::of(small()).await;
    let (_, install) = client.get("/sandbox/install?scopes=store_v2_orders_read_only").await;
    let (status, granted) =
        client.send("POST", "/oauth2/token", &asked(install["url"].as_str().unwrap())).await;
    assert_eq!((status.as_u16(), &granted["scope"]), (200, &json!("store_v2_orders_read_only")));
    let (_, load) = client.get("/sandbox/signed_payload?colleague=3&url=/shop").await;
    let claims = claims(load["signed_payload_jwt"].as_str().unwrap());
    assert_eq!(
        (&claims["user"]["email"], &claims["url"]),
        (&json!("colleague.3@fjell-coffee.example"), &json!("/shop"))
    );
    assert_eq!(client.get("/sandbox/signed_payload?flaw=odd").await.0, 400);
    assert_eq!(client.get("/sandbox/install?scopes=odd").await.0, 400);
    for path in ["/sandbox/uninstall", "/sandbox/switch_off_hooks"] {
        assert_eq!(client.send("POST", path, &Value::Null).await.0, 200);
    }
}

fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// Whether an app that reads the documentation would take it, at that instant.
fn is_taken(token: &str, hash: &str, now: i64, used: &mut Vec<String>) -> bool {
    let parts: Vec<&str> = token.split('.').collect();
    let head: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"app-secret-sandbox").unwrap();
    mac.update(format!("{}.{}", parts[0], parts[1]).as_bytes());
    let is_signed = mac.verify_slice(&URL_SAFE_NO_PAD.decode(parts[2]).unwrap()).is_ok();
    let claims = claims(token);
    let jti = claims["jti"].as_str().unwrap().to_owned();
    let is_new = !used.contains(&jti);
    used.push(jti);
    head["alg"] == "HS256"
        && is_signed
        && is_new
        && claims["aud"] == "app-sandbox"
        && claims["iss"] == "bc"
        && claims["sub"] == format!("stores/{hash}")
        && claims["nbf"].as_i64().unwrap() <= now + 60
        && claims["exp"].as_i64().unwrap() > now
}

#[tokio::test]
async fn only_a_callback_without_a_flaw_is_to_be_taken_and_only_once() {
    let clock = model::Clock::System;
    let sandbox = start(Options { clock: clock.clone(), ..small() }).await.unwrap();
    let (hash, now) = (sandbox.store_hash().to_owned(), clock.now().0);
    let mut used = Vec::new();
    for (name, flaw) in Flaw::ALL {
        let token = sandbox.signed_payload(&Visit { flaw, ..Visit::default() });
        assert_eq!(is_taken(&token, &hash, now, &mut used), flaw == Flaw::None, "{name}");
    }
    let again = Visit { jti: Some("the-same".to_owned()), ..Visit::default() };
    assert!(is_taken(&sandbox.signed_payload(&again), &hash, now, &mut used));
    assert!(!is_taken(&sandbox.signed_payload(&again), &hash, now, &mut used), "it was used");
}

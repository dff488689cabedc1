use serde_json::json;

use super::*;
use crate::Limits;
use crate::bigcommerce::{Plan, Scope, ScopeSet};

#[tokio::test]
async fn a_wrong_token_and_another_shop_are_401_or_404() {
    let mut client = Client::of(small()).await;
    client.token = "wrong".to_owned();
    let (status, answer) = client.get("/v3/customers").await;
    assert_eq!((status.as_u16(), &answer["status"]), (401, &json!(401)));
    assert_eq!(client.get("/v2/orders").await.1[0]["status"], 401);
    let bare = client.http.get(client.url("/v2/store")).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert_eq!(client.get("/stores/another/v2/orders").await.0, 404);
}

#[tokio::test]
async fn a_missing_scope_is_403_and_webhooks_need_none() {
    let client = Client::of(options()).await;
    for (scope, paths) in [
        (Scope::Orders, vec!["/v2/orders", "/v2/orders/count", "/v2/orders/100", "/v2/order_statuses"]),
        (Scope::Transactions, vec!["/v3/orders/100/transactions"]),
        (Scope::Customers, vec!["/v3/customers"]),
        (Scope::Products, vec!["/v3/catalog/products", "/v3/catalog/brands", "/v3/catalog/trees/categories"]),
        (Scope::Information, vec!["/v2/store", "/v2/currencies"]),
        (Scope::ChannelSettings, vec!["/v3/channels"]),
    ] {
        client.sandbox.permit(ScopeSet::all().without(scope));
        for path in &paths {
            assert_eq!(client.get(path).await.0, 403, "{path}");
        }
        client.sandbox.permit(ScopeSet::none().with(scope));
        for path in paths {
            assert!(client.get(path).await.0.is_success(), "{path}");
        }
    }
    // Either of two is enough for refunds.
    for (scope, status) in [(Scope::Orders, 200), (Scope::Transactions, 200), (Scope::Customers, 403)] {
        client.sandbox.permit(ScopeSet::none().with(scope));
        assert_eq!(client.get("/v3/orders/payment_actions/refunds").await.0, status, "{scope:?}");
    }
    client.sandbox.permit(ScopeSet::none());
    assert_eq!(client.get("/v3/hooks").await.0, 200);
}

#[tokio::test]
async fn the_quota_is_of_the_shop_and_every_answer_says_what_is_left() {
    let client = Client::of(Options { limits: Limits::Stripe, plan: Plan::Pro, ..small() }).await;
    let header = |response: &reqwest::Response, name: &str| -> u64 {
        response.headers()[name].to_str().unwrap().parse().unwrap()
    };
    for left in (0..450).rev() {
        let response = client.request("GET", "/v2/store").send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), header(&response, "x-rate-limit-requests-left")),
            (200, left)
        );
        assert_eq!(header(&response, "X-Rate-Limit-Requests-Quota"), 450);
        assert_eq!(header(&response, "x-rate-limit-time-window-ms"), 30_000);
    }
    let refused = client.request("GET", "/v3/customers").send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert!((1..=30_000).contains(&header(&refused, "x-rate-limit-time-reset-ms")));
    let mut stranger = client;
    stranger.token = "wrong".to_owned();
    assert_eq!(stranger.get("/v2/store").await.0, 401, "a stranger takes nothing of it");
}

#[tokio::test]
async fn faults_are_injected_as_they_are_for_other_providers() {
    let client = Client::of(Options { faults: "500=1".parse().unwrap(), ..small() }).await;
    assert_eq!(client.get("/v2/orders").await.0, 500);
    let client = Client::of(Options { faults: "429=1".parse().unwrap(), ..small() }).await;
    let response = client.request("GET", "/v2/orders").send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert!(!response.headers().contains_key("x-rate-limit-requests-left"), "the shop is under load");
    for fault in ["reset=1", "truncate=1"] {
        let client = Client::of(Options { faults: fault.parse().unwrap(), ..small() }).await;
        let mut broken = 0;
        for page in 1..=6 {
            let sent = client.request("GET", &format!("/v2/orders?limit=5&page={page}")).send().await;
            let body = match sent {
                Ok(response) => response.bytes().await.map_err(drop),
                Err(_) => Err(()),
            };
            let is_whole = body.is_ok_and(|body| serde_json::from_slice::<Value>(&body).is_ok());
            broken += u32::from(!is_whole);
        }
        assert_eq!(broken, 6, "{fault}");
    }
    let client = Client::of(Options { faults: "slow=1".parse().unwrap(), ..small() }).await;
    assert_eq!(client.get("/v3/channels").await.0, 200);
}

#[tokio::test]
async fn other_sandboxes_options_are_taken_over_where_they_make_sense() {
    let shared = crate::Options {
        seed: 9,
        merchant: MerchantName::Mid,
        key: "t".to_owned(),
        ..crate::Options::default()
    };
    let taken = Options::of(&shared).unwrap();
    assert_eq!((taken.seed, taken.merchant, taken.key.as_str()), (9, MerchantName::Mid, "t"));
    let generated = crate::Options { merchant: MerchantName::Generated, ..shared };
    assert!(Options::of(&generated).is_err());
    assert!(start(Options { merchant: MerchantName::Generated, ..options() }).await.is_err());
}

#[tokio::test]
async fn a_running_clock_moves_the_shop_on() {
    let sandbox = start(Options { alive: Some(86_400), ..options() }).await.unwrap();
    let before = sandbox.now();
    while sandbox.now() == before {
        tokio::task::yield_now().await;
    }
    assert!(sandbox.api_path().ends_with(&format!("/stores/{}/v3/", sandbox.store_hash())));
    sandbox.stop().await;
}

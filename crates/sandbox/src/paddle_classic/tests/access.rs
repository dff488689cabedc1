use super::*;
use crate::Limits;

#[tokio::test]
async fn whoever_has_not_the_number_and_the_code_gets_a_refusal_with_status_200() {
    let client = Client::of(options()).await;
    for body in
        ["", "vendor_id=12345", "vendor_id=12345&vendor_auth_code=00", "vendor_id=1&vendor_auth_code=00"]
    {
        let (status, answer) = client.send("/api/2.0/subscription/users", body.to_owned()).await;
        assert_eq!(status, 200);
        assert_eq!((&answer["success"], &answer["error"]["code"]), (&Value::Bool(false), &107.into()));
    }
    let (vendor_id, auth_code) = client.sandbox.key.split_once(':').unwrap();
    let json =
        serde_json::json!({ "vendor_id": vendor_id.parse::<u64>().unwrap(), "vendor_auth_code": auth_code });
    let (_, answer) = client.send("/api/2.0/subscription/plans", json.to_string()).await;
    assert_eq!(answer["success"], true);
}

#[tokio::test]
async fn what_is_no_parameter_of_a_list_is_refused() {
    let client = Client::of(options()).await;
    for (path, name, value) in [
        ("subscription/users", "updated_since", "2026-01-01"),
        ("subscription/users", "state", "gone"),
        ("subscription/users", "results_per_page", "251"),
        ("subscription/users", "page", "0"),
        ("subscription/payments", "limit", "501"),
        ("subscription/payments", "from", "1.6.2026"),
        ("subscription/payments", "is_paid", "yes"),
        ("alert/webhooks", "alerts_per_page", "x"),
        ("product/list_coupons", "is_valid", "1"),
    ] {
        let (status, answer) = client.call(path, &[(name, value)]).await;
        assert_eq!((status.as_u16(), &answer["success"]), (200, &Value::Bool(false)), "{path} {name}");
    }
}

#[tokio::test]
async fn what_could_change_the_account_is_refused_and_noted() {
    let client = Client::of(options()).await;
    client.ok("subscription/users", &[]).await;
    assert_eq!(client.get("/sandbox/refused_calls").await.trim(), "");
    let paths = ["payment/refund", "subscription/users_cancel", "user/history", "subscription/users/update"];
    for path in paths {
        let (status, answer) = client.call(path, &[]).await;
        assert_eq!((status.as_u16(), &answer["error"]["code"]), (200, &101.into()), "{path}");
    }
    let noted = client.get("/sandbox/refused_calls").await;
    let noted: Vec<Value> = noted.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let noted: Vec<&str> = noted.iter().map(|call| call["path"].as_str().unwrap()).collect();
    assert_eq!(noted, paths.map(|path| format!("/api/2.0/{path}")));
}

#[tokio::test]
async fn call_151_of_transactions_in_a_minute_is_429_and_other_lists_go_on() {
    let client = Client::of(Options { limits: Limits::Stripe, ..options() }).await;
    for _ in 0..150 {
        client.ok("product/2001/transactions", &[("results_per_page", "1")]).await;
    }
    let (status, _) = client.call("product/2001/transactions", &[]).await;
    assert_eq!(status, 429);
    client.ok("subscription/plans", &[]).await;
}

#[tokio::test]
async fn faults_are_injected_as_they_are_for_other_providers() {
    let faults = "500=1".parse().unwrap();
    let client = Client::of(Options { faults, ..options() }).await;
    let (status, answer) = client.call("subscription/users", &[]).await;
    assert_eq!((status.as_u16(), &answer["error"]["code"]), (500, &120.into()));
}

#[tokio::test]
async fn a_key_is_a_number_and_a_code() {
    for key in ["12345", "12345:", "x:ab", "12345:XYZ"] {
        assert!(start(Options { key: key.to_owned(), ..options() }).await.is_err(), "{key}");
    }
    let alerts_url = Some("http://127.0.0.1:1/".parse().unwrap());
    assert!(start(Options { alerts_url, ..Options::of(Provider::Paddle) }).await.is_err());
    assert!(options().permit("all").is_err());
}

#[tokio::test]
async fn an_empty_merchant_has_plans_and_nobody() {
    let client = Client::of(Options { merchant: MerchantName::Empty, ..options() }).await;
    assert_eq!(client.rows("subscription/users", &[]).await, [] as [Value; 0]);
    assert_eq!(client.rows("subscription/plans", &[]).await.len(), 2);
    assert_eq!(client.ok("alert/webhooks", &[]).await["response"]["total_alerts"], 0);
}

//! What is asked of one subscription or of the account.

use serde_json::Value;

use super::{Client, options};

#[tokio::test]
async fn a_subscription_has_a_history_and_says_what_it_will_bill() {
    let client = Client::of(options()).await;
    let active = client.all("/subscriptions?status=active&per_page=200&order_by=id[ASC]").await;
    let (mut old, mut recorded) = (0, 0);
    for subscription in active.iter().take(3).chain(active.iter().rev().take(3)) {
        let id = subscription["id"].as_str().unwrap();
        let entries = client.all(&format!("/subscriptions/{id}/history?per_page=2")).await;
        let times: Vec<&str> = entries.iter().map(|entry| entry["occurred_at"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|one, other| one >= other), "newest first");
        let created = entries.last().unwrap();
        assert_eq!(created["detail"]["action"], "subscription_created");
        old += entries.iter().filter(|entry| entry["occurred_at"].as_str() < Some("2026-06-29")).count();
        recorded += entries.len();
        let renewed = client.all(&format!("/subscriptions/{id}/history?action=subscription_renewed")).await;
        assert!(renewed.iter().all(|entry| entry["occurred_at"].as_str() > Some("2026-06-29")));
        let include = "include=next_transaction,recurring_transaction_details";
        let (_, answer) = client.get(&format!("/subscriptions/{id}?{include}")).await;
        let (next, recurring) =
            (&answer["data"]["next_transaction"], &answer["data"]["recurring_transaction_details"]);
        assert_eq!(next["billing_period"]["starts_at"], subscription["next_billed_at"]);
        let items = subscription["items"].as_array().unwrap();
        assert_eq!(recurring["line_items"].as_array().unwrap().len(), items.len());
    }
    assert!(old > 0 && recorded > old);
}

#[tokio::test]
async fn metrics_have_a_point_a_day() {
    let client = Client::of(options()).await;
    let range = "from=2026-08-01&to=2026-09-01";
    let points = |answer: &Value| answer["data"]["timeseries"].as_array().unwrap().clone();
    for name in crate::paddle::metrics::NAMES {
        let (status, answer) = client.get(&format!("/metrics/{name}?{range}")).await;
        assert_eq!(status, 200, "{name}");
        assert_eq!(points(&answer).len(), 31, "{name}");
        assert_eq!(answer["data"]["interval"], "day");
        let is_counted = matches!(name, "active-subscribers" | "chargebacks" | "checkout-conversion");
        assert_eq!(answer["data"]["currency_code"] == "USD", !is_counted, "{name}");
    }
    let (_, empty) = client.get("/metrics/revenue?from=2026-08-01&to=2026-08-01").await;
    assert!(points(&empty).is_empty());
    for bad in ["", "?from=2026-08-01", "?from=2026-08-02&to=2026-08-01", "?from=x&to=y"] {
        assert_eq!(client.get(&format!("/metrics/revenue{bad}")).await.0, 400, "{bad}");
    }
    assert_eq!(client.get(&format!("/metrics/churn?{range}")).await.0, 404);
    // Revenue is what all that was completed earned, before anything was given back.
    let (_, answer) = client.get("/metrics/revenue?from=2020-01-01&to=2026-09-22").await;
    let sum: i64 =
        points(&answer).iter().map(|point| point["amount"].as_str().unwrap().parse::<i64>().unwrap()).sum();
    let earned: i64 = client
        .all("/transactions?status=completed")
        .await
        .iter()
        .map(|sold| sold["details"]["payout_totals"]["earnings"].as_str().unwrap().parse::<i64>().unwrap())
        .sum();
    assert_eq!(sum, earned);
}

#[tokio::test]
async fn what_credit_is_left_is_told_by_currency() {
    let client = Client::of(options()).await;
    let customers = client.all("/customers?status=active,archived&per_page=200").await;
    let mut used = 0;
    for customer in customers {
        let path = format!("/customers/{}/credit-balances", customer["id"].as_str().unwrap());
        let (_, balances) = client.get(&path).await;
        for balance in balances["data"].as_array().unwrap() {
            assert_eq!(balance["customer_id"], customer["id"]);
            used += i64::from(balance["balance"]["used"] != "0");
            let code = balance["currency_code"].as_str().unwrap();
            let of = |answer: &Value| answer["data"].as_array().unwrap().len();
            assert_eq!(of(&client.get(&format!("{path}?currency_code={code}")).await.1), 1);
            assert_eq!(of(&client.get(&format!("{path}?currency_code=XXX")).await.1), 0);
        }
    }
    assert!(used > 0);
}

use super::*;

#[tokio::test]
async fn every_list_pages_to_its_end_without_a_gap() {
    let client = Client::of(options()).await;
    let everybody = client.rows("subscription/users", &[]).await;
    let mut paged = Vec::new();
    for page in 1.. {
        let params = [("page", page.to_string()), ("results_per_page", "9".to_owned())];
        let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let rows = client.rows("subscription/users", &params).await;
        let is_last = rows.len() < 9;
        paged.extend(rows);
        if is_last {
            break;
        }
    }
    assert_eq!(paged, everybody);
    let payments = client.ok("subscription/payments", &[]).await;
    assert_eq!(payments["response"].as_array().unwrap().len(), 500);
    assert_eq!(payments["count"], 500);
    let total = payments["total"].as_u64().unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for offset in (0..total).step_by(400) {
        let offset = offset.to_string();
        let rows = client.rows("subscription/payments", &[("limit", "400"), ("offset", &offset)]).await;
        ids.extend(rows.iter().map(|row| row["id"].as_u64().unwrap()));
    }
    assert_eq!(ids.len() as u64, total);
    let products = client.ok("product/get_products", &[]).await;
    assert_eq!(products["response"]["total"], 1);
    assert_eq!(products["response"]["products"][0]["base_price"], 39);
    let modifiers = client.rows("subscription/modifiers", &[("results_per_page", "2")]).await;
    let after = modifiers[1]["modifier_id"].to_string();
    let rest = client.rows("subscription/modifiers", &[("after", &after)]).await;
    assert!(!rest.is_empty() && !rest.contains(&modifiers[0]) && !rest.contains(&modifiers[1]));
}

#[tokio::test]
async fn subscriptions_that_ended_are_listed_only_where_they_are_asked_for() {
    let client = Client::of(options()).await;
    let everybody = client.rows("subscription/users", &[]).await;
    assert!(everybody.iter().all(|user| user["state"] != "deleted"));
    let mut by_state = 0;
    for state in ["active", "trialing", "past_due", "paused"] {
        let users = client.rows("subscription/users", &[("state", state)]).await;
        assert!(!users.is_empty() && users.iter().all(|user| user["state"] == state), "{state}");
        by_state += users.len();
    }
    assert_eq!(by_state, everybody.len());
    let deleted = client.rows("subscription/users", &[("state", "deleted")]).await;
    assert!(!deleted.is_empty());
    for user in &deleted {
        assert!(user.get("next_payment").is_none() && user.get("cancellation_effective_date").is_none());
    }
    // Whoever holds these links can cancel, so a reader has to drop them.
    for user in everybody.iter().chain(&deleted) {
        for link in ["update_url", "cancel_url"] {
            assert!(user[link].as_str().unwrap().starts_with("https://checkout.paddle.com/subscription/"));
        }
    }
}

#[tokio::test]
async fn filters_leave_what_they_name() {
    let client = Client::of(options()).await;
    let plan = |user: &Value| user["plan_id"].to_string();
    let users = client.rows("subscription/users", &[]).await;
    let of_plan = client.rows("subscription/users", &[("plan_id", &plan(&users[0]))]).await;
    assert!(of_plan.len() > 1 && of_plan.len() < users.len());
    assert!(of_plan.iter().all(|user| plan(user) == plan(&users[0])));
    let id = users[3]["subscription_id"].to_string();
    assert_eq!(client.rows("subscription/users", &[("subscription_id", &id)]).await, [users[3].clone()]);
    let own = client.rows("subscription/payments", &[("subscription_id", &id)]).await;
    assert!(
        !own.is_empty()
            && own.iter().all(|payment| payment["subscription_id"] == users[3]["subscription_id"])
    );
    let upcoming = client.rows("subscription/payments", &[("is_paid", "0")]).await;
    let waiting = users.iter().filter(|user| user.get("next_payment").is_some());
    assert_eq!(upcoming.len(), waiting.count());
    assert!(upcoming.iter().all(|payment| payment["payout_date"].as_str() >= Some("2026-09-21")));
    let one_off = client.rows("subscription/payments", &[("is_one_off_charge", "1")]).await;
    assert!(!one_off.is_empty() && one_off.iter().all(|payment| payment["is_one_off_charge"] == 1));
    let window = [("from", "2026-06-01"), ("to", "2026-07-01")];
    let june = client.rows("subscription/payments", &window).await;
    assert!(!june.is_empty());
    for payment in &june {
        assert!(payment["payout_date"].as_str().unwrap().starts_with("2026-06-"), "`to` is left out");
    }
    let two = client.rows("subscription/payments", &[("plan", "1006,1007")]).await;
    assert!(!two.is_empty() && two.len() < 500);
    let valid = client.rows("product/list_coupons", &[("product_id", "1001"), ("is_valid", "1")]).await;
    let codes: Vec<&str> = valid.iter().map(|coupon| coupon["coupon"].as_str().unwrap()).collect();
    assert_eq!(codes, ["FIFTH-OFF", "WELCOME-5", "THREE-OFF"]);
    assert!(valid.iter().all(|coupon| coupon["times_used"].as_u64() > Some(0)));
    assert_eq!(client.rows("subscription/plans", &[("plan", "1003")]).await[0]["billing_type"], "year");
}

#[tokio::test]
async fn transactions_are_listed_by_what_they_belong_to() {
    let client = Client::of(options()).await;
    let of_plan = client.rows("product/1001/transactions", &[]).await;
    assert_eq!(of_plan.len(), 15);
    let many = client.rows("product/1001/transactions", &[("results_per_page", "300")]).await;
    assert!(many.len() > 100);
    for order in &many {
        assert!(order["order_id"].as_str().unwrap().contains('-'), "a subscription's order is text");
        assert!(order["amount"].is_string() && order["is_subscription"] == true);
    }
    let bought = client.rows("product/2001/transactions", &[]).await;
    assert!(bought.iter().all(|order| order["order_id"].is_u64() && order["is_one_off"] == true));
    assert!(bought.iter().any(|order| order["status"] == "refunded"));
    let user = many[0]["user"]["user_id"].to_string();
    let subscription = many[0]["subscription"]["subscription_id"].to_string();
    let order = many[0]["order_id"].as_str().unwrap();
    let checkout = many[0]["checkout_id"].as_str().unwrap();
    for path in [
        format!("user/{user}"),
        format!("subscription/{subscription}"),
        format!("order/{order}"),
        format!("checkout/{checkout}"),
    ] {
        let found = client.rows(&format!("{path}/transactions"), &[("results_per_page", "300")]).await;
        assert!(found.contains(&many[0]), "{path}");
    }
    let (_, refusal) = client.call("product/9/transactions", &[]).await;
    assert_eq!(refusal["error"]["code"], 108);
}

#[tokio::test]
async fn amounts_are_numbers_in_users_and_payments_and_text_elsewhere() {
    let client = Client::of(options()).await;
    let is_amount = |value: &Value| value.is_u64() || value.is_f64();
    for user in client.rows("subscription/users", &[]).await {
        assert!(is_amount(&user["last_payment"]["amount"]), "{user}");
        assert!(user["quantity"].is_u64() && user["signup_date"].as_str().unwrap().len() == 19);
    }
    let payments = client.rows("subscription/payments", &[]).await;
    assert!(payments.iter().all(|payment| is_amount(&payment["amount"])));
    assert!(payments.iter().any(|payment| payment["amount"].is_f64()), "some have cents");
    let plans = client.rows("subscription/plans", &[]).await;
    assert_eq!(plans[0]["recurring_price"]["USD"], "20.00");
    assert_eq!(plans[0]["recurring_price"]["JPY"], "3000");
}

#[tokio::test]
async fn the_history_of_alerts_is_90_days_long() {
    let client = Client::of(options()).await;
    let all = client.ok("alert/webhooks", &[]).await["response"].clone();
    assert_eq!(all["data"].as_array().unwrap().len(), 250);
    assert_eq!(all["query_tail"], "2026-06-23 14:13:20");
    let pages = all["total_pages"].as_u64().unwrap();
    let last = pages.to_string();
    let last = client.ok("alert/webhooks", &[("page", &last)]).await["response"]["data"].clone();
    let last = last.as_array().unwrap().last().unwrap();
    assert!(last["created_at"].as_str() >= Some("2026-06-23 14:13:20"));
    assert_eq!(last["fields"]["event_time"], last["created_at"]);
    assert!(last["fields"].get("p_signature").is_none());
    let day = [("query_tail", "2026-09-01 00:00:00"), ("query_head", "2026-09-01 23:59:59")];
    for row in client.ok("alert/webhooks", &day).await["response"]["data"].as_array().unwrap() {
        assert!(row["created_at"].as_str().unwrap().starts_with("2026-09-01"));
        assert_eq!(row["fields"]["alert_name"], row["alert_name"]);
    }
}

use serde_json::{Value, json};

use super::{Client, ids};
use crate::Options;

const LEGACY: &str = "2024-06-20";
const BASIL: &str = "2025-03-31.basil";

async fn client() -> Client {
    Client::of_tiny(Options::default()).await
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn embedded_lists_are_cut_at_ten_and_go_on_elsewhere() {
    let client = client().await;
    let invoice = client.get("/v1/invoices/in_1").await.json;
    assert_eq!((ids(&invoice["lines"]).len(), &invoice["lines"]["has_more"]), (10, &json!(true)));
    let url = invoice["lines"]["url"].as_str().unwrap();
    let rest = client.get(&format!("{url}?starting_after=il_09")).await.json;
    assert_eq!((ids(&rest), &rest["has_more"]), (vec!["il_10", "il_11"], &json!(false)));
    assert_eq!(rest["url"], url);

    let subscription = client.get("/v1/subscriptions?limit=1").await.json["data"][0].clone();
    assert_eq!((ids(&subscription["items"]).len(), &subscription["items"]["has_more"]), (10, &json!(true)));
    let rest =
        client.get("/v1/subscription_items?subscription=sub_1&starting_after=si_09&limit=5").await.json;
    assert_eq!(ids(&rest), ["si_10"]);
}

#[tokio::test]
async fn tiers_payments_and_discounts_are_there_when_asked_for() {
    let client = client().await;
    let plain = client.get("/v1/prices").await.json["data"][0].clone();
    let asked = client.get("/v1/prices?expand[]=data.tiers").await.json["data"][0].clone();
    assert_eq!(plain.get("tiers"), None);
    assert_eq!(asked["tiers"][0]["unit_amount"], 1000);

    let plain = client.get("/v1/invoices").await.json["data"][0].clone();
    assert_eq!((&plain["discounts"], plain.get("payments")), (&json!(["di_1"]), None));
    let asked =
        client.get("/v1/invoices?expand[]=data.discounts.source.coupon&expand[]=data.payments").await.json;
    let asked = &asked["data"][0];
    assert_eq!(asked["discounts"][0]["source"]["coupon"]["object"], "coupon");
    assert_eq!(ids(&asked["payments"]), ["inpay_1"]);
}

#[tokio::test]
async fn an_id_becomes_its_object_when_expanded() {
    let client = client().await;
    let page = client
        .get("/v1/subscriptions?expand[]=data.latest_invoice.customer&expand[]=data.items.data.price.product")
        .await
        .json;
    let subscription = &page["data"][0];
    assert_eq!(subscription["customer"], "cus_1");
    assert_eq!(subscription["latest_invoice"]["customer"]["object"], "customer");
    assert_eq!(subscription["items"]["data"][3]["price"]["product"]["object"], "product");
    let charge = client.get("/v1/charges/ch_1?expand[]=payment_intent.latest_charge").await.json;
    assert_eq!(charge["payment_intent"]["latest_charge"]["id"], "ch_1");
}

#[tokio::test]
async fn a_deleted_customer_is_only_that() {
    let client = client().await;
    let gone = client.get("/v1/customers/cus_gone").await;
    assert_eq!(gone.status, 200);
    assert_eq!(gone.json, json!({ "id": "cus_gone", "object": "customer", "deleted": true }));
    let listed = client.get("/v1/customers?limit=100").await.json;
    assert!(!ids(&listed).contains(&"cus_gone"));
}

#[tokio::test]
async fn an_id_in_the_path_may_be_escaped() {
    assert_eq!(client().await.get("/v1/coupons/10%20%25%20off").await.json["id"], "10 % off");
}

#[tokio::test]
async fn before_basil_the_period_is_the_subscriptions() {
    let client = client().await;
    for version in [BASIL, "2026-07-29.dahlia"] {
        let subscription = client.get_as(version, "/v1/subscriptions/sub_1").await;
        assert!(subscription.get("current_period_end").is_none(), "{version}");
        assert!(subscription["items"]["data"][0]["current_period_end"].is_i64(), "{version}");
    }
    let legacy = client.get_as(LEGACY, "/v1/subscriptions/sub_1").await;
    let current = client.get("/v1/subscriptions/sub_1").await.json;
    assert_eq!(legacy["current_period_end"], current["items"]["data"][0]["current_period_end"]);
    assert!(legacy["items"]["data"][0].get("current_period_end").is_none());
    assert_eq!(legacy["discount"]["coupon"]["object"], "coupon");
    assert_eq!(legacy["discounts"], json!(["di_1"]));
}

#[tokio::test]
async fn before_basil_an_invoice_and_its_lines_say_it_themselves() {
    let client = client().await;
    let invoice = client.get_as(LEGACY, "/v1/invoices").await["data"][0].clone();
    for gone in ["parent", "payments", "total_taxes"] {
        assert!(!keys(&invoice).contains(&gone), "{gone}");
    }
    assert_eq!(invoice["subscription"], "sub_1");
    assert_eq!((&invoice["payment_intent"], &invoice["charge"]), (&json!("pi_1"), &json!("ch_1")));
    assert_eq!((&invoice["paid"], &invoice["paid_out_of_band"]), (&json!(true), &json!(false)));
    assert_eq!((&invoice["tax"], &invoice["total_tax_amounts"][0]["inclusive"]), (&json!(160), &json!(true)));

    let (item, cycle) = (&invoice["lines"]["data"][0], &invoice["lines"]["data"][1]);
    for gone in ["parent", "pricing", "taxes"] {
        assert!(!keys(item).contains(&gone), "{gone}");
    }
    assert_eq!((&item["type"], &item["proration"]), (&json!("invoiceitem"), &json!(true)));
    assert_eq!((&item["subscription"], &item["invoice_item"]), (&json!("sub_1"), &json!("ii_1")));
    assert_eq!((&cycle["type"], &cycle["proration"]), (&json!("subscription"), &json!(false)));
    assert_eq!(cycle["subscription_item"], "si_00");
    assert_eq!((&cycle["price"]["id"], &cycle["plan"]["amount"]), (&json!("price_1"), &json!(1000)));
    assert_eq!(cycle["plan"]["interval"], "month");
    assert_eq!(cycle["tax_amounts"][0]["tax_rate"], "txr_1");

    let line = client.get_as(LEGACY, "/v1/invoices/in_1/lines?limit=1").await["data"][0].clone();
    assert_eq!(&line, item);
}

#[tokio::test]
async fn before_basil_a_charge_names_its_invoice_and_expansion_is_as_old() {
    let client = client().await;
    let charge = client.get_as(LEGACY, "/v1/charges?expand[]=data.invoice").await["data"][0].clone();
    assert_eq!(charge["invoice"]["subscription"], "sub_1");
    assert!(client.get("/v1/charges/ch_1").await.json.get("invoice").is_none());
}

#[tokio::test]
async fn before_clover_a_discount_holds_its_coupon() {
    let client = client().await;
    let path = "/v1/invoices?expand[]=data.discounts";
    let basil = client.get_as(BASIL, path).await["data"][0]["discounts"][0].clone();
    assert_eq!((&basil["coupon"]["id"], basil.get("source")), (&json!("10 % off"), None));
    let current = client.get(path).await.json["data"][0]["discounts"][0].clone();
    assert_eq!(current["source"]["coupon"], "10 % off");
}

#[tokio::test]
async fn an_event_keeps_the_shape_of_its_day_and_no_version_is_guessed() {
    let client = client().await;
    let event = client.get_as(LEGACY, "/v1/events/evt_1").await;
    assert!(event["data"]["object"]["items"]["data"][0]["current_period_end"].is_i64());
    let refused = client.get_as("yesterday", "/v1/account").await;
    assert_eq!(refused["error"]["message"], "Invalid Stripe API version: yesterday");
}

#[tokio::test]
async fn before_basil_what_pays_an_invoice_and_the_invoice_name_each_other() {
    let options = Options {
        merchant: crate::MerchantName::Mid,
        customers: Some(30),
        now: Some(model::UnixSeconds(1_763_900_000)),
        ..Options::default()
    };
    let client = Client::of(options).await;
    let invoices = client.get_as(LEGACY, "/v1/invoices?limit=50&status=paid").await;
    let mut charged = 0;
    for invoice in invoices["data"].as_array().unwrap() {
        let Some(charge) = invoice["charge"].as_str() else { continue };
        let charge = client.get_as(LEGACY, &format!("/v1/charges/{charge}")).await;
        assert_eq!(charge["invoice"], invoice["id"]);
        assert_eq!(charge["payment_intent"], invoice["payment_intent"]);
        charged += 1;
    }
    assert!(charged > 20);
}

#[tokio::test]
async fn prices_that_no_list_shows_answer_by_their_id_unless_they_are_deleted() {
    let options = Options {
        merchant: crate::MerchantName::Mid,
        customers: Some(70),
        now: Some(model::UnixSeconds(1_763_900_000)),
        ..Options::default()
    };
    let client = Client::of(options).await;
    // The newest come first, and these are newer than what is for sale.
    let mut listed = Vec::new();
    for active in ["true", "false"] {
        let page = client.get(&format!("/v1/prices?limit=100&active={active}")).await.json;
        listed.extend(page["data"].as_array().unwrap().iter().map(|price| price["id"].clone()));
    }
    let subscriptions = client.get_as(LEGACY, "/v1/subscriptions?limit=100&status=all").await;
    let items = subscriptions["data"].as_array().unwrap().iter().map(|of| &of["items"]["data"][0]["price"]);
    let own = items.filter(|price| price["nickname"].as_str().unwrap().ends_with("agreed"));
    let unlisted: Vec<&Value> = own.filter(|price| !listed.contains(&price["id"])).collect();
    let mut statuses = Vec::new();
    for price in unlisted {
        assert!(price["unit_amount"].is_i64() && price.get("deleted").is_none(), "its subscription shows it");
        let answer = client.get(&format!("/v1/prices/{}", price["id"].as_str().unwrap())).await;
        statuses.push(answer.status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404], "inline, deleted");
}

#[tokio::test]
async fn a_price_says_its_amounts_in_other_currencies_when_asked() {
    let options = Options { merchant: crate::MerchantName::Mid, customers: Some(1), ..Options::default() };
    let client = Client::of(options).await;
    let path = "/v1/prices?limit=100";
    let find = |page: Value| {
        let prices = page["data"].as_array().unwrap().clone();
        prices.into_iter().find(|price| price["nickname"] == "Viewers monthly").unwrap()
    };
    assert_eq!(find(client.get(path).await.json).get("currency_options"), None);
    let asked = find(client.get(&format!("{path}&expand[]=data.currency_options")).await.json);
    assert_eq!(asked["currency"], "usd");
    assert_eq!(asked["currency_options"]["eur"]["unit_amount"], 800);
}

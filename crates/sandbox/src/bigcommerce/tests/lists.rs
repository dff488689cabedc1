use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;

fn ids(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn orders_page_to_their_end_and_what_is_archived_is_listed_apart() {
    let client = Client::of(options()).await;
    let (_, facts) = client.get("/sandbox/facts").await;
    let usual = client.all_v2("/v2/orders").await;
    let large = client.all_v2("/v2/orders?limit=250").await;
    assert_eq!(ids(&usual), ids(&large));
    assert!(ids(&usual).is_sorted());
    assert_eq!(usual.len(), client.all_v2("/v2/orders?is_deleted=false").await.len());
    let archived = client.all_v2("/v2/orders?is_deleted=true").await;
    assert!(archived.len() > 2 && archived.iter().all(|order| order["is_deleted"] == true));
    let all: BTreeSet<i64> = ids(&usual).into_iter().chain(ids(&archived)).collect();
    assert_eq!(all.len() as u64, facts["counts"]["order"].as_u64().unwrap());
    let id = archived[0]["id"].as_i64().unwrap();
    assert_eq!(client.get(&format!("/v2/orders/{id}")).await.1, archived[0]);
    for (path, rows) in [("/v2/orders", 50), ("/v2/orders?limit=7", 7), ("/v2/orders?limit=999", 250)] {
        assert_eq!(client.get(path).await.1.as_array().unwrap().len(), rows, "{path}");
    }
    let beyond = client.request("GET", "/v2/orders?page=99").send().await.unwrap();
    assert_eq!((beyond.status().as_u16(), beyond.bytes().await.unwrap().len()), (204, 0));
}

#[tokio::test]
async fn orders_are_sorted_and_filtered() {
    let client = Client::of(options()).await;
    let all = client.all_v2("/v2/orders?limit=250").await;
    let some = all[200].clone();
    let modified = jiff::fmt::rfc2822::parse(some["date_modified"].as_str().unwrap()).unwrap().timestamp();
    let instant = |order: &Value, name: &str| {
        jiff::fmt::rfc2822::parse(order[name].as_str().unwrap()).unwrap().timestamp()
    };
    let created = instant(&some, "date_created");
    let customer = some["customer_id"].as_i64().unwrap();
    let email = some["billing_address"]["email"].as_str().unwrap().trim().to_lowercase();
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    type Test<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
    let cases: Vec<(String, Test<'_>)> = vec![
        ("min_id=150&max_id=160".into(), Box::new(|o| (150..=160).contains(&o["id"].as_i64().unwrap()))),
        ("status_id=10".into(), Box::new(|o| o["status_id"] == 10)),
        (format!("customer_id={customer}"), Box::new(|o| o["customer_id"] == customer)),
        ("customer_id=0".into(), Box::new(|o| o["customer_id"] == 0)),
        ("channel_id=2".into(), Box::new(|o| o["channel_id"] == 2)),
        (format!("min_date_modified={modified}"), Box::new(|o| instant(o, "date_modified") >= modified)),
        (
            format!("max_date_created={}", encoded(some["date_created"].as_str().unwrap())),
            Box::new(|o| instant(o, "date_created") <= created),
        ),
        (
            format!("email={}", encoded(&email)),
            Box::new(|o| o["billing_address"]["email"].as_str().unwrap().trim().to_lowercase() == email),
        ),
        ("payment_method=Bank%20Deposit".into(), Box::new(|o| o["payment_method"] == "Bank Deposit")),
    ];
    for (filter, test) in cases {
        let filtered = client.all_v2(&format!("/v2/orders?limit=100&{filter}")).await;
        let expected: Vec<i64> = ids(&all.iter().filter(|order| test(order)).cloned().collect::<Vec<_>>());
        assert!(!expected.is_empty() && expected.len() < all.len(), "{filter}");
        assert_eq!(ids(&filtered), expected, "{filter}");
        let (_, counted) = client.get(&format!("/v2/orders/count?{filter}")).await;
        assert_eq!(counted["count"], expected.len(), "{filter}");
    }
    let backward = client.all_v2("/v2/orders?limit=250&sort=id:desc").await;
    assert!(ids(&backward).iter().eq(ids(&all).iter().rev()));
    let latest = client.all_v2("/v2/orders?limit=250&sort=date_modified:asc").await;
    assert!(latest.iter().is_sorted_by_key(|order| instant(order, "date_modified")));
    assert!(!all.iter().is_sorted_by_key(|order| instant(order, "date_created")), "migrated orders are old");
    let external = client.all_v2("/v2/orders?external_order_id=amazon-1").await;
    assert!(external.is_empty());
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_the_words_of_the_version() {
    let client = Client::of(options()).await;
    for bad in [
        "/v2/orders?min_id=x",
        "/v2/orders?min_date_created=yesterday",
        "/v2/orders?min_date_created=2026-01-01T00:00:00+01:00",
        "/v2/orders?sort=color:asc",
        "/v2/orders?sort=id:up",
        "/v2/orders?limit=0",
        "/v2/orders?page=0",
        "/v2/orders?is_deleted=maybe",
        "/v2/orders?include=everything",
        "/v2/orders?color=red",
    ] {
        let (status, answer) = client.get(bad).await;
        assert_eq!((status.as_u16(), &answer[0]["status"]), (400, &json!(400)), "{bad}: {answer}");
    }
    for bad in [
        "/v3/customers?id:in=x",
        "/v3/customers?after=nonsense",
        "/v3/catalog/products?direction=up",
        "/v3/orders/payment_actions/refunds?created:min=soon",
        "/v3/channels?limit=-1",
    ] {
        let (status, answer) = client.get(bad).await;
        assert_eq!((status.as_u16(), &answer["status"]), (422, &json!(422)), "{bad}: {answer}");
        assert_eq!(answer["errors"].as_object().unwrap().len(), 1, "{bad}");
    }
    for missing in
        ["/v2/orders/1", "/v2/orders/100/nothing", "/v3/catalog/products/1", "/v2/nothing", "/v3/hooks/1"]
    {
        assert_eq!(client.get(missing).await.0, 404, "{missing}");
    }
    let plain = client.http.get(client.url("/v2/orders")).header("x-auth-token", &client.token);
    let plain = plain.send().await.unwrap();
    assert_eq!(plain.headers()["content-type"], "application/xml", "version 2 has to be asked for JSON");
}

#[tokio::test]
async fn an_order_has_the_fields_and_parts_that_are_documented() {
    let client = Client::of(options()).await;
    let path = "/v2/orders?limit=250&include=consignments.line_items&consignment_structure=object";
    let orders = client.all_v2(path).await;
    let scripts: BTreeMap<i64, &str> =
        client.sandbox.expected_orders().iter().map(|order| (order.order_id, order.script)).collect();
    let played = |name: &str| {
        let found = orders.iter().rev().find(|order| scripts[&order["id"].as_i64().unwrap()] == name);
        found.unwrap_or_else(|| panic!("nobody played {name}"))
    };
    for order in &orders {
        assert_eq!(order["refunded_amount"], "0.0000");
        for name in
            ["subtotal_ex_tax", "shipping_cost_inc_tax", "handling_cost_tax", "total_tax", "discount_amount"]
        {
            let text = order[name].as_str().unwrap();
            assert_eq!(text.split_once('.').unwrap().1.len(), 4, "{name}: {text}");
        }
        assert!(order["date_modified"].as_str().unwrap().ends_with("+0000"));
        let id = order["id"].as_i64().unwrap();
        assert_eq!(order["products"]["resource"], format!("/orders/{id}/products"));
    }
    let bundle = played("bundle");
    let lines = bundle["consignments"]["shipping"][0]["line_items"].as_array().unwrap();
    assert!(lines.len() == 4 && lines[0]["parent_order_product_id"].is_null());
    assert!(lines[1..].iter().all(|line| line["parent_order_product_id"] == lines[0]["id"]));
    let id = bundle["id"].as_i64().unwrap();
    assert_eq!(&client.all_v2(&format!("/v2/orders/{id}/products")).await, lines);

    assert_eq!(played("two_addresses")["consignments"]["shipping"].as_array().unwrap().len(), 2);
    assert_eq!(played("collected")["consignments"]["pickups"].as_array().unwrap().len(), 1);
    assert_eq!(played("downloaded")["consignments"]["downloads"][0]["line_items"][0]["type"], "digital");
    let certificate = &played("gift_certificate_alone")["consignments"]["email"]["gift_certificates"][0];
    assert_eq!(certificate["line_items"][0]["type"], "giftcertificate");
    assert_eq!(played("entered_by_hand")["consignments"]["shipping"][0]["line_items"][0]["product_id"], 0);
    assert_eq!(played("migrated")["external_source"], "M-MIG");
    assert_eq!(played("subscription_app")["order_source"], "external");
    assert_eq!(played("subscription_app")["external_source"], "Refill Club");
    let shown = played("other_display");
    assert_ne!(shown["currency_code"], shown["default_currency_code"]);
    assert_eq!(played("with_a_fee")["fees"][0]["type"], "custom_fee");
    assert_eq!(played("free")["total_inc_tax"], "0.0000");

    let with = orders.iter().filter(|order| order["store_default_currency_code"].is_string()).count();
    assert!(with > 100 && with < orders.len(), "{with} of {}", orders.len());
    let coupon = played("coupon_per_total")["id"].as_i64().unwrap();
    let coupons = client.all_v2(&format!("/v2/orders/{coupon}/coupons")).await;
    assert_eq!((&coupons[0]["code"], &coupons[0]["type"]), (&json!("FIVER"), &json!(2)));
    let (_, addresses) = client.get(&format!("/v2/orders/{coupon}/shipping_addresses")).await;
    assert_eq!(addresses[0]["order_id"], coupon);
    let (status, _) = client.get(&format!("/v2/orders/{coupon}/fees")).await;
    assert_eq!(status, 204);
    let taxes = client.all_v2(&format!("/v2/orders/{coupon}/taxes?details=true")).await;
    assert_eq!(taxes.len(), 2);
}

#[tokio::test]
async fn an_included_consignment_is_in_an_array_unless_an_object_is_asked_for() {
    let client = Client::of(small()).await;
    let (_, plain) = client.get("/v2/orders?limit=1").await;
    assert!(plain[0]["consignments"]["resource"].is_string());
    let (_, included) = client.get("/v2/orders?limit=1&include=consignments").await;
    assert!(included[0]["consignments"][0]["shipping"][0]["line_items"].as_array().unwrap().is_empty());
    assert_eq!(plain[0].get("store_default_currency_code"), None, "one currency");
}

#[tokio::test]
async fn refunds_are_listed_by_id_and_transactions_by_order() {
    let client = Client::of(options()).await;
    let refunds = client.all_v3("/v3/orders/payment_actions/refunds?limit=7").await;
    assert!(ids(&refunds).is_sorted() && refunds.len() > 30);
    assert!(refunds.iter().is_sorted_by_key(|refund| refund["created"].as_str().unwrap()));
    let goods = |item: &Value| item["item_type"] == "PRODUCT" || item["item_type"] == "GIFT_WRAPPING";
    let items: Vec<&Value> = refunds.iter().flat_map(|refund| refund["items"].as_array().unwrap()).collect();
    assert!(items.iter().all(|item| item["requested_amount"].is_null() == goods(item)));
    assert!(items.iter().any(|item| item["requested_amount"].is_string()));
    assert!(items.iter().any(|item| item["requested_amount"].is_number()));
    let some = &refunds[20];
    let (id, order, created) = (&some["id"], &some["order_id"], some["created"].as_str().unwrap());
    let path = "/v3/orders/payment_actions/refunds";
    assert_eq!(client.get(&format!("{path}/{id}")).await.1["data"], *some);
    let of_order = client.all_v3(&format!("/v3/orders/{order}/payment_actions/refunds")).await;
    assert_eq!(of_order, client.all_v3(&format!("{path}?order_id:in={order}")).await);
    assert!(of_order.contains(some));
    assert_eq!(client.all_v3(&format!("{path}?id:in={id},1")).await.len(), 2);
    let since = created.replace('+', "%2B");
    assert_eq!(client.all_v3(&format!("{path}?created:min={since}")).await, refunds[20..]);

    let scripts = client.sandbox.expected_orders();
    let events = async |name: &str| {
        let order = scripts.iter().rev().find(|order| order.script == name && order.status_id != 0).unwrap();
        let rows = client.all_v3(&format!("/v3/orders/{}/transactions", order.order_id)).await;
        let rows = rows.iter().map(|row| {
            format!("{} {} {}", row["event"].as_str().unwrap(), row["status"].as_str().unwrap(), row["test"])
        });
        rows.collect::<Vec<String>>()
    };
    assert_eq!(events("completed").await, ["purchase ok false"]);
    assert_eq!(events("collected").await, ["authorization ok false", "capture ok false"]);
    assert_eq!(events("cancelled_unpaid").await, ["authorization ok false", "void ok false"]);
    assert_eq!(events("paid_at_second_try").await, ["purchase error false", "purchase ok false"]);
    assert_eq!(events("test_payment").await, ["purchase ok true"]);
    assert_eq!(events("refund_declined").await, ["purchase ok false", "refund error false"]);
    assert_eq!(events("everything_back").await, ["purchase ok false", "refund ok false"]);
    let abandoned = scripts.iter().find(|order| order.script == "abandoned").unwrap().order_id;
    assert_eq!(client.get(&format!("/v3/orders/{abandoned}/transactions")).await.0, 204);
}

#[tokio::test]
async fn customers_page_by_number_and_by_cursor() {
    let client = Client::of(options()).await;
    let all = client.all_v3("/v3/customers?limit=9&page=1").await;
    let (mut found, mut path) = (Vec::new(), "/v3/customers?limit=9".to_owned());
    loop {
        let (status, page) = client.get(&path).await;
        assert_eq!(status, 200, "{page}");
        let rows = page["data"].as_array().unwrap();
        if rows.is_empty() {
            break;
        }
        found.extend(rows.iter().cloned());
        let cursor = page["meta"]["cursor_pagination"]["end_cursor"].as_str().unwrap();
        path = format!("/v3/customers?limit=9&after={cursor}");
    }
    assert_eq!(found, all);
    assert!(all.len() > 60 && ids(&all).is_sorted());
    assert!(ids(&all).last().unwrap() - ids(&all)[0] >= all.len() as i64, "some are deleted");
    let (_, page) = client.get("/v3/customers?page=2&limit=9&include=addresses,storecredit").await;
    assert_eq!(page["meta"].get("cursor_pagination"), None);
    assert!(page["data"][0]["addresses"][0]["country_code"].is_string());
    let email = all[4]["email"].as_str().unwrap();
    assert_eq!(client.all_v3(&format!("/v3/customers?email:in={email}")).await, [all[4].clone()]);
    let since = all[40]["date_created"].as_str().unwrap();
    let later = client.all_v3(&format!("/v3/customers?date_created:min={since}")).await;
    assert!(later.len() < all.len() && later.contains(&all[40]));
}

#[tokio::test]
async fn the_shop_says_what_it_sells_and_what_it_is() {
    let client = Client::of(options()).await;
    let products = client.all_v3("/v3/catalog/products?include=variants&limit=3").await;
    assert!(products.len() > 10);
    let variants = client.all_v3("/v3/catalog/variants").await;
    let nested: Vec<&Value> =
        products.iter().flat_map(|product| product["variants"].as_array().unwrap()).collect();
    assert!(variants.iter().eq(nested));
    let (_, few) = client.get("/v3/catalog/products?include_fields=name,sku&sort=name&direction=desc").await;
    assert_eq!(few["data"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "name", "sku"]);
    let categories: BTreeSet<i64> = client
        .all_v3("/v3/catalog/trees/categories")
        .await
        .iter()
        .map(|category| category["category_id"].as_i64().unwrap())
        .collect();
    assert!(products.iter().all(|product| categories.contains(&product["categories"][0].as_i64().unwrap())));
    assert_eq!(client.all_v3("/v3/catalog/brands").await.len(), 3);
    assert_eq!(client.all_v3("/v3/channels").await.len(), 2);
    let (_, store) = client.get("/v2/store").await;
    assert_eq!(
        (&store["id"], &store["plan_level"]),
        (&json!(client.sandbox.store_hash()), &json!("Standard"))
    );
    assert!(store["timezone"]["raw_offset"].is_number() && store["currency"].is_string());
    let currencies = client.all_v2("/v2/currencies").await;
    assert_eq!(currencies.len(), 7);
    assert_eq!(currencies.iter().filter(|currency| currency["is_default"] == true).count(), 1);
    let statuses = client.get("/v2/order_statuses").await.1;
    assert_eq!((statuses.as_array().unwrap().len(), &statuses[11]["custom_label"]), (15, &json!("Roasting")));
}

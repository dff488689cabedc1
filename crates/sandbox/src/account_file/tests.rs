//! What a file may say, what it becomes, and where a mistake is said to be.

use serde_json::{Value, json};

use super::*;

fn parse(file: Value) -> AccountFile {
    AccountFile::parse(&file.to_string()).unwrap()
}

fn mistake(file: Value) -> String {
    AccountFile::parse(&file.to_string()).unwrap_err().to_string()
}

#[test]
fn what_is_left_out_is_what_stripe_would_send() {
    let file = parse(json!({ "objects": {
        "prices": [{ "id": "price_1", "unit_amount": 1000, "recurring": { "interval": "year" } }],
        "subscriptions": [{
            "id": "sub_1", "customer": "cus_1", "created": "@2026-01-31", "items": [{ "price": "price_1" }],
        }],
    } }));
    let price = file.find("prices", "price_1").unwrap();
    assert_eq!(price["unit_amount_decimal"], "1000");
    assert_eq!(price["recurring"]["interval"], "year");
    assert_eq!(price["recurring"]["usage_type"], "licensed");
    let subscription = file.find("subscriptions", "sub_1").unwrap();
    assert_eq!(subscription["created"], 1_769_817_600);
    assert_eq!(subscription["start_date"], subscription["created"]);
    let item = &subscription["items"]["data"][0];
    assert_eq!((&item["id"], &item["price"]), (&json!("si_sub_1_0"), price));
}

#[test]
fn an_invoice_adds_up_what_its_lines_say() {
    let file = parse(json!({ "objects": { "invoices": [{
        "id": "in_1", "customer": "cus_1", "created": "@2026-01-01", "sub": "sub_1", "lines": [
            { "amount": 1000, "sub": "sub_1", "discount_amounts": [{ "amount": 100, "discount": "di_1" }],
              "taxes": [{ "amount": 90, "tax_behavior": "exclusive" }, { "amount": 5, "tax_behavior": "inclusive" }] },
            { "amount": 500, "sub": "sub_1", "proration": true, "credited": "in_0", "quantity": null },
        ],
    }] } }));
    let invoice = file.find("invoices", "in_1").unwrap();
    assert_eq!((&invoice["subtotal"], &invoice["total"]), (&json!(1500), &json!(1490)));
    assert_eq!((&invoice["total_excluding_tax"], &invoice["amount_paid"]), (&json!(1395), &json!(1490)));
    let lines = file.lines_of("in_1").unwrap();
    let details = &lines[1]["parent"]["subscription_item_details"];
    assert_eq!((&details["invoice_item"], &details["proration"]), (&json!("ii_in_1_1"), &json!(true)));
    assert_eq!(details["proration_details"]["credited_items"]["invoice"], "in_0");
    assert_eq!((&lines[0]["quantity_decimal"], &lines[1]["quantity_decimal"]), (&json!("1"), &Value::Null));
}

#[test]
fn markers_stand_for_instants_long_texts_and_repetition() {
    let file = parse(json!({ "objects": { "customers": [
        { "id": "cus_{n}", "_repeat": 2, "created": "@2026-01-31T10:00:00Z", "name": "@x3" },
        { "id": "@2026 is no instant", "name": "@x", "email": "__absent__" },
    ] } }));
    let ids: Vec<&Value> = file.list("customers").iter().map(|customer| &customer["id"]).collect();
    assert_eq!(ids, ["cus_000", "cus_001", "@2026 is no instant"]);
    assert_eq!(file.list("customers")[0]["created"], 1_769_853_600);
    assert_eq!(file.list("customers")[0]["name"], "xxx");
    let shown = file.rendered(&file.list("customers")[2], &[], None);
    assert_eq!((&shown["name"], shown.get("email")), (&json!("@x"), None));
}

#[test]
fn embedded_lists_are_cut_and_raw_objects_are_not_touched() {
    let line = json!({ "_raw": true, "id": "il_1", "amount": 1 });
    let file = parse(json!({ "objects": {
        "invoices": [{ "id": "in_1", "lines": vec![line; 11] }, { "id": "in_2", "_raw": true, "lines": 7 }],
    } }));
    let [cut, raw] = file.list("invoices") else { panic!("two invoices") };
    let shown = file.rendered(cut, &[], None);
    assert_eq!(shown["lines"]["data"].as_array().unwrap().len(), 10);
    assert_eq!((&shown["lines"]["has_more"], &shown["lines"]["total_count"]), (&json!(true), &json!(11)));
    assert_eq!(shown["lines"]["data"][0], json!({ "id": "il_1", "amount": 1 }));
    assert_eq!(file.rendered(raw, &[], None), json!({ "id": "in_2", "lines": 7 }));
}

#[test]
fn a_mistake_says_where_it_is() {
    let error = AccountFile::parse("{\n \"objects\": {,}\n}").unwrap_err().to_string();
    assert_eq!(error, "line 2, column 14: key must be a string");
    let of_objects = |objects: Value| mistake(json!({ "objects": objects }));
    assert_eq!(mistake(json!([])), "the file must hold one JSON object");
    assert!(mistake(json!({})).starts_with("objects: must be an object of lists"));
    assert_eq!(of_objects(json!({ "prices": {} })), "objects.prices: must be a list of objects");
    assert_eq!(of_objects(json!({ "customers": [{ "id": "a" }, {}] })), "objects.customers[1]: has no id");
    assert_eq!(
        of_objects(json!({ "charges": [{ "id": "ch_1", "a": [{ "b": "@2026-02-30" }] }] })),
        "objects.charges[0].a[0].b: '2026-02-30' is not a date such as 2026-01-31 or 2026-01-31T10:00:00Z"
    );
    assert_eq!(
        of_objects(json!({ "subscriptions": [{ "id": "s", "items": [{ "price": "gold" }] }] })),
        "objects.subscriptions[0].items[0].price: 'gold' is not among the prices; write the price itself here instead"
    );
    assert!(
        of_objects(json!({ "charges": [{ "_repeat": 2_000_000 }] })).contains("more than 1000000 objects")
    );
    let of_settings = |settings: Value| mistake(json!({ "objects": {}, "settings": settings }));
    assert_eq!(of_settings(json!({ "page_max": 0 })), "settings.page_max: must be a whole number above 0");
    assert_eq!(of_settings(json!({ "created": "no" })), "settings.created: must be \"refuse\" or \"ignore\"");
}

#[test]
fn a_setting_that_means_nothing_is_named() {
    let file = parse(json!({ "objects": {}, "settings": { "page_maximum": 3, "order": "oldest first" } }));
    assert_eq!(file.settings().unknown(), ["page_maximum"]);
}

#[test]
fn an_expectation_is_by_customer_and_currency() {
    let file =
        parse(json!({ "objects": {}, "expect": { "cus_1": { "usd": [["2026-01-31T00:00:01Z", 5]] } } }));
    let steps = file.expected_mrr().unwrap();
    assert_eq!((steps[0].at.0, steps[0].mrr_minor), (1_769_817_601, 5));
    let other = parse(json!({ "objects": {}, "expect": { "cus_1": { "usd": 5 } } }));
    assert!(other.expected_mrr().unwrap_err().to_string().starts_with("cus_1.usd: must be a list"));
}

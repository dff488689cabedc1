use std::collections::HashSet;

use super::tiny::FIRST;
use super::{Client, ids};
use crate::{MerchantName, Options};

/// Query, what comes back, whether there is more. Customers 10 and 11 were made in the same second.
#[tokio::test]
async fn a_list_is_newest_first_in_pages() {
    let client = Client::of_tiny(Options::default()).await;
    let at = |n: i64| FIRST + 10 * n;
    let cases: Vec<(String, &[&str], bool)> = vec![
        (
            String::new(),
            &["cus_10", "cus_11", "cus_9", "cus_8", "cus_7", "cus_6", "cus_5", "cus_4", "cus_3", "cus_2"],
            true,
        ),
        ("?limit=2".into(), &["cus_10", "cus_11"], true),
        ("?limit=2&starting_after=cus_10".into(), &["cus_11", "cus_9"], true),
        ("?limit=100&starting_after=cus_2".into(), &["cus_1", "cus_0"], false),
        ("?starting_after=cus_0".into(), &[], false),
        ("?limit=2&ending_before=cus_8".into(), &["cus_11", "cus_9"], true),
        ("?limit=2&ending_before=cus_9".into(), &["cus_10", "cus_11"], false),
        (format!("?created={}", at(3)), &["cus_3"], false),
        (format!("?created[gt]={}&created[lt]={}", at(3), at(6)), &["cus_5", "cus_4"], false),
        (format!("?created[gte]={}&created[lte]={}", at(3), at(4)), &["cus_4", "cus_3"], false),
        (format!("?created%5Bgte%5D={}", at(11)), &[], false),
        ("?limit=1&colour=green&unknown[x]=1".into(), &["cus_10"], true),
    ];
    for (query, expected, has_more) in cases {
        let reply = client.get(&format!("/v1/customers{query}")).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.json);
        assert_eq!(ids(&reply.json), expected, "{query}");
        assert_eq!(reply.json["has_more"], has_more, "{query}");
        assert_eq!(reply.json["object"], "list");
        assert_eq!(reply.json["url"], "/v1/customers");
    }
}

#[tokio::test]
async fn filters_leave_what_they_name() {
    let client = Client::of_tiny(Options::default()).await;
    let cases: &[(&str, &[&str])] = &[
        ("/v1/subscriptions", &["sub_1"]),
        ("/v1/subscriptions?status=all", &["sub_1", "sub_2", "sub_3"]),
        ("/v1/subscriptions?status=ended", &["sub_2", "sub_3"]),
        ("/v1/subscriptions?status=canceled&customer=cus_1", &["sub_2"]),
        ("/v1/subscriptions?status=all&customer=cus_2", &[]),
        ("/v1/customers/cus_1/subscriptions", &["sub_1"]),
        ("/v1/charges/ch_1/refunds", &[]),
        ("/v1/invoice_payments?invoice=in_1", &["inpay_1"]),
        ("/v1/invoice_payments?payment[type]=payment_intent&payment[payment_intent]=pi_2", &[]),
        ("/v1/events", &["evt_2", "evt_1"]),
        ("/v1/events?type=invoice.paid", &["evt_2"]),
        ("/v1/events?types[]=invoice.paid&types[]=customer.updated", &["evt_2", "evt_1"]),
        ("/v1/events?types[0]=customer.updated", &["evt_1"]),
        ("/v1/refunds", &[]),
        ("/v1/customers?limit=100&ending_before=cus_10", &[]),
    ];
    for (path, expected) in cases {
        let reply = client.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.json);
        assert_eq!(ids(&reply.json), *expected, "{path}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_stripes_words() {
    let client = Client::of_tiny(Options::default()).await;
    let cases: &[(&str, u16, &str, &str, &str)] = &[
        ("/v1/customers?limit=0", 400, "parameter_invalid_integer", "limit", "greater than or equal to 1."),
        ("/v1/customers?limit=101", 400, "parameter_invalid_integer", "limit", "(it currently is '101')"),
        ("/v1/customers?limit=ten", 400, "parameter_invalid_integer", "limit", "Invalid integer: ten"),
        (
            "/v1/customers?limit=",
            400,
            "parameter_invalid_empty",
            "limit",
            "You passed an empty string for 'limit'",
        ),
        (
            "/v1/customers?starting_after=cus_x",
            400,
            "resource_missing",
            "starting_after",
            "No such customer: 'cus_x'",
        ),
        (
            "/v1/invoiceitems?ending_before=ii_x",
            400,
            "resource_missing",
            "ending_before",
            "No such invoiceitem: 'ii_x'",
        ),
        (
            "/v1/customers?starting_after=cus_1&ending_before=cus_2",
            400,
            "parameters_exclusive",
            "ending_before",
            "only specify one",
        ),
        (
            "/v1/customers?created[gte]=monday",
            400,
            "parameter_invalid_integer",
            "created[gte]",
            "Invalid integer: monday",
        ),
        ("/v1/invoices?customer=cus_x", 400, "resource_missing", "customer", "No such customer: 'cus_x'"),
        ("/v1/subscriptions?status=gone", 400, "", "status", "must be one of active"),
        (
            "/v1/subscription_items",
            400,
            "parameter_missing",
            "subscription",
            "Missing required param: subscription.",
        ),
        ("/v1/customers?expand[]=data.email", 400, "", "", "This property cannot be expanded (data.email)."),
        ("/v1/customers?expand[]=customer", 400, "", "", "try expanding 'data.customer' instead"),
        ("/v1/customers/cus_x", 404, "resource_missing", "id", "No such customer: 'cus_x'"),
        ("/v1/events/evt_old", 404, "resource_missing", "id", "No such event: 'evt_old'"),
        ("/v1/invoices/in_x/lines", 404, "resource_missing", "id", "No such invoice: 'in_x'"),
        ("/v1/custommers", 404, "", "", "Unrecognized request URL (GET: /v1/custommers)."),
        ("/v1/customers/", 404, "", "", "remove the trailing slash"),
        ("/", 404, "", "", "Unrecognized request URL (GET: /)."),
    ];
    for (path, status, code, param, message) in cases {
        let reply = client.get(path).await;
        let error = &reply.json["error"];
        assert_eq!(reply.status, *status, "{path}: {error}");
        assert_eq!(error["type"], "invalid_request_error", "{path}");
        assert_eq!(error["code"].as_str().unwrap_or_default(), *code, "{path}");
        assert_eq!(error["param"].as_str().unwrap_or_default(), *param, "{path}");
        assert!(error["message"].as_str().unwrap().contains(message), "{path}: {error}");
        assert_eq!(error.get("doc_url").is_some(), !code.is_empty(), "{path}");
        let request_id = reply.headers["request-id"].to_str().unwrap();
        assert!(error["request_log_url"].as_str().unwrap().ends_with(request_id), "{path}");
    }
}

#[tokio::test]
async fn an_answer_carries_the_providers_clock_and_the_version() {
    let client = Client::of_tiny(Options::default()).await;
    let reply = client.get("/v1/account").await;
    assert_eq!(reply.json["id"], "acct_tiny");
    assert_eq!(reply.headers["date"], "Sun, 24 Dec 2023 22:13:20 GMT");
    assert_eq!(reply.headers["stripe-version"], "2026-07-29.dahlia");
}

#[tokio::test]
async fn several_cursors_at_once_meet_every_object_once() {
    let options = Options {
        merchant: MerchantName::Generated,
        customers: Some(60),
        now: Some(model::UnixSeconds(1_763_900_000)),
        ..Options::default()
    };
    let client = Client::of(options).await;
    let facts = client.get("/sandbox/facts").await.json;
    let invoices = facts["counts"]["invoice"].as_u64().unwrap();
    let (from, width) = (1_660_000_000, 20_000_000);
    let windows = (0..6).map(|n| {
        let bounds = format!("created[gte]={}&created[lt]={}", from + n * width, from + (n + 1) * width);
        let client = &client;
        async move {
            let mut seen: Vec<String> = Vec::new();
            loop {
                let cursor = seen.last().map(|last| format!("&starting_after={last}")).unwrap_or_default();
                let page = client.get(&format!("/v1/invoices?limit=7&{bounds}{cursor}")).await.json;
                seen.extend(ids(&page).into_iter().map(str::to_owned));
                if page["has_more"] == false {
                    return seen;
                }
            }
        }
    });
    let all: Vec<String> = futures_util::future::join_all(windows).await.concat();
    assert_eq!(all.len() as u64, invoices);
    assert_eq!(all.iter().collect::<HashSet<_>>().len() as u64, invoices);
}

#[tokio::test]
async fn the_facts_count_what_the_lists_hold() {
    let options = Options {
        merchant: MerchantName::Mid,
        customers: Some(20),
        now: Some(model::UnixSeconds(1_763_900_000)),
        ..Options::default()
    };
    let client = Client::of(options).await;
    let counts = client.get("/sandbox/facts").await.json["counts"].clone();
    for (kind, path) in [
        ("customer", "/v1/customers?limit=100"),
        ("subscription", "/v1/subscriptions?limit=100&status=all"),
        ("invoice", "/v1/invoices?limit=100"),
        ("charge", "/v1/charges?limit=100"),
        ("price", "/v1/prices?limit=100"),
    ] {
        let mut held = 0;
        let mut cursor = String::new();
        loop {
            let page = client.get(&format!("{path}{cursor}")).await.json;
            held += ids(&page).len();
            if page["has_more"] == false {
                break;
            }
            cursor = format!("&starting_after={}", ids(&page).last().unwrap());
        }
        assert_eq!(counts[kind], held, "{kind}");
    }
}

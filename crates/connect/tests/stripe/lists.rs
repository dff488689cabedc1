//! What is asked for, and what is made of a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use connect::stripe::kind;
use connect::{Children, ConnectError, ListRequest, ProbeState, Retrieved};
use model::UnixSeconds;

use crate::server::{KEY, RecordedRequest, Server, client, empty_list, json, refusal};

fn list_of(objects: &[&str]) -> String {
    format!(r#"{{"object":"list","data":[{}],"has_more":true}}"#, objects.join(","))
}

#[tokio::test]
async fn every_request_says_who_asks_and_in_which_version() {
    let server = Server::start_below("/proxy/stripe/v1/", |_, _| empty_list()).await;
    let request = ListRequest {
        created_gte: Some(10),
        created_lte: Some(20),
        starting_after: Some("cus_a&b".to_owned()),
        ..ListRequest::new(kind::CUSTOMER)
    };
    server.client.list(&request).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.path, "/proxy/stripe/v1/customers");
    assert_eq!(asked.header("authorization"), format!("Bearer {KEY}"));
    assert_eq!(asked.header("stripe-version"), "2026-07-29.dahlia");
    assert!(asked.header("user-agent").starts_with("chartsy/"));
    for (name, value) in
        [("limit", "100"), ("created[gte]", "10"), ("created[lte]", "20"), ("starting_after", "cus_a&b")]
    {
        assert_eq!(asked.value(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn canceled_subscriptions_are_asked_for_too() {
    let server = Server::start(|_, _| empty_list()).await;
    server.client.list(&ListRequest::new(kind::SUBSCRIPTION)).await.unwrap();
    assert_eq!(server.asked()[0].value("status"), Some("all"));
}

#[tokio::test]
async fn an_object_is_kept_byte_for_byte() {
    let body = r#"{ "id":"cus_1",  "created" : 1.0e1, "name":"\u00e9\/é", "x":[1.50, -0, 12345678901234567890123],"deleted":false }"#;
    let page = list_of(&[body]);
    let server = Server::start(move |_, _| json(&page).header("date", "Mon, 23 Nov 2026 22:47:40 GMT")).await;
    let page = server.client.list(&ListRequest::new(kind::CUSTOMER)).await.unwrap();
    assert_eq!(&*page.objects[0].body, body);
    assert_eq!(page.objects[0].created_at, Some(UnixSeconds(10)));
    assert_eq!(page.server_time, Some(UnixSeconds(1_795_474_060)));
    assert!(page.has_more && page.honours_window);
}

#[tokio::test]
async fn an_object_is_filed_under_what_it_belongs_to_in_both_shapes() {
    let page = list_of(&[
        r#"{"id":"in_new","customer":{"id":"cus_1","email":"x"},"parent":{"subscription_details":{"subscription":"sub_1"}}}"#,
        r#"{"id":"in_old","customer":"cus_1","subscription":{"id":"sub_1"},"charge":"ch_1"}"#,
    ]);
    let server = Server::start(move |_, _| json(&page)).await;
    let page = server.client.list(&ListRequest::new(kind::INVOICE)).await.unwrap();
    for object in &page.objects {
        assert_eq!(object.counterparts.customer.as_deref(), Some("cus_1"), "{}", object.id);
        assert_eq!(object.counterparts.subscription.as_deref(), Some("sub_1"), "{}", object.id);
    }
    assert_eq!(page.objects[1].counterparts.charge.as_deref(), Some("ch_1"));
}

#[tokio::test]
async fn an_object_without_an_id_is_left_out_and_counted_without_its_data() {
    let page = list_of(&[
        r#"{"id":"cus_1"}"#,
        r#"{"email":"jane@example.com"}"#,
        r#""jane""#,
        "null",
        r#"{"id":""}"#,
    ]);
    let server = Server::start(move |_, _| json(&page)).await;
    let page = server.client.list(&ListRequest::new(kind::CUSTOMER)).await.unwrap();
    assert_eq!(page.objects.len(), 1);
    assert_eq!(page.unreadable.len(), 4);
    assert!(!format!("{:?}", page.unreadable).contains("jane"));
}

#[tokio::test]
async fn a_cut_embedded_list_is_read_on_where_it_ends() {
    let page = list_of(&[
        r#"{"id":"in_whole","lines":{"data":[{"id":"il_1"}],"has_more":false}}"#,
        r#"{"id":"in_cut","lines":{"data":[{"id":"il_1"},{"id":"il_2"}],"has_more":true}}"#,
    ]);
    let server = Server::start(move |number, _| match number {
        0 => json(&page),
        _ => json(r#"{"data":[{"id":"il_3","object":"line_item"}],"has_more":false}"#),
    })
    .await;
    let page = server.client.list(&ListRequest::new(kind::INVOICE)).await.unwrap();
    let rest = Children {
        parent_kind: kind::INVOICE,
        parent_id: "in_cut".to_owned(),
        starting_after: Some("il_2".to_owned()),
    };
    assert_eq!(page.incomplete, std::slice::from_ref(&rest));

    let lines = server.client.list_children(&rest).await.unwrap();
    let asked = &server.asked()[1];
    assert_eq!(
        (asked.path.as_str(), asked.value("starting_after")),
        ("/v1/invoices/in_cut/lines", Some("il_2"))
    );
    assert_eq!(lines.objects[0].kind, kind::INVOICE_LINE);
    assert_eq!(lines.objects[0].counterparts.invoice.as_deref(), Some("in_cut"));
}

#[tokio::test]
async fn the_rest_of_a_subscriptions_items_comes_from_their_own_list() {
    let server = Server::start(|_, _| json(r#"{"data":[{"id":"si_11"}],"has_more":false}"#)).await;
    let rest = Children {
        parent_kind: kind::SUBSCRIPTION,
        parent_id: "sub_1".to_owned(),
        starting_after: Some("si_10".to_owned()),
    };
    let items = server.client.list_children(&rest).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!((asked.path.as_str(), asked.value("subscription")), ("/v1/subscription_items", Some("sub_1")));
    assert_eq!(items.objects[0].counterparts.subscription.as_deref(), Some("sub_1"));
}

#[tokio::test]
async fn a_server_that_ignores_the_window_is_found_out() {
    let page =
        list_of(&[r#"{"id":"cus_1","created":50}"#, r#"{"id":"cus_2","created":9}"#, r#"{"id":"cus_3"}"#]);
    let server = Server::start(move |_, _| json(&page)).await;
    let from = |at| ListRequest { created_gte: Some(at), ..ListRequest::new(kind::CUSTOMER) };
    assert!(server.client.list(&from(9)).await.unwrap().honours_window);
    assert!(!server.client.list(&from(10)).await.unwrap().honours_window);
}

#[tokio::test]
async fn prices_come_with_their_tiers_unless_the_server_refuses_that() {
    let server = Server::start(|_, asked| match asked.value("expand[]") {
        Some(_) => refusal(400, "", "This property cannot be expanded (data.tiers)."),
        None => json(r#"{"data":[{"id":"price_1"}],"has_more":false}"#),
    })
    .await;
    for _ in 0..2 {
        let page = server.client.list(&ListRequest::new(kind::PRICE)).await.unwrap();
        assert_eq!(page.objects.len(), 1);
    }
    let expanded: Vec<_> = server.asked().iter().map(|asked| asked.value("expand[]").is_some()).collect();
    assert_eq!(expanded, [true, true, false, false], "requested once with each, then never again");
}

#[tokio::test]
async fn a_server_that_knows_no_currency_options_still_sends_tiers() {
    let names_options = |(_, value): &(String, String)| value == "data.currency_options";
    let server = Server::start(move |_, asked| {
        if asked.query.iter().any(names_options) {
            return refusal(400, "", "This property cannot be expanded (data.currency_options).");
        }
        json(r#"{"data":[{"id":"price_1"}],"has_more":false}"#)
    })
    .await;
    for _ in 0..2 {
        server.client.list(&ListRequest::new(kind::PRICE)).await.unwrap();
    }
    let asked = server.asked();
    let tiers: Vec<_> = asked.iter().map(|asked| asked.value("expand[]")).collect();
    assert_eq!(tiers, [Some("data.tiers"); 3]);
}

#[tokio::test]
async fn subscriptions_come_with_their_coupons_as_far_as_the_server_gives_them() {
    const METHODS: [&str; 2] = ["data.default_payment_method", "data.default_source"];
    let with = |field: &'static str| METHODS.into_iter().chain([field]).collect::<Vec<_>>();
    for (refused, wanted) in [
        ("nothing", vec![with("data.discounts.source.coupon"); 2]),
        (
            "source.coupon",
            [vec![with("data.discounts.source.coupon")], vec![with("data.discounts"); 2]].concat(),
        ),
        (
            "discounts",
            vec![
                with("data.discounts.source.coupon"),
                with("data.discounts"),
                METHODS.to_vec(),
                METHODS.to_vec(),
            ],
        ),
    ] {
        let server = Server::start(move |_, asked| {
            if asked.query.iter().any(|(_, field)| field.contains(refused)) {
                return refusal(403, "", "This key may not read coupons.");
            }
            json(r#"{"data":[{"id":"sub_1","customer":"cus_1"}],"has_more":false}"#)
        })
        .await;
        for _ in 0..2 {
            let page = server.client.list(&ListRequest::new(kind::SUBSCRIPTION)).await.unwrap();
            assert_eq!(page.objects.len(), 1);
        }
        let fields: Vec<_> = server.asked().iter().map(expanded).collect();
        assert_eq!(fields, wanted, "a server that refuses {refused}");
    }
}

fn expanded(asked: &RecordedRequest) -> Vec<String> {
    let fields = asked.query.iter().filter(|(name, _)| name == "expand[]");
    fields.map(|(_, field)| field.clone()).collect()
}

/// What customers and subscriptions are paid with takes a permission that the key may lack: everything else is read all the
/// same, and what was refused is asked for again only once the permission is there.
#[tokio::test]
async fn without_the_permission_for_payment_methods_the_lists_are_read_all_the_same() {
    const REFUSAL: &str = "The provided key does not have the required permissions for this endpoint. Having the \
         'rak_payment_method_read' permission would allow this request to continue.";
    let is_granted = Arc::new(AtomicBool::new(false));
    let server = Server::start({
        let is_granted = Arc::clone(&is_granted);
        move |_, asked| {
            let wants = asked.path == "/v1/payment_methods"
                || asked.query.iter().any(|(_, field)| field.contains("payment_method"));
            if wants && !is_granted.load(Ordering::Relaxed) {
                return refusal(403, "", REFUSAL);
            }
            json(r#"{"data":[{"id":"sub_1","customer":"cus_1"}],"has_more":false}"#)
        }
    })
    .await;
    for kind in [kind::SUBSCRIPTION, kind::CUSTOMER, kind::SUBSCRIPTION] {
        let page = server.client.list(&ListRequest::new(kind)).await.unwrap();
        assert_eq!(page.objects.len(), 1);
    }
    let fields: Vec<_> = server.asked().iter().map(expanded).collect();
    assert_eq!(fields.len(), 7, "the refusals are remembered");
    assert_eq!(fields[6], ["data.discounts.source.coupon"], "and nothing else is given up for them");
    assert!(server.client.lacks_payment_methods());
    let missing = server.client.check_payment_methods().await;
    assert!(matches!(missing, Err(ConnectError::PermissionMissing { permission: Some(name), .. })
        if name == "rak_payment_method_read"));

    is_granted.store(true, Ordering::Relaxed);
    server.client.check_payment_methods().await.unwrap();
    assert!(!server.client.lacks_payment_methods());
    server.client.list(&ListRequest::new(kind::CUSTOMER)).await.unwrap();
    let asked = server.asked();
    assert_eq!(
        asked.last().map(expanded).unwrap(),
        ["data.invoice_settings.default_payment_method", "data.default_source"]
    );
}

#[tokio::test]
async fn one_object_is_found_deleted_or_missing() {
    let server = Server::start(|_, asked| match asked.path.as_str() {
        "/v1/subscriptions/sub_1" => {
            json(r#"{"id":"sub_1","items":{"data":[{"id":"si_1"}],"has_more":true}}"#)
        }
        "/v1/customers/cus_gone" => json(r#"{"id":"cus_gone","object":"customer","deleted":true}"#),
        "/v1/coupons/50%25%2FOFF" => json(r#"{"id":"50%/OFF"}"#),
        _ => refusal(404, "resource_missing", "No such object: 'x'"),
    })
    .await;
    let client = &server.client;
    match client.retrieve(kind::SUBSCRIPTION, "sub_1").await.unwrap() {
        Retrieved::Found { object, incomplete, .. } => {
            assert_eq!(object.id, "sub_1");
            assert_eq!(incomplete.unwrap().starting_after.as_deref(), Some("si_1"));
        }
        other => panic!("{other:?}"),
    }
    match client.retrieve(kind::CUSTOMER, "cus_gone").await.unwrap() {
        Retrieved::Deleted(tombstone) => assert!(tombstone.is_deleted),
        other => panic!("{other:?}"),
    }
    assert!(matches!(client.retrieve(kind::COUPON, "50%/OFF").await, Ok(Retrieved::Found { .. })));
    assert_eq!(client.retrieve(kind::INVOICE, "in_never").await, Ok(Retrieved::Missing));
    let before = server.asked().len();
    for id in ["", ".", ".."] {
        assert_eq!(client.retrieve(kind::INVOICE, id).await, Ok(Retrieved::Missing), "{id:?}");
    }
    assert_eq!(server.asked().len(), before, "such an id would have named the list");
}

#[tokio::test]
async fn the_account_is_read_where_the_server_tells_it() {
    let body = include_str!("../fixtures/account.json");
    let server = Server::start(move |_, _| json(body)).await;
    let account = server.client.account().await.unwrap();
    assert_eq!(account.id.as_str(), "acct_1PgafTB7WZ01zgkW");
    assert_eq!(account.country.as_deref(), Some("US"));
    assert_eq!(account.default_currency, Some(model::Currency::USD));
    assert_eq!(account.time_zone.as_deref(), Some("Etc/UTC"));
    assert_eq!(&*account.raw.unwrap().body, body.trim());
}

#[tokio::test]
async fn an_account_that_may_not_be_read_is_known_by_what_the_refusal_says_or_by_the_key() {
    let named = "The provided key 'rk_test_***abcd' does not have the required permissions for this endpoint on account \
                 'acct_42'. Having the 'rak_accounts_read' permission would allow this request to continue.";
    let server = Server::start(move |_, _| refusal(403, "", named)).await;
    assert_eq!(server.client.account().await.unwrap().id.as_str(), "acct_42");

    let server = Server::start(|_, _| json("<html>").status(404)).await;
    let account = server.client.account().await.unwrap();
    assert_eq!(account.raw, None);
    assert_eq!(account.id, server.client.account().await.unwrap().id);
    assert_ne!(account.id, client(&server.address, "rk_test_another00000").account().await.unwrap().id);
}

#[tokio::test]
async fn a_key_is_probed_list_by_list() {
    let server = Server::start(|_, asked| match asked.path.as_str() {
        "/v1/charges" => {
            refusal(403, "", "Having the 'rak_charge_read' permission would allow this request.")
        }
        "/v1/disputes" => refusal(404, "", "Unrecognized request URL (GET: /v1/disputes)."),
        "/v1/events" => json("this server is odd"),
        _ => empty_list(),
    })
    .await;
    let probes = server.client.probe().await.unwrap();
    for probe in &probes {
        let expected = match probe.kind {
            kind::CHARGE => ProbeState::Missing { permission: Some("rak_charge_read".to_owned()) },
            kind::DISPUTE | kind::EVENT => ProbeState::Absent,
            _ => ProbeState::Granted,
        };
        assert_eq!(probe.state, expected, "{}", probe.kind);
    }
    let required: Vec<_> = probes.iter().filter(|probe| probe.is_required).map(|probe| probe.kind).collect();

    assert_eq!(required, [kind::CUSTOMER, kind::SUBSCRIPTION, kind::INVOICE, kind::PRICE]);
    assert!(server.asked().iter().all(|asked| asked.value("limit") == Some("1")));
}

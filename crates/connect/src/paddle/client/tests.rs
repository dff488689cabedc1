use std::sync::Mutex;

use http::Response;
use model::Clock;
use serde_json::{Value, json};

use super::*;
use crate::{Carrier, Carrying, KeyError, Network, Privacy, ProbeState};

const SANDBOX_KEY: &str = "pdl_sdbx_apikey_01kc0000000000000000000001_aBcDeFgHiJkLmNoPqRsTuV_xyz";
const LIVE_KEY: &str = "pdl_live_apikey_01kc0000000000000000000001_aBcDeFgHiJkLmNoPqRsTuV_xyz";
const OLD_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef01";

type Answering = dyn Fn(&http::Request<Vec<u8>>) -> (u16, Value) + Send + Sync;

/// Answers as a function says, and remembers what was asked for.
struct Provider {
    answering: Box<Answering>,
    asked: Mutex<Vec<http::Request<Vec<u8>>>>,
}

impl Carrier for Provider {
    fn carry(&self, request: http::Request<Vec<u8>>) -> Carrying<'_> {
        let (status, body) = (self.answering)(&request);
        self.asked.lock().unwrap().push(request);
        let answer = Response::builder().status(status).body(body.to_string().into_bytes()).unwrap();
        Box::pin(async move { Ok(answer) })
    }
}

impl Provider {
    /// Method, path and query of each request.
    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let line = |request: &http::Request<Vec<u8>>| {
            let query = request.uri().query().map(|query| {
                form_urlencoded::parse(query.as_bytes())
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join("&")
            });
            let host = request.uri().host().unwrap_or_default();
            format!("{} {host}{} {}", request.method(), request.uri().path(), query.unwrap_or_default())
        };
        asked.iter().map(|request| line(request).trim_end().to_owned()).collect()
    }
}

fn config(key: &str, provider: &Arc<Provider>) -> Result<ClientConfig, KeyError> {
    let network = Network::Simulated(Arc::clone(provider) as Arc<dyn Carrier>);
    Ok(ClientConfig { network, ..ClientConfig::new(Source::Paddle.parse_key(key)?, Clock::default()) })
}

fn client(
    key: &str,
    answering: impl Fn(&http::Request<Vec<u8>>) -> (u16, Value) + Send + Sync + 'static,
) -> (Arc<Provider>, Client) {
    let provider = Arc::new(Provider { answering: Box::new(answering), asked: Mutex::default() });
    let client = Client::new(config(key, &provider).unwrap()).unwrap();
    (provider, client)
}

fn refusal(status: u16, code: &str, detail: &str) -> (u16, Value) {
    let error = json!({"type": "request_error", "code": code, "detail": detail});
    (status, json!({"error": error, "meta": {"request_id": "0a1b-2c"}}))
}

fn page(data: Value, next: &str) -> (u16, Value) {
    let pagination = json!({"per_page": 30, "next": next, "has_more": true});
    (200, json!({"data": data, "meta": {"request_id": "x", "pagination": pagination}}))
}

fn transaction() -> Value {
    json!({
        "id": "txn_1", "customer_id": "ctm_1", "subscription_id": "sub_1", "created_at": "2026-02-10T09:00:05.5Z",
        "address": {"id": "add_1", "country_code": "DE", "city": "Berlin"}, "checkout": {"url": "https://pay.example"},
    })
}

#[tokio::test]
async fn each_request_says_which_version_is_read_and_leaves_the_count_out() {
    let (provider, client) = client(SANDBOX_KEY, |_| page(json!([]), ""));
    client.list(&ListRequest::new(kind::PRICE)).await.unwrap();
    let query = "order_by=id[DESC]&per_page=200&status=active,archived";
    assert_eq!(provider.asked(), [format!("GET sandbox-api.paddle.com/prices {query}")]);
    let asked = provider.asked.lock().unwrap();
    let header = |name: &str| asked[0].headers()[name].to_str().unwrap();
    assert_eq!((header("paddle-version"), header("skip-count")), ("1", "true"));
    assert_eq!(header("authorization"), format!("Bearer {SANDBOX_KEY}"));
}

#[tokio::test]
async fn a_page_brings_what_is_inside_and_begins_the_next_where_the_server_says() {
    let next = "https://sandbox-api.paddle.com/transactions?after=txn_cursor&per_page=30";
    let (_, client) = client(SANDBOX_KEY, move |_| page(json!([transaction(), {"status": "paid"}]), next));
    let found = client.list(&ListRequest::new(kind::TRANSACTION)).await.unwrap();
    assert_eq!((found.has_more, found.next.as_deref()), (true, Some("txn_cursor")));
    assert!(!found.objects[0].body.contains("add_1") && !found.objects[0].body.contains("pay.example"));
    assert_eq!(found.objects[0].counterparts.subscription.as_deref(), Some("sub_1"));
    assert_eq!(found.embedded[0].counterparts.customer.as_deref(), Some("ctm_1"));
    assert_eq!((found.objects.len(), found.unreadable.len()), (1, 1));
    let window = ListRequest { created_gte: Some(1_770_714_006), ..ListRequest::new(kind::TRANSACTION) };
    assert!(!client.list(&window).await.unwrap().honours_window);
}

#[tokio::test]
async fn an_address_of_another_server_is_not_followed() {
    let (_, client) = client(SANDBOX_KEY, |_| page(json!([]), "https://evil.example/prices?after=pri_1"));
    assert_eq!(client.list(&ListRequest::new(kind::PRICE)).await.unwrap().next, None);
}

#[tokio::test]
async fn what_is_inside_is_private_too() {
    let (provider, _) = client(SANDBOX_KEY, |_| page(json!([transaction()]), ""));
    let config = ClientConfig { privacy: Privacy::Pseudonymous, ..config(SANDBOX_KEY, &provider).unwrap() };
    let found = Client::new(config).unwrap().list(&ListRequest::new(kind::TRANSACTION)).await.unwrap();
    assert_eq!(&*found.embedded[0].body, r#"{"country_code":"DE","id":"add_1"}"#);
}

#[tokio::test]
async fn a_permission_that_only_what_is_inside_needs_costs_only_that() {
    let (provider, client) = client(SANDBOX_KEY, |request| {
        let query = request.uri().query().unwrap_or_default();
        match query.contains("business") {
            true => refusal(
                403,
                "forbidden",
                "You aren't permitted to perform this request: business.read is missing",
            ),
            false => page(json!([transaction()]), ""),
        }
    });
    for _ in 0..2 {
        assert_eq!(client.list(&ListRequest::new(kind::TRANSACTION)).await.unwrap().embedded.len(), 1);
    }
    let included = |line: &String| line.split("include=").nth(1).unwrap_or_default().to_owned();
    let asked: Vec<String> = provider.asked().iter().map(included).collect();
    assert_eq!(asked, ["address,business,discount", "address,discount", "address,discount"]);
}

#[tokio::test]
async fn a_refusal_of_something_else_costs_nothing_that_is_inside() {
    let asked = Mutex::new(0);
    let (provider, client) = client(SANDBOX_KEY, move |_| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        // As a proxy refuses.
        if *asked == 1 { (403, json!({"message": "Forbidden"})) } else { page(json!([transaction()]), "") }
    });
    assert!(client.list(&ListRequest::new(kind::TRANSACTION)).await.is_err());
    client.list(&ListRequest::new(kind::TRANSACTION)).await.unwrap();
    assert!(provider.asked().iter().all(|line| line.ends_with("include=address,business,discount")));
}

#[tokio::test]
async fn a_missing_permission_is_told_apart_from_a_wrong_key() {
    let (_, client) = client(SANDBOX_KEY, |request| match request.uri().path() {
        "/customers" => refusal(403, "forbidden", "You aren't permitted to perform this request."),
        "/events" => refusal(403, "forbidden", "notification.read is missing for ada@example.com"),
        "/products" => refusal(404, "invalid_url", "URL not found"),
        _ => page(json!([]), ""),
    });
    let state =
        |probes: &[Probe], kind| probes.iter().find(|probe| probe.kind == kind).unwrap().state.clone();
    let probes = client.probe().await.unwrap();
    assert_eq!(probes.len(), LISTS.len());
    for (kind, permission) in [(kind::CUSTOMER, "customer.read"), (kind::EVENT, "notification.read")] {
        let permission = Some(permission.to_owned());
        assert_eq!(state(&probes, kind), ProbeState::Missing { permission }, "{kind}");
    }
    assert_eq!(state(&probes, kind::PRODUCT), ProbeState::Absent);
    assert_eq!(state(&probes, kind::TRANSACTION), ProbeState::Granted);
}

#[tokio::test]
async fn a_wrong_key_is_refused_whatever_the_status() {
    for (status, code) in [(401, "unauthorized"), (403, "invalid_token"), (403, "authentication_malformed")] {
        let (provider, client) = client(LIVE_KEY, move |_| refusal(status, code, "no"));
        let request_id = Some("0a1b-2c".to_owned());
        assert_eq!(
            client.account().await,
            Err(ConnectError::KeyRefused { of: Source::Paddle, request_id }),
            "{code}"
        );
        assert_eq!(provider.asked().len(), 1, "a wrong key stays wrong");
    }
}

#[tokio::test]
async fn a_key_without_an_environment_is_tried_live_and_then_in_the_sandbox() {
    let (provider, client) = client(OLD_KEY, |request| match request.uri().host() {
        Some("api.paddle.com") => refusal(403, "invalid_token", "Invalid or revoked API key."),
        _ => page(json!([]), ""),
    });
    client.account().await.unwrap();
    client.list(&ListRequest::new(kind::PRICE)).await.unwrap();
    let asked = provider.asked();
    let hosts: Vec<&str> = asked.iter().filter_map(|line| line[4..].split('/').next()).collect();
    assert_eq!(hosts, ["api.paddle.com", "sandbox-api.paddle.com", "sandbox-api.paddle.com"]);
}

#[tokio::test]
async fn a_key_that_was_accepted_stays_where_it_was() {
    for (home, is_test_mode) in [("api.paddle.com", false), ("sandbox-api.paddle.com", true)] {
        let refuses = Arc::new(Mutex::new(false));
        let is_refusing = Arc::clone(&refuses);
        let (provider, client) = client(OLD_KEY, move |request| {
            if request.uri().host() == Some(home) && !*is_refusing.lock().unwrap() {
                return page(json!([]), "");
            }
            refusal(403, "invalid_token", "Invalid or revoked API key.")
        });
        // One that is refused everywhere is not for the last place that was tried.
        *refuses.lock().unwrap() = true;
        assert!(client.account().await.is_err());
        assert!(!client.is_test_mode());
        *refuses.lock().unwrap() = false;
        client.account().await.unwrap();
        assert_eq!(client.is_test_mode(), is_test_mode);
        let before = provider.asked().len();
        *refuses.lock().unwrap() = true;
        assert!(client.account().await.is_err());
        assert_eq!(provider.asked().len(), before + 1);
    }
}

#[test]
fn a_key_is_not_sent_to_the_other_environment() {
    let (provider, _) = client(LIVE_KEY, |_| page(json!([]), ""));
    for (key, base) in [(LIVE_KEY, SANDBOX_BASE), (SANDBOX_KEY, LIVE_BASE)] {
        let config = ClientConfig { base: base.parse().unwrap(), ..config(key, &provider).unwrap() };
        let host = config.base.host_str().unwrap().to_owned();
        let refused = Client::new(config).unwrap_err();
        let is_test_mode = key == SANDBOX_KEY;
        assert_eq!(refused, ConnectError::OtherEnvironment { host: host.clone(), is_test_mode });
        assert!(refused.to_string().contains(&host), "{refused}");
        assert!(refused.action().starts_with("use the address of the key's environment"), "{refused}");
        assert!(!refused.is_retryable());
    }
    let base = "https://proxy.example/paddle".parse().unwrap();
    assert!(Client::new(ClientConfig { base, ..config(LIVE_KEY, &provider).unwrap() }).is_ok());
}

#[tokio::test]
async fn what_answers_without_data_is_not_like_paddle() {
    let refusal = json!({"success": false, "error": {"code": 102, "message": "Bad api key"}});
    let (_, client) = client(SANDBOX_KEY, move |_| (200, refusal.clone()));
    let refused = client.account().await.unwrap_err();
    assert!(refused.to_string().ends_with("it is not like Paddle's API"), "{refused}");
    assert_eq!(refused.action(), "check that the address belongs to a Paddle API");
}

#[tokio::test]
async fn an_account_is_paid_in_the_currency_of_its_newest_payment() {
    let payment = json!([{"id": "txn_1", "details": {"payout_totals": {"currency_code": "EUR"}}}]);
    let (_, client) = client(SANDBOX_KEY, move |_| page(payment.clone(), ""));
    let account = client.account().await.unwrap();
    assert_eq!(account.default_currency, "eur".parse().ok());
    assert_eq!(account.id, key::account_id(&Source::Paddle.parse_key(SANDBOX_KEY).unwrap()));
}

#[tokio::test]
async fn one_entity_is_read_with_what_is_inside_or_is_missing() {
    let (provider, client) = client(SANDBOX_KEY, |request| match request.uri().path() {
        "/transactions/txn_1" => (200, json!({"data": transaction()})),
        _ => refusal(404, "not_found", "Entity pri_1 not found"),
    });
    let found = client.retrieve(kind::TRANSACTION, "txn_1").await.unwrap();
    assert!(matches!(found, Retrieved::Found { embedded, .. } if embedded[0].id == "add_1"));
    assert_eq!(client.retrieve(kind::PRICE, "pri_1").await, Ok(Retrieved::Missing));
    // Would name the list.
    assert_eq!(client.retrieve(kind::PRICE, "..").await, Ok(Retrieved::Missing));
    assert_eq!(provider.asked().len(), 2);
}

#[tokio::test]
async fn an_address_is_what_the_newest_event_about_it_says() {
    let event = |id: &str, city: &str| {
        let data = json!({"id": "add_1", "customer_id": "ctm_1", "city": city});
        json!({"event_id": id, "event_type": "address.updated", "occurred_at": "2026-02-10T09:00:05Z", "data": data})
    };
    let events = json!([event("evt_2", "Berlin"), event("evt_1", "Bonn")]);
    let (provider, client) = client(SANDBOX_KEY, move |_| page(events.clone(), ""));
    let found = client.retrieve(kind::ADDRESS, "add_1").await.unwrap();
    assert!(matches!(found, Retrieved::Found { object, .. } if object.body.contains("Berlin")));
    assert!(matches!(client.retrieve(kind::ADDRESS, "add_2").await, Err(ConnectError::NotFound { .. })));
    assert!(provider.asked()[0].contains("filter=add_1"));
}

#[tokio::test]
async fn events_are_read_back_to_an_instant() {
    let event = |id: &str, at: &str| json!({"event_id": id, "event_type": "transaction.paid", "occurred_at": at, "data": {"id": "txn_1"}});
    let events =
        json!([event("evt_3", "2026-02-10T09:00:05Z"), event("evt_2", "2026-02-10T09:00:00Z"), {"x": 1}]);
    let next = "https://sandbox-api.paddle.com/events?after=evt_2";
    let (_, client) = client(SANDBOX_KEY, move |_| page(events.clone(), next));
    let at = |seconds: i64| UnixSeconds(1_770_714_000 + seconds);
    let page = client.events(at(0), None).await.unwrap();
    assert_eq!((page.events.len(), page.next.as_deref()), (2, Some("evt_2")));
    assert_eq!(page.events[0].created_at, at(5));
    assert_eq!(client.events(at(1), None).await.unwrap().next, None, "earlier events are of no use");
}

#[tokio::test]
async fn our_notification_setting_is_all_that_is_ever_written() {
    let (provider, client) = client(SANDBOX_KEY, |request| match request.method().as_str() {
        "POST" => (201, json!({"data": {"id": "ntfset_1", "endpoint_secret_key": "pdl_ntfset_secret"}})),
        "DELETE" => (204, Value::Null),
        _ => page(
            json!([{"id": "ntfset_1", "destination": "https://a.example", "active": true}, {"id": "ntfset_2", "destination": null}]),
            "",
        ),
    });
    let made = client.create_webhook("https://a.example").await.unwrap();
    assert_eq!((made.id.as_str(), made.secret.expose()), ("ntfset_1", "pdl_ntfset_secret"));
    assert_eq!(client.webhooks().await.unwrap().len(), 1);
    client.delete_webhook("ntfset_1").await.unwrap();
    let methods: Vec<String> =
        provider.asked().iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let settings = "sandbox-api.paddle.com/notification-settings";
    assert_eq!(
        methods,
        [format!("POST {settings}"), format!("GET {settings}"), format!("DELETE {settings}/ntfset_1")]
    );
    let asked = provider.asked.lock().unwrap();
    let body: Value = serde_json::from_slice(asked[0].body()).unwrap();
    assert_eq!((&body["traffic_source"], &body["api_version"]), (&json!("platform"), &json!(1)));
    assert_eq!(asked[0].headers()["content-type"], "application/json");
}

#[tokio::test]
async fn a_setting_is_not_made_twice_when_the_answer_is_lost() {
    for status in [500, 502, 409] {
        let (provider, client) = client(SANDBOX_KEY, move |_| refusal(status, "internal_error", "lost"));
        assert!(client.create_webhook("https://a.example").await.is_err());
        assert_eq!(provider.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn what_is_listed_of_events_is_what_subscriptions_forget() {
    let event = |id: &str, event_type: &str, status: &str| {
        json!({
            "event_id": id, "event_type": event_type, "occurred_at": "2026-02-10T09:00:05Z",
            "data": {"id": "sub_1", "customer_id": "ctm_1", "status": status, "paused_at": "2026-02-01T00:00:00Z"},
        })
    };
    let events = json!([
        event("evt_3", "subscription.resumed", "active"),
        event("evt_2", "subscription.paused", "paused"),
        event("evt_1", "subscription.updated", "active"),
    ]);
    let (provider, client) = client(SANDBOX_KEY, move |_| {
        page(events.clone(), "https://sandbox-api.paddle.com/events?after=evt_1")
    });
    let told = client.list(&ListRequest::new(kind::EVENT)).await.unwrap();
    assert!(told.objects.is_empty());
    assert_eq!((told.has_more, told.next.as_deref()), (true, Some("evt_1")));
    let ids: Vec<&str> = told.embedded.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["sub_1-resumed-2026-02-10T09:00:05Z", "sub_1-paused-2026-02-01T00:00:00Z"]);
    let types = "event_type=subscription.paused,subscription.resumed,subscription.updated";
    assert!(provider.asked()[0].ends_with(types), "{:?}", provider.asked());
}

#[tokio::test]
async fn what_a_trial_will_be_billed_is_asked_for() {
    let trial = json!({"id": "sub_1", "customer_id": "ctm_1", "status": "trialing", "first_billed_at": null});
    let details =
        json!({"line_items": [{"price_id": "pri_1", "totals": {"subtotal": "1666", "discount": "0"}}]});
    let listed = trial.clone();
    let (provider, client) = client(SANDBOX_KEY, move |request| match request.uri().path() {
        "/subscriptions" => page(json!([listed]), ""),
        _ => {
            let mut whole = trial.clone();
            whole["recurring_transaction_details"] = details.clone();
            (200, json!({"data": whole}))
        }
    });
    let found = client.list(&ListRequest::new(kind::SUBSCRIPTION)).await.unwrap();
    let rest = client.list_children(&found.incomplete[0]).await.unwrap();
    let kinds: Vec<_> = rest.objects.iter().map(|object| object.kind).collect();
    assert_eq!(kinds, [kind::RECURRING, kind::SUBSCRIPTION]);
    let asked = "GET sandbox-api.paddle.com/subscriptions/sub_1 include=recurring_transaction_details";
    assert_eq!(provider.asked()[1], asked);
}

#[tokio::test]
async fn the_history_of_a_subscription_is_read_with_whose_it_is_where_the_key_may() {
    for (may, entries) in [(true, 1), (false, 0)] {
        let (provider, client) = client(SANDBOX_KEY, move |request| match request.uri().path() {
            "/subscriptions" => page(
                json!([
                    {"id": "sub_1", "status": "canceled", "updated_at": "2026-08-01T00:00:00Z"},
                    {"id": "sub_2", "status": "canceled", "updated_at": "2026-05-01T00:00:00Z"},
                    {"id": "sub_3", "status": "active", "first_billed_at": "2026-05-01T00:00:00Z", "scheduled_change": null},
                    {"id": "sub_4", "status": "active", "first_billed_at": "2026-05-01T00:00:00Z", "scheduled_change": {"action": "cancel"}},
                ]),
                "",
            ),
            _ if may => page(
                json!([{"id": "h_1", "occurred_at": "2026-08-01T00:00:00Z", "detail": {"action": "x"}}]),
                "",
            ),
            _ => refusal(403, "forbidden", "no"),
        });
        let listed = client.list(&ListRequest::new(kind::SUBSCRIPTION)).await.unwrap();
        let ids: Vec<&str> = listed.incomplete.iter().map(|one| one.parent_id.as_str()).collect();
        assert_eq!(ids, ["sub_1", "sub_4"]);
        for _ in 0..2 {
            let history = client.list_children(&listed.incomplete[0]).await.unwrap();
            assert_eq!(history.objects.len(), entries);
            for entry in history.objects {
                assert_eq!(entry.counterparts.subscription.as_deref(), Some("sub_1"));
                assert!(entry.body.contains(r#""subscription_id":"sub_1""#), "{}", entry.body);
            }
        }
        // It is not asked for in vain twice.
        assert_eq!(provider.asked().len(), if may { 3 } else { 2 });
    }
}

use super::Client;
use crate::{Limits, MerchantName, Options, PermissionSet};

fn restricted(permissions: &str) -> Options {
    let permissions: PermissionSet = permissions.parse().unwrap();
    Options { key: "rk_test_abcdefghijkl1234".into(), permissions, ..Options::default() }
}

#[tokio::test]
async fn the_key_is_taken_as_bearer_and_as_basic() {
    let client = Client::of_tiny(Options::default()).await;
    let key = client.sandbox.key.clone();
    let bearer = client.send(client.request("GET", "/v1/account").bearer_auth(&key)).await;
    let basic = client.send(client.request("GET", "/v1/account").basic_auth(&key, Some(""))).await;
    assert_eq!((bearer.status.as_u16(), basic.status.as_u16()), (200, 200));
}

#[tokio::test]
async fn another_key_is_401_and_never_told_back() {
    let client = Client::of_tiny(Options::default()).await;
    for (key, message) in [
        ("sk_test_wrongwrong1234", "Invalid API Key provided: sk_test_**********1234"),
        ("pk_test_abcdefgh12345678", "cannot be made with a publishable API key"),
    ] {
        let reply = client.send(client.request("GET", "/v1/customers").bearer_auth(key)).await;
        let text = reply.json["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(reply.status, 401);
        assert!(text.contains(message), "{text}");
        assert!(!reply.json.to_string().contains(key));
    }
    let none = client.send(client.request("GET", "/v1/customers")).await;
    assert_eq!(none.status, 401);
    assert!(none.json["error"]["message"].as_str().unwrap().starts_with("You did not provide an API key."));
}

#[tokio::test]
async fn a_missing_permission_is_403_and_named() {
    let client = Client::of_tiny(restricted("-invoices,-charges,-prices,-payment_methods")).await;
    for (path, permission) in [
        ("/v1/invoices", "rak_invoice_read"),
        ("/v1/invoices/in_1", "rak_invoice_read"),
        ("/v1/invoices/in_1/lines", "rak_invoice_read"),
        ("/v1/invoiceitems", "rak_invoice_read"),
        ("/v1/refunds", "rak_charge_read"),
        ("/v1/prices", "rak_plan_read"),
        ("/v1/subscriptions?expand[]=data.latest_invoice", "rak_invoice_read"),
        ("/v1/payment_methods", "rak_payment_method_read"),
    ] {
        let reply = client.get(path).await;
        assert_eq!(reply.status, 403, "{path}");
        let expected = format!(
            "The provided key 'rk_test_************1234' does not have the required permissions for this endpoint \
             on account 'acct_tiny'. Having the '{permission}' permission would allow this request to continue."
        );
        assert_eq!(reply.json["error"]["message"], expected, "{path}");
    }
    for path in
        ["/v1/customers", "/v1/subscriptions?expand[]=data.customer", "/v1/account", "/v1/webhook_endpoints"]
    {
        assert_eq!(client.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn beyond_stripes_limits_comes_429_with_its_reason() {
    let client = Client::of_tiny(Options { limits: Limits::Stripe, ..Options::default() }).await;
    let mut refused = None;
    for _ in 0..200 {
        let reply = client.get("/v1/customers?limit=1").await;
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("200 requests in a row are more than 25 a second");
    assert_eq!(refused.json["error"]["code"], "rate_limit");
    assert_eq!(refused.headers["stripe-rate-limited-reason"], "global-rate");
}

#[tokio::test]
async fn a_key_of_no_known_kind_starts_nothing() {
    let options = Options { key: "secret".into(), merchant: MerchantName::Generated, ..Options::default() };
    assert!(super::start(options).await.is_err_and(|error| error.to_string().contains("sk_test_")));
}

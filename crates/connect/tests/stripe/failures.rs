//! What each failure means, and which of them are tried again.

use connect::stripe::kind;
use connect::{Client, ListRequest, Page};
use connect::{ConnectError, Source};
use tokio::net::TcpListener;

use crate::server::{KEY, Reply, Server, client, empty_list, json, refusal};

async fn customers(client: &Client) -> Result<Page, ConnectError> {
    client.list(&ListRequest::new(kind::CUSTOMER)).await
}

#[tokio::test]
async fn what_passes_by_itself_is_asked_again() {
    type Answer = fn() -> Reply;
    let passing: [(&str, Answer); 8] = [
        ("failure", || refusal(500, "", "oops")),
        ("not ours", || json("<html>Bad gateway</html>").status(502)),
        ("conflict", || refusal(409, "lock_timeout", "locked")),
        ("too fast", || refusal(429, "rate_limit", "slow down").header("retry-after", "0")),
        ("cut connection", || json(r#"{"data":[{"id":"cus"#).cut()),
        ("cut body", || json(r#"{"data":[{"id":"cus"#)),
        ("empty body", || json("")),
        ("asked to", || refusal(400, "", "try again").header("stripe-should-retry", "true")),
    ];
    for (what, reply) in passing {
        let server = Server::start(move |number, _| if number < 2 { reply() } else { empty_list() }).await;
        assert!(customers(&server.client).await.is_ok(), "{what}");
        assert_eq!(server.asked().len(), 3, "{what}");
    }
}

#[tokio::test]
async fn a_connection_that_is_closed_without_an_answer_is_opened_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::start(|_, _| empty_list()).await;
    let target = server.address.strip_prefix("http://").unwrap().to_owned();
    tokio::spawn(async move {
        drop(listener.accept().await);
        while let Ok((mut inbound, _)) = listener.accept().await {
            let mut outbound = tokio::net::TcpStream::connect(&target).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut inbound, &mut outbound).await });
        }
    });
    assert!(customers(&client(&address, KEY)).await.is_ok());
}

#[tokio::test]
async fn what_stays_is_reported_for_what_it_is() {
    let denied = "Having the 'rak_customer_read' permission would allow this request to continue.";
    let server = Server::start(move |_, asked| match asked.path.as_str() {
        "/v1/customers" => refusal(403, "", denied).header("request-id", "req_7"),
        "/v1/invoices" => refusal(401, "", "Invalid API Key provided: rk_test_****abcd"),
        "/v1/refunds" => refusal(404, "", "Unrecognized request URL (GET: /v1/refunds)."),
        "/v1/charges" => json("nope").status(405),
        "/v1/disputes" => json("nope").status(501),
        "/v1/events" => refusal(500, "", "broken").header("request-id", "req_8"),
        "/v1/products" => json("<html>Welcome</html>"),
        _ => refusal(400, "parameter_unknown", "Received jane@example.com and sk_live_secret"),
    })
    .await;
    let failed = async |kind| server.client.list(&ListRequest::new(kind)).await.unwrap_err();
    let request_id = |id: &str| Some(id.to_owned());

    let permission = Some("rak_customer_read".to_owned());
    let expected =
        ConnectError::PermissionMissing { of: Source::Stripe, permission, request_id: request_id("req_7") };
    assert_eq!(failed(kind::CUSTOMER).await, expected);
    assert_eq!(
        failed(kind::INVOICE).await,
        ConnectError::KeyRefused { of: Source::Stripe, request_id: None }
    );
    for kind in [kind::REFUND, kind::CHARGE, kind::DISPUTE] {
        assert_eq!(failed(kind).await, ConnectError::EndpointAbsent { kind });
    }
    let expected =
        ConnectError::ProviderFailed { of: Source::Stripe, status: 500, request_id: request_id("req_8") };
    assert_eq!(failed(kind::EVENT).await, expected);
    assert!(expected.is_retryable());
    assert!(matches!(failed(kind::PRODUCT).await, ConnectError::Unreadable { .. }));

    let refused = failed(kind::COUPON).await.to_string();
    assert!(refused.contains("status 400"), "{refused}");
    for private in ["jane", "secret", KEY] {
        assert!(!refused.contains(private), "{refused}");
    }
    let times = |path: &str| server.asked().iter().filter(|asked| asked.path == path).count();
    assert_eq!([times("/v1/invoices"), times("/v1/events"), times("/v1/products")], [1, 6, 3]);
}

#[tokio::test]
async fn a_missing_parent_and_a_missing_endpoint_are_told_apart() {
    let server = Server::start(|_, asked| match asked.path.as_str() {
        "/v1/invoices/in_gone/lines" => refusal(404, "resource_missing", "No such invoice: 'in_gone'"),
        _ => refusal(404, "", "Unrecognized request URL (GET: /v1/x)."),
    })
    .await;
    let lines_of = |id: &str| connect::Children {
        parent_kind: kind::INVOICE,
        parent_id: id.to_owned(),
        starting_after: None,
    };
    let gone = server.client.list_children(&lines_of("in_gone")).await;
    assert!(matches!(gone, Err(ConnectError::NotFound { kind: kind::INVOICE, .. })), "{gone:?}");
    let absent = server.client.list_children(&lines_of("in_1")).await;
    assert_eq!(absent, Err(ConnectError::EndpointAbsent { kind: kind::INVOICE_LINE }));
    let absent = server.client.retrieve(kind::PRICE, "price_1").await;
    assert_eq!(absent, Err(ConnectError::EndpointAbsent { kind: kind::PRICE }));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = customers(&client(&format!("http://{address}"), KEY)).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::Unreachable { host, .. } if *host == address.to_string()),
        "{error}"
    );
    assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let server = Server::start(|_, _| json(" ".repeat(65 * 1024 * 1024))).await;
    let error = customers(&server.client).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::Unreadable { reason, .. } if reason.contains("64 MiB")),
        "{error}"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn the_key_follows_no_redirect() {
    let elsewhere = Server::start(|_, _| empty_list()).await;
    let target = elsewhere.address.clone();
    let server = Server::start(move |_, _| json("").status(302).header("location", &target)).await;
    let moved = customers(&server.client).await;
    assert!(matches!(moved, Err(ConnectError::Refused { status: 302, .. })), "{moved:?}");
    assert_eq!(elsewhere.asked().len(), 0);
}

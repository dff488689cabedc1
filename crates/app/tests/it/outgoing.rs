//! Which addresses a server requests, and whose word it takes for where a request came from.

use api::{Options, Peer, TrustedProxies};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use connect::Network;
use model::Clock;
use sandbox::MerchantName;
use serde_json::json;

use crate::process::{Process, chartsy, text};
use crate::support::{As, KEY, Site, owner, sandbox};

fn public_only() -> Options {
    Options { network: Network::Public, ..Options::default() }
}

#[tokio::test]
async fn a_server_for_others_requests_no_address_of_its_own_network() {
    let merchant = sandbox(MerchantName::Generated, 3).await;
    let here = Site::new();
    let cookie = here.owner().await;
    let request = json!({"source": sandbox::SOURCE, "key": KEY, "api_base": merchant.api_base});
    let answer =
        here.ask(As::Person(&cookie), "POST", "/api/v1/connections/check", Some(request.clone())).await;
    assert_eq!(answer.status, 200, "by default any address may be: {}", answer.text);

    let site = Site::started_with(Clock::System, public_only());
    let cookie = site.owner().await;
    let port = merchant.api_base.trim_end_matches('/').rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost", "0x7f000001", "[::ffff:7f00:1]", "169.254.169.254", "10.0.0.1"] {
        for path in ["/api/v1/connections/check", "/api/v1/connections"] {
            let base = format!("http://{host}:{port}");
            let request = json!({"source": sandbox::SOURCE, "key": KEY, "api_base": base});
            let answer = site.ask(As::Person(&cookie), "POST", path, Some(request)).await;
            assert_eq!(
                (answer.status, answer.code()),
                (422, "provider_unreachable"),
                "{host}: {}",
                answer.text
            );
            assert!(answer.text.contains("not on the public internet"), "{}", answer.text);
        }
    }
    assert!(site.context.catalog.all_connections().unwrap().is_empty());
}

#[test]
fn where_anybody_can_sign_up_only_public_addresses_are_requested_unless_the_operator_says_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // Nothing listens there: whoever may go there is told that.
    let connect = || {
        let base = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", "http://127.0.0.1:1"];
        text(&chartsy(&data, &base, Some(KEY)).stderr)
    };
    let serve = |options: &[&str]| {
        let args = ["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"];
        assert_eq!(Process::start(&[&args[..], options].concat()).terminate(), Some(0));
    };
    serve(&[]);
    let told = connect();
    assert!(!told.contains("not on the public internet"), "a server of one's own: {told}");
    serve(&["--sign-up", "open"]);
    let told = connect();
    assert!(told.contains("not on the public internet"), "{told}");
    serve(&["--sign-up", "open", "--outgoing", "any", "--feedback-webhook", "http://10.0.0.7/hook"]);
    let told = connect();
    assert!(!told.contains("not on the public internet"), "{told}");
}

/// Signs up over a connection from an address, with headers.
fn sign_up(from: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::post("/api/v1/setup/owner")
        .header(header::HOST, "127.0.0.1")
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let peer = Peer { ip: from.parse().unwrap(), is_tls: false };
    request.extension(ConnectInfo(peer)).body(Body::from(owner().to_string())).unwrap()
}

#[tokio::test]
async fn only_a_trusted_proxy_can_say_that_a_visitor_is_encrypted() {
    let said = [("x-forwarded-proto", "https"), ("x-forwarded-for", "198.51.100.7")];
    for (from, is_believed) in [("10.0.0.1", true), ("203.0.113.9", false)] {
        let trusted_proxies: TrustedProxies = ["10.0.0.0/8".parse().unwrap()].into_iter().collect();
        let options = Options { trusted_proxies, ..Options::default() };
        let site = Site::started_with(Clock::System, options);
        let answer = site.send(sign_up(from, &said)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert_eq!(cookie.contains("; Secure"), is_believed, "{from}: {cookie}");
        assert_eq!(answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY), is_believed, "{from}");
    }
}

#[tokio::test]
async fn without_a_trusted_proxy_nobody_is_believed() {
    let site = Site::new();
    let answer = site.send(sign_up("127.0.0.1", &[("forwarded", "for=1.1.1.1;proto=https")])).await;
    assert!(!answer.headers[header::SET_COOKIE].to_str().unwrap().contains("Secure"));
}

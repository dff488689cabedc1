//! Changes that a provider tells of, from its delivery to the ledger.

use std::path::Path;
use std::time::Duration;

use model::UnixSeconds;
use sandbox::Running;
use serde_json::{Value, json};

use crate::process::{Process, chartsy, ledger, stdout, text};
use crate::support::{KEY, meant, mid_merchant};

#[path = "../../../../fuzz/src/webhook.rs"]
mod fuzzed;

const DAY: i64 = 86_400;
const LONGEST_WAIT: Duration = Duration::from_secs(60);

fn serve(data: &Path) -> Process {
    let data = data.to_str().unwrap();
    Process::start(&["serve", "--data", data, "--listen", "127.0.0.1:0", "--rates-url", "none"])
}

/// Serves with a public address that the provider delivers to.
fn serve_as(data: &Path, public: &str) -> Process {
    // It prints its public address, so the one that it listens on is chosen here.
    let addr = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let data = data.to_str().unwrap();
    let listen = ["serve", "--data", data, "--listen", &addr, "--public-url", public, "--rates-url", "none"];
    let mut server = Process::start(&listen);
    server.addr = addr;
    server
}

fn connect(data: &Path, merchant: &Running) -> String {
    let args = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    stdout(&chartsy(data, &args, Some(KEY))).trim().to_owned()
}

fn token(data: &Path) -> String {
    let made = stdout(&chartsy(data, &["token", "create", "--name", "test"], None));
    made.split_whitespace().find(|word| word.starts_with("chtk_")).unwrap().to_owned()
}

/// Waits for something to become so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    assert!(tokio::time::timeout(LONGEST_WAIT, waiting).await.is_ok(), "{what} did not come about");
}

fn ask(server: &Process, token: &str, method: &str, path: &str, body: &str) -> Value {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let answer = server.send(method, path, &headers, body);
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    serde_json::from_str(body).unwrap_or(Value::Null)
}

async fn live(merchant: &Running, seconds: i64) {
    assert!(merchant.advance(UnixSeconds(merchant.now().0 + seconds)).await > 0, "something happens");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_provider_tells_shows_without_anybody_asking() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = mid_merchant(60).await;
    let server = serve(&data);
    let id = connect(&data, &merchant);
    let token = token(&data);
    let webhook = format!("/api/v1/connections/{id}/webhook");
    until("the registration", || ask(&server, &token, "GET", &webhook, "")["state"] == "registered").await;
    assert_eq!(ledger(&data), meant(&merchant));

    let connection = format!("/api/v1/connections/{id}");
    let through = |server: &Process| ask(server, &token, "GET", &connection, "")["data_through"].clone();
    let before = through(&server);
    live(&merchant, 5 * DAY).await;
    until("the change", || ledger(&data) == meant(&merchant)).await;
    // Told once the work on what was delivered is done.
    until("the news of it", || ask(&server, &token, "GET", &webhook, "")["state"] == "live").await;
    // Some of what was delivered says nothing new to the ledger, and may still wait.
    until("an empty inbox", || ask(&server, &token, "GET", &webhook, "")["waiting"] == 0).await;
    assert_eq!(ask(&server, &token, "GET", &webhook, "")["dead"], 0);
    until("later data", || through(&server).as_i64() > before.as_i64()).await;

    // The server is away while more happens; nobody delivers for that long.
    assert_eq!(server.terminate(), Some(0));
    live(&merchant, 5 * DAY).await;
    let server = serve(&data);
    until("what was missed", || ledger(&data) == meant(&merchant)).await;

    let receipt = ask(&server, &token, "DELETE", &connection, "");
    assert_eq!((&receipt["connection"], &receipt["webhook"]), (&json!(id), &json!("removed")));
    assert!(receipt["objects"]["invoice"].as_u64().unwrap() > 60, "{receipt}");
    let gone = ask(&server, &token, "GET", &webhook, "");
    assert_eq!(gone["code"], "not_found");
    let endpoints = endpoints(&merchant);
    assert_eq!(endpoints["data"], json!([]), "the endpoint went with the connection");
}

/// As the provider lists them.
fn endpoints(merchant: &Running) -> Value {
    let addr = merchant.addr.to_string();
    let mut stream = std::net::TcpStream::connect(&addr).unwrap();
    let request = format!(
        "GET /v1/webhook_endpoints HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n\r\n"
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_address_is_registered_whoever_the_provider_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = mid_merchant(5).await;
    let public = "http://127.0.0.1:9/numbers";
    let server = serve_as(&data, public);
    let id = connect(&data, &merchant);
    let token = token(&data);
    let webhook = format!("/api/v1/connections/{id}/webhook");
    until("the registration", || ask(&server, &token, "GET", &webhook, "")["state"] == "registered").await;
    let url = ask(&server, &token, "GET", &webhook, "")["url"].clone();
    let below = format!("{public}/webhooks/{}/wh_", sandbox::SOURCE);
    assert!(url.as_str().unwrap().starts_with(&below), "{url}");
    assert_eq!(endpoints(&merchant)["data"][0]["url"], url);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_for_a_former_address_is_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = mid_merchant(5).await;
    let (former, current) = ("http://former.example.com", "http://current.example.com");
    let server = serve_as(&data, former);
    let id = connect(&data, &merchant);
    let token = token(&data);
    let webhook = format!("/api/v1/connections/{id}/webhook");
    let url = |server: &Process| ask(server, &token, "GET", &webhook, "")["url"].to_string();
    let state = |server: &Process| ask(server, &token, "GET", &webhook, "")["state"].clone();
    until("the registration", || state(&server) == "registered").await;
    assert_eq!(server.terminate(), Some(0));
    // The merchant has problems of its own, so the doctor may not end well.
    let said = |command: &[&str]| text(&chartsy(&data, command, None).stdout);
    assert!(!said(&["doctor"]).contains("note ") && !said(&["status"]).contains("former.example.com"));

    let server = serve_as(&data, current);
    until("the other address", || url(&server).contains(current) && state(&server) == "registered").await;
    let left = format!("another webhook endpoint is left at the provider: {former}/webhooks/");
    assert!(said(&["doctor"]).contains(&format!("note     {id}: {left}")), "{}", said(&["doctor"]));
    assert!(said(&["status"]).contains(&format!("{former}/webhooks/")), "{}", said(&["status"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_signed_is_refused_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = mid_merchant(60).await;
    let server = serve(&data);
    let id = connect(&data, &merchant);
    let token = token(&data);
    let webhook = format!("/api/v1/connections/{id}/webhook");
    until("the registration", || ask(&server, &token, "GET", &webhook, "")["state"] == "registered").await;
    let url = ask(&server, &token, "GET", &webhook, "")["url"].as_str().unwrap().to_owned();
    let path = format!("/webhooks{}", url.split_once("/webhooks").unwrap().1);
    let json = ("Content-Type", "application/json");
    let body = r#"{"id":"evt_1","object":"event","type":"invoice.paid","created":1,"data":{"object":{"id":"in_1","object":"invoice"}}}"#;
    let status = |headers: &[(&str, &str)], path: &str, body: &str| {
        let answer = server.send("POST", path, headers, body);
        answer.split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!(status(&[json], &path, body), "400");
    assert_eq!(status(&[json, (sandbox::SIGNATURE_HEADER, "t=1,v1=00")], &path, body), "400");
    assert_eq!(status(&[json], &format!("/webhooks/{}/wh_guessed", sandbox::SOURCE), body), "404");
    assert_eq!(status(&[json], "/webhooks/another/wh_guessed", body), "404");
    assert_eq!(status(&[json], &path, &"x".repeat(1024 * 1024 + 1)), "413");
    let bearer = format!("Bearer {token}");
    let counted = server.send("GET", "/metrics", &[("Authorization", &bearer)], "");
    for line in [
        r#"chartsy_webhook_deliveries_total{outcome="unsigned"} 2"#,
        r#"chartsy_webhook_deliveries_total{outcome="unknown"} 2"#,
        r#"chartsy_webhook_deliveries_total{outcome="oversized"} 1"#,
        r#"chartsy_webhook_deliveries_total{outcome="kept"} 0"#,
    ] {
        assert!(counted.contains(line), "{line} in {counted}");
    }
    assert!(server.get("/healthz").contains("200 OK") && server.get("/readyz").contains("200 OK"));

    // An endpoint that was made by hand, with a secret of its own.
    let secret = json!({"secret": "whsec_by_hand"}).to_string();
    ask(&server, &token, "PUT", &format!("{webhook}/secret"), &secret);
    let at = model::Clock::System.now();
    let signed = sandbox::signature("whsec_by_hand", at, body);
    assert_eq!(status(&[json, (sandbox::SIGNATURE_HEADER, &signed)], &path, body), "200");
    assert_eq!(status(&[json, (sandbox::SIGNATURE_HEADER, &signed)], &path, body), "200", "once more");
    let old = sandbox::signature("whsec_by_hand", UnixSeconds(at.0 - 3600), body);
    assert_eq!(status(&[json, (sandbox::SIGNATURE_HEADER, &old)], &path, body), "400");
    let cut = &body[..60];
    let signed = sandbox::signature("whsec_by_hand", at, cut);
    assert_eq!(status(&[json, (sandbox::SIGNATURE_HEADER, &signed)], &path, cut), "400");
    until("an empty inbox", || ask(&server, &token, "GET", &webhook, "")["waiting"] == 0).await;
}

#[test]
fn deliveries_that_fuzzing_kept_are_taken_or_refused() {
    // Relative to the package, where tests are run: a built test may have been built in another checkout.
    let folder = "../../fuzz/corpus/webhook";
    let route = fuzzed::Route::open().unwrap();
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        route.deliver(&std::fs::read(file.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 0);
}

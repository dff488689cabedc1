//! What docs/security/asvs.md says of the server and no feature's own test shows.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::header;
use serde_json::{Value, json};

use crate::support::{As, PASSWORD, Site, clock, post};

const YEAR_MS: i64 = 365 * 86_400_000;

#[tokio::test]
async fn a_password_does_not_expire() {
    let clock = clock();
    let site = Site::at(&clock);
    site.owner().await;
    clock.advance_ms(10 * YEAR_MS);
    let signed_in = post(&site, "/api/v1/session", json!({"login": "ada", "password": PASSWORD})).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    let cookie = signed_in.cookie();
    assert_eq!(
        site.get(As::Person(&cookie), "/api/v1/connections").await.status,
        200,
        "nor has it to be changed"
    );
}

#[tokio::test]
async fn an_account_is_asked_for_nothing_that_others_could_know_or_guess() {
    let site = Site::new();
    let description = site.get(As::Nobody, "/api/openapi.json").await.body;
    let fields_of = |name: &str| -> Vec<String> {
        let mut found = Vec::new();
        fields(&description, &description["components"]["schemas"][name], &mut found);
        found.sort();
        found
    };
    let account = ["email", "full_name", "password", "password_confirmation", "username"];
    let with = |more: &'static str| {
        let mut all = [account.as_slice(), &[more]].concat();
        all.sort_unstable();
        all
    };
    assert_eq!(fields_of("SignUpRequest"), with("invitation"));
    assert_eq!(fields_of("OwnerRequest"), with("setup_code"));
    assert_eq!(
        fields_of("NewPasswordRequest"),
        ["code", "password", "password_confirmation"],
        "no question is asked"
    );
}

/// The fields of a schema, also those that it takes from another.
fn fields(description: &Value, schema: &Value, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return fields(description, &description["components"]["schemas"][name], found);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fields(description, part, found);
    }
    found.extend(schema["properties"].as_object().into_iter().flat_map(|all| all.keys().cloned()));
}

#[tokio::test]
async fn a_value_counts_only_in_the_place_where_an_action_takes_it_and_once() {
    let site = Site::new();
    let ada = site.owner().await;
    let rename = json!({"full_name": "Ada King"});
    let renamed = site.ask(As::Person(&ada), "PATCH", "/api/v1/me?full_name=Eve", Some(rename)).await;
    assert_eq!((renamed.status, &renamed.body["full_name"]), (200, &json!("Ada King")), "{}", renamed.text);
    let login = json!({"login": "ada", "password": "Wrong1password"});
    let path = format!("/api/v1/session?login=ada&password={PASSWORD}");
    assert_eq!(post(&site, &path, login).await.status, 401, "a password in an address is none");
    let twice = site.get(As::Person(&ada), "/api/v1/audit?limit=1&limit=100").await;
    assert_eq!(twice.status, 400, "{}", twice.text);
    let twice = r#"{"full_name": "Eve", "full_name": "Mallory"}"#;
    let request = axum::http::Request::patch("/api/v1/me").header(header::HOST, "127.0.0.1");
    let request = request.header(header::COOKIE, &ada).header("sec-fetch-site", "same-origin");
    let request = request.header(header::CONTENT_TYPE, "application/json").body(twice.into()).unwrap();
    let refused = site.send(request).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
}

/// Where a subscriber writes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_error_that_nobody_expected_is_in_the_log_and_not_in_the_answer() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let problem = tracing::subscriber::with_default(subscriber, || {
        api::Problem::internal(&std::io::Error::other("the disk is on fire"))
    });
    let told = serde_json::to_string(&problem).unwrap();
    assert!(problem.status == 500 && !told.contains("fire"), "{told}");
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line: Value = serde_json::from_str(logged.trim()).unwrap();
    assert_eq!((&line["level"], &line["fields"]["error"]), (&json!("ERROR"), &json!("the disk is on fire")));
}

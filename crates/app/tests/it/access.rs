//! Who gets in, and who does not.

use std::time::Duration;

use api::Problem;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, header};
use futures_util::StreamExt;
use sandbox::{MerchantName, Running, SOURCE};
use serde_json::json;

use crate::support::{As, PASSWORD, Site, clock, owner, sandbox};

const DAY: i64 = 86_400;

#[tokio::test]
async fn who_has_the_setup_code_becomes_the_owner_and_nobody_after() {
    let site = Site::new();
    let before = site.get(As::Nobody, "/api/v1/setup").await;
    assert_eq!(before.body["needs_owner"], true);
    let cookie = site.owner().await;
    let me = site.get(As::Person(&cookie), "/api/v1/session").await;
    assert_eq!((me.status, me.body["user"]["username"].as_str()), (200, Some("ada")));
    let second = site.ask(As::Nobody, "POST", "/api/v1/setup/owner", Some(owner())).await;
    assert_eq!((second.status, second.code()), (409, "owner_exists"));
    assert_eq!(site.get(As::Nobody, "/api/v1/setup").await.body["needs_owner"], false);
}

#[tokio::test]
async fn the_owner_is_asked_for_the_printed_code_also_on_this_machine() {
    let site = Site::new();
    assert_eq!(site.get(As::Nobody, "/api/v1/setup").await.body["needs_code"], true);
    for wrong in [json!(null), json!("abcd-efgi")] {
        let mut request = owner();
        request["setup_code"] = wrong;
        let answer = site.ask(As::Nobody, "POST", "/api/v1/setup/owner", Some(request)).await;
        assert_eq!((answer.status, answer.code()), (422, "setup_code_wrong"));
    }
    let answer = site.ask(As::Nobody, "POST", "/api/v1/setup/owner", Some(owner())).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[tokio::test]
async fn nothing_is_open_for_coming_from_this_machine() {
    let site = Site::new();
    let cookie = site.owner().await;
    assert_eq!(site.get(As::Nobody, "/metrics").await.status, 401);
    let seen = site.get(As::Person(&cookie), "/metrics").await;
    assert_eq!(seen.status, 200);
    assert!(seen.text.contains("chartsy_http_requests"), "{}", seen.text);
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_told_by_field() {
    let site = Site::new();
    let table = [
        ("full_name", "  "),
        ("email", "ada"),
        ("email", "ada@localhost"),
        ("username", ""),
        ("username", "ada lovelace"),
        ("username", "ada@example.com"),
        ("password", "Short1"),
        ("password", "nouppercase1"),
        ("password", "NOLOWERCASE1"),
        ("password", "NoDigitsHere"),
        ("password_confirmation", "Different1x"),
    ];
    for (field, value) in table {
        let mut request = owner();
        request[field] = json!(value);
        let answer = site.ask(As::Nobody, "POST", "/api/v1/setup/owner", Some(request)).await;
        assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some(field)), "{field} = '{value}'");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    }
    assert_eq!(site.get(As::Nobody, "/api/v1/setup").await.body["needs_owner"], true);
}

#[tokio::test]
async fn a_guessable_password_is_refused_where_the_operator_says_so() {
    let options = api::Options { refuses_guessable_passwords: true, ..api::Options::default() };
    let site = Site::started_with(model::Clock::System, options);
    let with = |password: &str| {
        let mut request = owner();
        (request["password"], request["password_confirmation"]) = (json!(password), json!(password));
        request
    };
    for guessable in ["Password1", "Lovelace1"] {
        let refused = site.ask(As::Nobody, "POST", "/api/v1/setup/owner", Some(with(guessable))).await;
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!("password")), "{guessable}");
    }
    let taken =
        site.ask(As::Nobody, "POST", "/api/v1/setup/owner", Some(with("correct Horse 7 battery"))).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    let cookie = taken.cookie();
    let change = json!({"current_password": "correct Horse 7 battery", "password": "Qwerty123",
        "password_confirmation": "Qwerty123"});
    let refused = site.ask(As::Person(&cookie), "PUT", "/api/v1/me/password", Some(change)).await;
    assert_eq!(refused.body["field"], "password");
}

#[tokio::test]
async fn a_common_password_is_refused_everywhere_although_it_meets_the_rules() {
    let site = Site::new();
    for common in ["Password1", "Qwerty123", "Welcome1", "Summer2026"] {
        let mut request = owner();
        (request["password"], request["password_confirmation"]) = (json!(common), json!(common));
        let refused = site.ask(As::Nobody, "POST", "/api/v1/setup/owner", Some(request)).await;
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!("password")), "{common}");
        assert!(refused.body["title"].as_str().unwrap().contains("too common"), "{}", refused.text);
    }
    site.owner().await;
}

#[tokio::test]
async fn a_session_begins_with_the_password_and_ends_with_signing_out() {
    let site = Site::new();
    site.owner().await;
    for login in ["ada", "ADA", "Ada@Example.com"] {
        let request = json!({"login": login, "password": PASSWORD});
        let answer = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await;
        assert_eq!(answer.status, 201, "{login}");
        let header = answer.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
            assert!(header.contains(attribute), "{header}");
        }
        let cookie = answer.cookie();
        assert_eq!(site.get(As::Person(&cookie), "/api/v1/connections").await.status, 200);
        assert_eq!(site.ask(As::Person(&cookie), "DELETE", "/api/v1/session", None).await.status, 204);
        assert_eq!(site.get(As::Person(&cookie), "/api/v1/connections").await.status, 401);
    }
}

#[tokio::test]
async fn an_unknown_login_looks_like_a_wrong_password() {
    let site = Site::new();
    site.owner().await;
    let mut answers = Vec::new();
    for (login, password) in [("ada", "Wrong1password"), ("nobody", PASSWORD)] {
        let request = json!({"login": login, "password": password});
        let answer = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await;
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
        answers.push((answer.status, answer.text));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, 401);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let clock = clock();
    let site = Site::at(&clock);
    site.owner().await;
    let wrong = json!({"login": "ada", "password": "Wrong1password"});
    for _ in 0..5 {
        let answer = site.ask(As::Nobody, "POST", "/api/v1/session", Some(wrong.clone())).await;
        assert_eq!(answer.status, 401);
    }
    let right = json!({"login": "ada", "password": PASSWORD});
    let answer = site.ask(As::Nobody, "POST", "/api/v1/session", Some(right.clone())).await;
    assert_eq!((answer.status, answer.code()), (429, "too_many_tries"), "even with the right one");
    let wait_s: i64 = answer.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    clock.advance_ms(wait_s * 1000);
    assert_eq!(site.ask(As::Nobody, "POST", "/api/v1/session", Some(right)).await.status, 201);
}

#[tokio::test]
async fn a_session_lasts_thirty_days_from_its_last_use() {
    let clock = clock();
    let site = Site::at(&clock);
    let first = site.owner().await;
    clock.advance_ms(20 * DAY * 1000);
    let renewed = site.get(As::Person(&first), "/api/v1/session").await.cookie();
    clock.advance_ms(20 * DAY * 1000);
    assert_eq!(site.get(As::Person(&first), "/api/v1/session").await.status, 401);
    assert_eq!(site.get(As::Person(&renewed), "/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn a_session_that_is_used_every_day_ends_after_half_a_year() {
    let clock = clock();
    let site = Site::at(&clock);
    let mut cookie = site.owner().await;
    for _ in 0..179 {
        clock.advance_ms((DAY + 1) * 1000);
        cookie = site.get(As::Person(&cookie), "/api/v1/session").await.cookie();
    }
    clock.advance_ms(DAY * 1000);
    assert_eq!(site.get(As::Person(&cookie), "/api/v1/session").await.status, 401);
}

/// A stream that was begun in a session which has ended since, after what there was then; the connection that it is of, and
/// its provider.
async fn left_open(site: &Site) -> (BodyDataStream, String, Running) {
    let ada = site.owner().await;
    let merchant = sandbox(MerchantName::Small, 5).await;
    let id = site.connected(&ada, &merchant).await;
    let request = json!({"login": "ada", "password": PASSWORD});
    let elsewhere = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await.cookie();
    let mut events = site.listen(&elsewhere, &format!("/api/v1/connections/{id}/sync/stream")).await;
    let first = tokio::time::timeout(Duration::from_secs(60), events.next()).await;
    assert!(first.expect("nothing was sent").is_some(), "what there is now");
    assert_eq!(site.ask(As::Person(&elsewhere), "DELETE", "/api/v1/session", None).await.status, 204);
    (events, id, merchant)
}

#[tokio::test]
async fn an_open_stream_ends_with_the_session_that_it_was_begun_in() {
    let site = Site::new();
    let (mut events, id, _merchant) = left_open(&site).await;
    let workspace = site.context.catalog.default_workspace().unwrap().id;
    site.context.runner.sync_once(&workspace, &id.as_str().into()).await.unwrap();
    let next = tokio::time::timeout(Duration::from_secs(60), events.next()).await;
    assert!(next.expect("nothing was sent").is_none(), "nobody is told what is new");
}

#[tokio::test]
async fn an_open_stream_on_which_nothing_happens_ends_with_its_session_too() {
    let site = Site::new();
    let (mut events, _, _merchant) = left_open(&site).await;
    // Waiting takes no time from here on.
    tokio::time::pause();
    let ended = async {
        while let Some(chunk) = events.next().await {
            // A comment keeps the connection open.
            assert!(chunk.unwrap().starts_with(b":"), "nobody is told anything");
        }
    };
    tokio::time::timeout(Duration::from_secs(600), ended).await.expect("it goes on");
}

#[tokio::test]
async fn another_site_cannot_act_for_a_signed_in_person() {
    let site = Site::new();
    let cookie = site.owner().await;
    let post = |name: &str, value: &str, kind: &str| {
        let request = Request::post("/api/v1/tokens").header(header::HOST, "127.0.0.1:8080");
        let request = request.header(header::COOKIE, &cookie).header(header::CONTENT_TYPE, kind);
        request.header(name, value).body(Body::from(r#"{"name":"x"}"#)).unwrap()
    };
    let json = "application/json";
    assert_eq!(site.send(post("sec-fetch-site", "cross-site", json)).await.code(), "cross_site");
    assert_eq!(site.send(post("origin", "https://evil.example", json)).await.code(), "cross_site");
    assert_eq!(
        site.send(post("accept", "*/*", json)).await.code(),
        "cross_site",
        "a cookie alone is not enough"
    );
    assert_eq!(site.send(post("sec-fetch-site", "same-origin", "text/plain")).await.status, 415);
    assert_eq!(site.send(post("sec-fetch-site", "same-origin", json)).await.status, 201);
    assert_eq!(site.send(post("origin", "http://127.0.0.1:8080", json)).await.status, 201);
}

#[tokio::test]
async fn a_name_pointed_at_this_machine_is_not_served() {
    let site = Site::new();
    let request =
        Request::get("/api/v1/setup").header(header::HOST, "evil.example").body(Body::empty()).unwrap();
    assert_eq!(site.send(request).await.status, 421);
}

#[tokio::test]
async fn a_token_opens_the_api_until_it_is_revoked_and_makes_no_others() {
    let site = Site::new();
    let cookie = site.owner().await;
    let made = site.ask(As::Person(&cookie), "POST", "/api/v1/tokens", Some(json!({"name": "ci"}))).await;
    let secret = made.body["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("chtk_"));
    assert_eq!(site.get(As::Program(&secret), "/api/v1/connections").await.status, 200);
    let more = site.ask(As::Program(&secret), "POST", "/api/v1/tokens", Some(json!({"name": "more"}))).await;
    assert_eq!((more.status, more.code()), (403, "person_needed"));
    let listed = site.get(As::Person(&cookie), "/api/v1/tokens").await;
    assert!(!listed.text.contains(&secret), "it is shown once");
    assert!(listed.body["data"][0]["last_used_at"].is_i64());
    let path = format!("/api/v1/tokens/{}", made.body["id"].as_str().unwrap());
    assert_eq!(site.ask(As::Person(&cookie), "DELETE", &path, None).await.status, 204);
    assert_eq!(site.get(As::Program(&secret), "/api/v1/connections").await.status, 401);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = Site::new();
    for path in ["/", "/c/some/page", "/api/v1/setup", "/api/v1/nothing", "/assets/none.js"] {
        let answer = site.get(As::Nobody, path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        if path.starts_with("/api") {
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
        }
    }
    assert_eq!(
        site.get(As::Nobody, "/c/some/page").await.status,
        200,
        "the app's own addresses get its page"
    );
    assert_eq!(site.get(As::Nobody, "/assets/none.js").await.status, 404);
    let nothing = site.get(As::Nobody, "/api/v1/nothing").await;
    assert_eq!((nothing.status, nothing.code()), (404, "not_found"));
}

#[tokio::test]
async fn a_body_that_cannot_be_meant_is_refused_without_repeating_it() {
    let site = Site::new();
    let cookie = site.owner().await;
    let send = |body: &str| {
        let request = Request::post("/api/v1/connections/check").header(header::HOST, "127.0.0.1");
        let request = request.header(header::COOKIE, &cookie).header("sec-fetch-site", "same-origin");
        request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_owned())).unwrap()
    };
    let secret = "sk_live_do_not_repeat";
    let table = [
        (r#"{"source":"#.to_owned(), 400),
        (format!(r#"{{"source":"{SOURCE}","key":["{secret}"]}}"#), 422),
        (format!(r#"{{"source":"{SOURCE}","key":"{secret}!"}}"#), 422),
        (format!(r#"{{"source":"{SOURCE}","key":"pk_live_x","api_base":"{secret}"}}"#), 422),
        (format!(r#"{{"source":"{SOURCE}","key":"{}"}}"#, "x".repeat(1024 * 1024)), 413),
    ];
    for (body, status) in table {
        let answer = site.send(send(&body)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.text.contains("do_not_repeat"), "{}", answer.text);
        assert!(!answer.code().is_empty());
    }
}

#[test]
fn a_problem_is_a_problem_document() {
    let problem = serde_json::to_value(Problem::signed_out()).unwrap();
    assert_eq!((&problem["type"], &problem["status"]), (&json!("about:blank"), &json!(401)));
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_a_problem_too() {
    let site = Site::new();
    let cookie = site.owner().await;
    let wrong = site.ask(As::Person(&cookie), "DELETE", "/api/v1/metrics", None).await;
    assert_eq!((wrong.status, wrong.code()), (405, "wrong_method"), "{}", wrong.text);
}

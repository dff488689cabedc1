//! What somebody tries who wants in, or wants more than they may have. docs/security/asvs.md names these tests.

use api::access::password::counting_hashes;
use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use futures_util::StreamExt;
use model::Role;
use sandbox::{MerchantName, SOURCE};
use serde_json::{Value, json};

use crate::isolation::operations;
use crate::support::{Answer, As, KEY, PASSWORD, Site, account, clock, post, sandbox};

const HOST: &str = "127.0.0.1:8080";

/// What an answer says, and the work that its time depends on.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    status: u16,
    text: String,
    hashes: u32,
    mails: usize,
    writes: u64,
}

async fn cost(site: &Site, path: &str, request: Value) -> Cost {
    cost_of(site, || post(site, path, request)).await
}

async fn cost_of<F: Future<Output = Answer>>(site: &Site, ask: impl FnOnce() -> F) -> Cost {
    let (mails, writes) = (site.mails().len(), site.context.catalog.commits());
    let (mut answer, hashes) = counting_hashes(ask()).await;
    let writes = site.context.catalog.commits() - writes;
    if let Some(correction) = answer.body["correction"].as_str() {
        // Random, of one length.
        answer.text = answer.text.replace(correction, &"x".repeat(correction.len()));
    }
    Cost { status: answer.status, text: answer.text, hashes, mails: site.mails().len() - mails, writes }
}

#[tokio::test]
async fn an_unknown_login_costs_as_much_as_a_wrong_password() {
    let site = Site::open_to_everybody(&clock());
    site.owner().await;
    post(&site, "/api/v1/sign-up", account("bob", "bob@example.com")).await;
    let mut costs = Vec::new();
    for (login, password) in [("ada", "Wrong1password"), ("nobody", PASSWORD), ("bob", PASSWORD)] {
        let before = site.context.catalog.revision().unwrap();
        let cost = cost(&site, "/api/v1/session", json!({"login": login, "password": password})).await;
        costs.push((cost, site.context.catalog.revision().unwrap() != before));
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0], costs[2], "whoever has not confirmed their address has no account yet");
    assert_eq!((costs[0].0.status, costs[0].0.hashes), (401, 1));
}

#[tokio::test]
async fn an_address_with_an_account_costs_as_much_as_one_without() {
    let site = Site::open_to_everybody(&clock());
    site.owner().await;
    let known = cost(&site, "/api/v1/sign-up", account("bob", "ada@example.com")).await;
    let unknown = cost(&site, "/api/v1/sign-up", account("eve", "eve@example.com")).await;
    assert_eq!(known, unknown);
    assert_eq!((known.status, known.hashes, known.mails), (202, 1, 1));

    let known = cost(&site, "/api/v1/password-reset", json!({"email": "ada@example.com"})).await;
    let unknown = cost(&site, "/api/v1/password-reset", json!({"email": "nobody@example.com"})).await;
    assert_eq!(known, unknown);
    assert_eq!((known.status, known.hashes, known.mails), (202, 0, 1));
}

#[tokio::test]
async fn nor_do_invitations_resending_and_a_change_of_address_tell_by_their_time() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    let ada = site.owner().await;
    site.owner_of_another_workspace().await;
    let invite = Some(json!({"role": "viewer"}));
    let code = site.ask(As::Person(&ada), "POST", "/api/v1/invitations", invite).await.body["code"].clone();
    let mut costs = Vec::new();
    for (name, email) in [("bob", "eve@example.com"), ("carol", "carol@example.com")] {
        let mut request = account(name, email);
        request["invitation"] = code.clone();
        costs.push(cost(&site, "/api/v1/sign-up", request).await);
    }
    let signed_up = post(&site, "/api/v1/sign-up", account("dave", "dave@example.com")).await;
    assert_eq!(costs[0], costs[1]);
    assert_eq!((costs[0].status, costs[0].hashes, costs[0].mails), (202, 1, 1));

    let again = |email: &str| cost(&site, "/api/v1/sign-up/resend", json!({"email": email}));
    let (waiting, nobody) = (again("carol@example.com").await, again("nobody@example.com").await);
    assert_eq!((waiting.status, waiting.writes), (nobody.status, nobody.writes));
    assert_eq!((waiting.mails, nobody.mails), (1, 0), "who doesn't wait for one gets none");

    let correct = |email: &str| {
        let request = json!({"correction": signed_up.body["correction"], "email": email});
        cost(&site, "/api/v1/sign-up/correct-address", request)
    };
    let (taken, free) = (correct("eve@example.com").await, correct("bob@example.org").await);
    assert_eq!(taken, free);

    let change = |email: &str| {
        let request = json!({"email": email, "current_password": PASSWORD});
        let (site, ada) = (&site, &ada);
        cost_of(site, move || site.ask(As::Person(ada), "POST", "/api/v1/me/email", Some(request)))
    };
    let (taken, free) = (change("eve@example.com").await, change("ada@example.org").await);
    assert_eq!(taken, free);
    assert_eq!((taken.status, taken.mails), (202, 1));
}

#[tokio::test]
async fn guessing_the_code_of_an_app_is_slowed_down() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    crate::second_factor::turn_on(&site, &ada).await;
    let guess = json!({"login": "ada", "password": PASSWORD, "code": "0000-0000-0000-0000"});
    for _ in 0..5 {
        assert_eq!(post(&site, "/api/v1/session", guess.clone()).await.code(), "code_wrong");
    }
    assert_eq!(post(&site, "/api/v1/session", guess).await.code(), "too_many_tries");
}

#[tokio::test]
async fn guessing_the_password_of_somebody_who_is_signed_in_is_slowed_down() {
    let site = Site::at(&clock());
    let ada = site.owner().await;
    let request = json!({"current_password": "Wrong1password", "password": "Another1horse",
        "password_confirmation": "Another1horse"});
    let guess = || site.ask(As::Person(&ada), "PUT", "/api/v1/me/password", Some(request.clone()));
    for _ in 0..5 {
        assert_eq!(guess().await.body["field"], "current_password");
    }
    assert_eq!(guess().await.code(), "too_many_tries");
}

#[tokio::test]
async fn guessing_the_setup_code_is_slowed_down() {
    let site = Site::at(&clock());
    let mut request = crate::support::owner();
    request["setup_code"] = json!("0000-0000");
    for _ in 0..5 {
        assert_eq!(post(&site, "/api/v1/setup/owner", request.clone()).await.code(), "setup_code_wrong");
    }
    assert_eq!(post(&site, "/api/v1/setup/owner", request).await.code(), "too_many_tries");
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_browser_had() {
    let site = Site::new();
    let former = site.owner().await;
    let request = json!({"login": "ada", "password": PASSWORD});
    let answer = site.ask(As::Person(&former), "POST", "/api/v1/session", Some(request)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(site.get(As::Person(&former), "/api/v1/session").await.status, 401);
    assert_eq!(site.get(As::Person(&answer.cookie()), "/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn every_cookie_is_for_this_host_alone_and_encrypted_connections() {
    let site = Site::open_at(&clock(), Some("https://chartsy.example.com"));
    let made = post(&site, "/api/v1/setup/owner", crate::support::owner()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let cookies: Vec<&str> =
        made.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

#[tokio::test]
async fn nothing_that_changes_something_can_be_sent_by_another_site() {
    let site = Site::at(&clock());
    let ada = site.owner().await;
    let before = site.context.catalog.revision().unwrap();
    let senders = [
        Some(("sec-fetch-site", "cross-site")),
        Some(("sec-fetch-site", "same-site")),
        Some(("origin", "https://evil.example")),
        Some(("origin", "null")),
        None,
    ];
    let changing: Vec<_> = operations("conn_1").into_iter().filter(|one| one.method != "GET").collect();
    assert!(changing.len() >= 40, "{changing:?}");
    for one in changing {
        for sender in senders {
            let mut request = Request::builder().method(one.method.as_str()).uri(&one.path);
            request = request.header(header::HOST, HOST).header(header::COOKIE, &ada);
            if let Some((name, value)) = sender {
                request = request.header(name, value);
            }
            let answer = site.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!((answer.status, answer.code()), (403, "cross_site"), "{one:?} {sender:?}");
        }
    }
    assert_eq!(site.context.catalog.revision().unwrap(), before);
}

#[tokio::test]
async fn reading_changes_nothing() {
    let site = Site::at(&clock());
    let ada = site.owner().await;
    site.get(As::Person(&ada), "/api/v1/session").await;
    let before = site.context.catalog.revision().unwrap();
    for one in operations("conn_1").into_iter().filter(|one| one.method == "GET") {
        site.get(As::Person(&ada), &one.path).await;
        assert_eq!(site.context.catalog.revision().unwrap(), before, "{one:?}");
    }
}

/// An answer of every kind that there is, also to what is refused before any handler sees it.
async fn answers(site: &Site, cookie: &str) -> Vec<(String, Answer)> {
    let mut found = Vec::new();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/c/some/page"),
        ("GET", "/assets/none.js"),
        ("POST", "/"),
        ("TRACE", "/"),
        ("OPTIONS", "/api/v1/session"),
        ("GET", "/api/v1/session"),
        ("GET", "/api/v1/setup"),
        ("GET", "/api/v1/nothing"),
        ("PUT", "/api/v1/session"),
        ("GET", "/api/openapi.json"),
        ("GET", "/enter/x"),
        ("POST", "/webhooks/x/y"),
        ("GET", "/healthz"),
        ("GET", "/metrics"),
    ] {
        found.push((format!("{method} {path}"), site.ask(As::Person(cookie), method, path, None).await));
    }
    let strange = Request::get("/").header(header::HOST, "evil.example").body(Body::empty()).unwrap();
    found.push(("another host".to_owned(), site.send(strange).await));
    let from_elsewhere =
        Request::get("/api/v1/session").header(header::HOST, HOST).header("origin", "https://evil.example");
    let from_elsewhere = from_elsewhere.header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    found.push(("another origin".to_owned(), site.send(from_elsewhere).await));
    found
}

#[tokio::test]
async fn no_answer_can_be_framed_sniffed_or_read_by_another_site() {
    let site = Site::new();
    let ada = site.owner().await;
    for (of, answer) in answers(&site, &ada).await {
        let text = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
        let policy = text("content-security-policy").unwrap_or_default();
        for part in ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{of}: {policy}");
        }
        assert_eq!(text("x-frame-options"), Some("DENY"), "{of}");
        assert_eq!(text("x-content-type-options"), Some("nosniff"), "{of}");
        assert_eq!(text("referrer-policy"), Some("same-origin"), "{of}");
        assert_eq!(text("cross-origin-opener-policy"), Some("same-origin"), "{of}");
        assert_eq!(text("access-control-allow-origin"), None, "{of}");
        if !answer.text.is_empty() {
            let kind = text("content-type").unwrap_or_else(|| panic!("{of} doesn't say what it is"));
            assert!(!kind.starts_with("text/") || kind.ends_with("charset=utf-8"), "{of}: {kind}");
        }
    }
}

#[tokio::test]
async fn what_is_too_large_or_not_one_of_the_values_is_said_with_what_would_be_right() {
    let site = Site::new();
    let ada = site.owner().await;
    let boss = json!({"role": "boss"});
    let wrong = site.ask(As::Person(&ada), "POST", "/api/v1/invitations", Some(boss)).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        wrong.body["detail"],
        "role: expected one of `owner`, `admin`, `billing_admin`, `member`, `viewer`"
    );
    let large = json!({"text": "x".repeat(1024 * 1024)});
    let large = site.ask(As::Person(&ada), "POST", "/api/v1/feedback", Some(large)).await;
    assert_eq!((large.status, &large.body["title"]), (413, &json!("the request body is larger than 1 MiB")));
}

#[tokio::test]
async fn where_the_public_address_is_encrypted_browsers_are_told_to_stay_there() {
    let site = Site::open_at(&clock(), Some("https://chartsy.example.com"));
    for (host, is_told) in
        [("chartsy.example.com", true), ("chartsy.example.com:443", true), ("10.0.0.7:8080", false)]
    {
        let request = Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap();
        let answer = site.send(request).await;
        assert_eq!(answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY), is_told, "{host}");
    }
    let site = Site::open_at(&clock(), Some("http://chartsy.example.com"));
    let request = Request::get("/").header(header::HOST, "chartsy.example.com").body(Body::empty()).unwrap();
    assert!(!site.send(request).await.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
}

#[tokio::test]
async fn a_request_is_not_repeated_to_whoever_sent_it() {
    let site = Site::new();
    let ada = site.owner().await;
    for path in ["/", "/api/v1/session", "/healthz", "/enter/x"] {
        let answer = site.ask(As::Person(&ada), "TRACE", path, None).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(!answer.text.contains("chartsy_session"), "{path}");
    }
}

#[tokio::test]
async fn no_address_leads_to_another_site_or_out_of_the_pages() {
    let site = Site::new();
    for path in [
        "//evil.example",
        "//evil.example/%2e%2e",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/login?next=https://evil.example",
        "/enter/https:%2f%2fevil.example",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../Cargo.toml",
        "/assets/%2e%2e%2f%2e%2e%2fchartsy.db",
    ] {
        let answer = site.get(As::Nobody, path).await;
        assert!(!answer.headers.contains_key(header::LOCATION), "{path}");
        assert!(matches!(answer.status, 200 | 404), "{path}: {}", answer.status);
        let is_page = answer.text.contains("<!doctype html>");
        assert!(answer.status == 404 || is_page, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn no_header_decides_where_links_lead() {
    let site = Site::open_at(&clock(), Some("https://chartsy.example.com"));
    assert_eq!(post(&site, "/api/v1/setup/owner", crate::support::owner()).await.status, 201);
    let request = Request::post("/api/v1/password-reset").header(header::HOST, "evil.example");
    let request = request
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-for", "192.0.2.1")
        .header("forwarded", "host=evil.example;proto=http")
        .header("x-original-url", "https://evil.example/")
        .header(header::CONTENT_TYPE, "application/json");
    let body = Body::from(json!({"email": "ada@example.com"}).to_string());
    assert_eq!(site.send(request.body(body).unwrap()).await.status, 202);
    let (_, _, text) = site.mails().pop().unwrap();
    assert!(text.contains("https://chartsy.example.com/reset-password#"), "{text}");
    assert!(!text.contains("evil.example"), "{text}");
}

#[tokio::test]
async fn only_web_addresses_are_requested() {
    let site = Site::new();
    let ada = site.owner().await;
    for base in [
        "file:///etc/passwd",
        "gopher://127.0.0.1:25/",
        "ftp://127.0.0.1/",
        "data:text/plain,x",
        "javascript:alert(1)",
        "http://user:password@127.0.0.1/",
        "//127.0.0.1/",
    ] {
        for path in ["/api/v1/connections/check", "/api/v1/connections"] {
            let request = json!({"source": SOURCE, "key": KEY, "api_base": base});
            let answer = site.ask(As::Person(&ada), "POST", path, Some(request)).await;
            assert_eq!((answer.status, &answer.body["field"]), (422, &json!("api_base")), "{base}");
        }
    }
}

#[tokio::test]
async fn fields_that_an_action_does_not_take_change_nothing() {
    let site = Site::new();
    let ada = site.owner().await;
    let request = json!({"full_name": "Ada King", "email": "eve@example.com", "username": "eve", "id": "user_1",
        "role": "viewer", "locked_at": 1, "is_email_confirmed": false});
    let renamed = site.ask(As::Person(&ada), "PATCH", "/api/v1/me", Some(request)).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    let me = site.get(As::Person(&ada), "/api/v1/session").await.body;
    assert_eq!(me["user"]["full_name"], "Ada King");
    assert_eq!(
        (&me["user"]["email"], &me["user"]["username"]),
        (&json!("ada@example.com"), &json!("ada")),
        "nothing else"
    );
    assert_eq!(me["workspace"]["role"], "owner");
}

#[tokio::test]
async fn quotes_and_operators_in_a_request_are_text() {
    let site = Site::new();
    let ada = site.owner().await;
    let merchant = sandbox(MerchantName::Generated, 5).await;
    let id = site.connected(&ada, &merchant).await;
    let below = format!("/api/v1/connections/{id}");
    let all = site.get(As::Person(&ada), &format!("{below}/customers")).await.body;
    assert_eq!(all["data"].as_array().unwrap().len(), 5);
    let always_true = "%27%20OR%20%271%27=%271";
    let found = site.get(As::Person(&ada), &format!("{below}/customers?q={always_true}")).await;
    assert_eq!((found.status, &found.body["data"]), (200, &json!([])), "{}", found.text);
    for path in [
        format!("{below}/customers/x{always_true}"),
        format!("/api/v1/connections/x{always_true}"),
        format!("/api/v1/connections/{id}%27--/summary"),
    ] {
        assert_eq!(site.get(As::Person(&ada), &path).await.status, 404, "{path}");
    }
    let request = json!({"login": "ada' --", "password": PASSWORD});
    assert_eq!(post(&site, "/api/v1/session", request).await.code(), "login_wrong");
}

#[tokio::test]
async fn a_request_whose_rest_was_held_back_is_judged_when_it_is_all_there() {
    let site = Site::new();
    let owner = site.owner().await;
    let member = site.member(&owner, Role::Admin).await;
    let (release, held) = tokio::sync::oneshot::channel::<()>();
    let whole = json!({ "name": "Late", "scope": "manage" }).to_string();
    let (first, rest) = whole.split_at(3);
    let (first, rest) = (Bytes::from(first.to_owned()), Bytes::from(rest.to_owned()));
    let held_back = futures_util::stream::once(async { Ok::<_, std::convert::Infallible>(first) }).chain(
        futures_util::stream::once(async {
            held.await.unwrap();
            Ok(rest)
        }),
    );
    let request = Request::post("/api/v1/tokens")
        .header(header::HOST, HOST)
        .header(header::COOKIE, &member)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/json");
    let held_back = site.send(request.body(Body::from_stream(held_back)).unwrap());
    let meanwhile = async {
        tokio::task::yield_now().await;
        let left = site.ask(As::Person(&member), "POST", "/api/v1/workspace/leave", None).await;
        assert_eq!(left.status, 204, "{}", left.text);
        release.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(held_back, meanwhile);
    assert!(matches!(answer.status, 401 | 403 | 404), "{} {}", answer.status, answer.text);
    let tokens = site.get(As::Person(&owner), "/api/v1/tokens").await;
    assert_eq!(tokens.body["data"].as_array().map(Vec::len), Some(0), "{}", tokens.text);
}

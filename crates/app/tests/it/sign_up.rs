//! Accounts that people create for themselves, and passwords that they forget.

use serde_json::{Value, json};

use crate::support::{Answer, As, PASSWORD, Site, account, clock, post};

const MINUTE_MS: i64 = 60_000;

async fn sign_in(site: &Site, login: &str, password: &str) -> Answer {
    post(site, "/api/v1/session", json!({"login": login, "password": password})).await
}

#[tokio::test]
async fn an_account_of_ones_own_begins_with_the_confirmed_address() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    let answer = post(&site, "/api/v1/sign-up", account("bob", "bob@example.com")).await;
    assert_eq!((answer.status, &answer.body), (202, &json!({"delivery": "mail"})));
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(sign_in(&site, "bob", PASSWORD).await.code(), "email_unconfirmed");
    assert_eq!(sign_in(&site, "bob", "Wrong1password").await.code(), "login_wrong");

    let code = site.mailed_code("confirm_address", "bob@example.com");
    let wrong = json!({"code": code, "password": "Wrong1password"});
    let wrong = post(&site, "/api/v1/sign-up/confirm", wrong).await;
    assert_eq!(wrong.code(), "password_wrong", "somebody else may have signed up with this address");
    let code = json!({"code": code, "password": PASSWORD});
    let confirmed = post(&site, "/api/v1/sign-up/confirm", code.clone()).await;
    assert_eq!(confirmed.status, 201, "{}", confirmed.text);
    assert_eq!(confirmed.body["workspace"]["name"], "Bob Builder’s workspace");
    assert_eq!(confirmed.body["workspace"]["role"], "owner");
    assert_eq!(post(&site, "/api/v1/sign-up/confirm", code).await.code(), "link_ended", "each works once");
    assert_eq!(sign_in(&site, "bob", PASSWORD).await.status, 201);
}

#[tokio::test]
async fn signing_up_does_not_tell_whether_an_address_has_an_account() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    let unknown = post(&site, "/api/v1/sign-up", account("bob", "bob@example.com")).await;
    let known = post(&site, "/api/v1/sign-up", account("ada2", "ada@example.com")).await;
    assert_eq!((unknown.status, unknown.text), (known.status, known.text));
    let kinds: Vec<_> = site.mails().into_iter().map(|(kind, to, _)| (kind, to)).collect();
    let expected = [("confirm_address", "bob@example.com"), ("already_registered", "ada@example.com")];
    assert_eq!(kinds, expected.map(|(kind, to)| (kind.to_owned(), to.to_owned())));
    for name in ["bob", "ada2"] {
        assert_eq!(sign_in(&site, name, PASSWORD).await.code(), "email_unconfirmed", "{name}");
    }
}

async fn link_invitation(site: &Site, ada: &str) -> Value {
    let request = json!({"role": "viewer"});
    let invited = site.ask(As::Person(ada), "POST", "/api/v1/invitations", Some(request)).await;
    assert_eq!(invited.status, 201, "{}", invited.text);
    invited.body["code"].clone()
}

fn invited(name: &str, email: &str, code: &Value) -> Value {
    let mut request = account(name, email);
    request["invitation"] = code.clone();
    request
}

#[tokio::test]
async fn the_link_of_an_invitation_does_not_tell_either() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    let ada = site.owner().await;
    site.owner_of_another_workspace().await;
    let code = link_invitation(&site, &ada).await;
    let known = post(&site, "/api/v1/sign-up", invited("bob1", "eve@example.com", &code)).await;
    let unknown = post(&site, "/api/v1/sign-up", invited("bob2", "bob@example.com", &code)).await;
    assert_eq!((known.status, &known.text), (202, &unknown.text));
    assert_eq!((unknown.status, unknown.text.as_str()), (202, r#"{"delivery":"mail"}"#));
    for name in ["bob1", "bob2"] {
        assert_eq!(sign_in(&site, name, PASSWORD).await.code(), "email_unconfirmed", "{name}");
    }
    let (_, _, told) = site.mails().into_iter().find(|mail| mail.0 == "already_registered").unwrap();
    assert!(told.contains("sign in with that account to accept the invitation"), "{told}");
    assert!(told.contains(&format!("/invitation#{}", code.as_str().unwrap())), "{told}");
    let mut wait = 0;
    for number in 0..40 {
        let request = invited(&format!("x{number}"), "eve@example.com", &code);
        wait += i32::from(post(&site, "/api/v1/sign-up", request).await.status == 429);
    }
    assert!(wait >= 35, "and it is limited: {wait}");

    // Whoever confirms their address first joins, and nobody else by the same link.
    let confirm = |code: String| {
        let request = json!({"code": code, "password": PASSWORD});
        let site = &site;
        async move { post(site, "/api/v1/sign-up/confirm", request).await }
    };
    post(&site, "/api/v1/sign-up", invited("carol", "carol@example.com", &code)).await;
    clock.advance_ms(15 * MINUTE_MS);
    post(&site, "/api/v1/sign-up", invited("carol", "carol@example.com", &code)).await;
    let bob = confirm(site.mailed_code("confirm_address", "bob@example.com")).await;
    assert_eq!((bob.status, &bob.body["workspace"]["role"]), (201, &json!("viewer")), "{}", bob.text);
    let joined = site.get(As::Person(&ada), "/api/v1/audit?action=member.joined").await.body;
    assert_eq!(joined["data"][0]["actor_name"], "bob2");
    let carol = confirm(site.mailed_code("confirm_address", "carol@example.com")).await;
    assert_eq!(
        (carol.status, &carol.body["workspaces"]),
        (201, &json!([])),
        "no more than she was invited to"
    );
}

#[tokio::test]
async fn an_invitation_that_was_mailed_is_proof_enough() {
    let site = Site::open_to_everybody(&clock());
    let ada = site.owner().await;
    let request = json!({"role": "member", "email": "bob@example.com"});
    site.ask(As::Person(&ada), "POST", "/api/v1/invitations", Some(request)).await;
    let code = json!(site.mailed_code("invitation", "bob@example.com"));
    let other = post(&site, "/api/v1/sign-up", invited("eve", "ada@example.com", &code)).await;
    assert_eq!(other.code(), "invitation_for_other", "whether that address has an account or not");
    let joined = post(&site, "/api/v1/sign-up", invited("bob", "bob@example.com", &code)).await;
    assert_eq!(joined.status, 201, "{}", joined.text);
}

#[tokio::test]
async fn a_mail_is_sent_again_once_a_minute_however_many_ask_at_once() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    post(&site, "/api/v1/sign-up", account("bob", "bob@example.com")).await;
    let again = || post(&site, "/api/v1/sign-up/resend", json!({"email": "bob@example.com"}));
    let all = tokio::join!(again(), again(), again(), again());
    let mut statuses = [all.0.status, all.1.status, all.2.status, all.3.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 429, 429, 429]);
    let refused = again().await;
    assert_eq!(refused.headers["retry-after"], "60");
    assert_eq!(refused.body["title"], "too many emails were requested for this address or from your network");
    assert_eq!(refused.body["action"], "try again in 60 seconds");
    clock.advance_ms(59_000);
    assert_eq!(again().await.body["action"], "try again in 1 second");
    clock.advance_ms(1_000);
    assert_eq!(again().await.status, 202);
}

#[tokio::test]
async fn a_mail_that_did_not_arrive_is_sent_again_also_to_another_address() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    post(&site, "/api/v1/sign-up", account("bob", "bob@exmaple.com")).await;
    let first = site.mailed_code("confirm_address", "bob@exmaple.com");
    let request = json!({"email": "bob@exmaple.com"});
    assert_eq!(post(&site, "/api/v1/sign-up/resend", request).await.status, 202);
    assert_ne!(site.mailed_code("confirm_address", "bob@exmaple.com"), first);

    let wrong = json!({"login": "bob", "password": "Wrong1password", "email": "bob@example.com"});
    assert_eq!(post(&site, "/api/v1/sign-up/correct-address", wrong).await.code(), "login_wrong");
    let second = site.mailed_code("confirm_address", "bob@exmaple.com");
    let right = json!({"login": "bob", "password": PASSWORD, "email": "bob@example.com"});
    assert_eq!(post(&site, "/api/v1/sign-up/correct-address", right.clone()).await.status, 202);
    for old in [first, second] {
        let ended = post(&site, "/api/v1/sign-up/confirm", json!({"code": old, "password": PASSWORD})).await;
        assert_eq!(ended.code(), "link_ended", "it went to an address that is not theirs");
    }
    let code = json!({"code": site.mailed_code("confirm_address", "bob@example.com"), "password": PASSWORD});
    assert_eq!(post(&site, "/api/v1/sign-up/confirm", code).await.status, 201);
    let late = post(&site, "/api/v1/sign-up/correct-address", right).await;
    assert_eq!(late.code(), "login_wrong", "a confirmed address is not changed this way");
}

#[tokio::test]
async fn mails_to_one_address_cannot_be_asked_for_without_end() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(post(&site, "/api/v1/password-reset", json!({"email": "ada@example.com"})).await.status);
    }
    assert_eq!(answers, [202, 202, 202, 202, 202, 429]);
}

#[tokio::test]
async fn an_address_that_is_never_confirmed_is_free_again_after_a_week() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    post(&site, "/api/v1/sign-up", account("bob", "bob@example.com")).await;
    let taken = post(&site, "/api/v1/sign-up", account("bob", "other@example.com")).await;
    assert_eq!((taken.status, taken.code()), (409, "name_taken"));
    clock.advance_ms(7 * 1440 * MINUTE_MS + 1000);
    let again = post(&site, "/api/v1/sign-up", account("bob", "other@example.com")).await;
    assert_eq!(again.status, 202, "{}", again.text);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_whoever_reads_the_mail() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    let ada = site.owner().await;
    let known = post(&site, "/api/v1/password-reset", json!({"email": "ADA@example.com"})).await;
    let unknown = post(&site, "/api/v1/password-reset", json!({"email": "nobody@example.com"})).await;
    assert_eq!((known.status, known.text), (unknown.status, unknown.text), "the page tells nobody");
    assert!(site.mails().iter().any(|mail| mail.0 == "no_account" && mail.1 == "nobody@example.com"));

    let code = site.mailed_code("reset_password", "ada@example.com");
    let finish = |code: &str, password: &str| {
        let request = json!({"code": code, "password": password, "password_confirmation": password});
        let site = &site;
        async move { post(site, "/api/v1/password-reset/finish", request).await }
    };
    assert_eq!(finish("guessed", "Another1horse").await.code(), "link_ended");
    assert_eq!(finish(&code, "weak").await.body["field"], "password", "the link is still good");
    let done = finish(&code, "Another1horse").await;
    assert_eq!(done.status, 204, "{}", done.text);
    assert_eq!(site.get(As::Person(&ada), "/api/v1/session").await.status, 401, "every session ended");
    assert_eq!(sign_in(&site, "ada", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&site, "ada", "Another1horse").await.status, 201);
    assert_eq!(finish(&code, "Third1horse").await.code(), "link_ended");
    assert!(site.mails().iter().any(|mail| mail.0 == "password_changed"));
}

#[tokio::test]
async fn a_link_to_choose_a_password_works_for_an_hour() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    post(&site, "/api/v1/password-reset", json!({"email": "ada@example.com"})).await;
    let code = site.mailed_code("reset_password", "ada@example.com");
    clock.advance_ms(60 * MINUTE_MS);
    let request =
        json!({"code": code, "password": "Another1horse", "password_confirmation": "Another1horse"});
    assert_eq!(post(&site, "/api/v1/password-reset/finish", request).await.code(), "link_ended");
}

#[tokio::test]
async fn links_lead_to_this_server_whatever_a_request_says_of_its_host() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    post(&site, "/api/v1/password-reset", json!({"email": "ada@example.com"})).await;
    let (_, _, text) = site.mails().pop().unwrap();
    assert!(text.contains("http://127.0.0.1:8080/reset-password#"), "{text}");
}

#[tokio::test]
async fn somebody_who_is_invited_by_address_gets_the_link_by_mail() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    let ada = site.owner().await;
    let request = json!({"role": "member", "email": "bob@example.com"});
    let invited = site.ask(As::Person(&ada), "POST", "/api/v1/invitations", Some(request)).await;
    assert_eq!((&invited.body["delivery"], &invited.body["code"]), (&json!("mail"), &Value::Null));
    let mut request = account("bob", "bob@example.com");
    request["invitation"] = json!(site.mailed_code("invitation", "bob@example.com"));
    let joined = post(&site, "/api/v1/sign-up", request).await;
    assert_eq!((joined.status, &joined.body["workspace"]["role"]), (201, &json!("member")));
}

#[tokio::test]
async fn a_server_without_an_owner_takes_no_other_accounts() {
    let site = Site::open_to_everybody(&clock());
    let answer = post(&site, "/api/v1/sign-up", account("eve", "eve@example.com")).await;
    assert_eq!((answer.status, answer.code()), (403, "no_owner"));
    site.owner().await;
}

#[tokio::test]
async fn a_reset_by_mail_ends_what_somebody_else_set_up_for_the_address() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    let ada = site.owner().await;
    // By a link that anybody may have, with an address that is not theirs, while the server could not send mail.
    let code = link_invitation(&site, &ada).await;
    let hash = api::access::password::hash(model::Secret::new(PASSWORD)).await.unwrap();
    let new = store::NewUser {
        full_name: "Eve".to_owned(),
        email: "bob@example.com".to_owned(),
        username: "eve".to_owned(),
        password_hash: Some(model::Secret::new(hash)),
        is_email_confirmed: false,
    };
    let code = api::access::credential::hash(code.as_str().unwrap());
    site.context.catalog.create_user_by_invitation(&code, &new, site.context.clock.now()).unwrap();
    let eve = sign_in(&site, "eve", PASSWORD).await.cookie();
    assert_eq!(sign_in(&site, "eve", PASSWORD).await.status, 201, "those who invited them know them");
    let eve = crate::people::turn_on(&site, &eve).await;

    post(&site, "/api/v1/password-reset", json!({"email": "bob@example.com"})).await;
    let code = site.mailed_code("reset_password", "bob@example.com");
    let request =
        json!({"code": code, "password": "Another1horse", "password_confirmation": "Another1horse"});
    assert_eq!(post(&site, "/api/v1/password-reset/finish", request).await.status, 204);
    assert_eq!(sign_in(&site, "bob@example.com", "Another1horse").await.status, 201);
    assert_eq!(site.get(As::Person(&eve), "/api/v1/session").await.status, 401);
}

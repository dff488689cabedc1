//! Accounts that people create for themselves, and passwords that they forget.

use api::access::throttle::Place;
use model::ManualClock;
use serde_json::{Value, json};

use crate::support::{Answer, As, PASSWORD, Site, account, clock, post, post_from};

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
    assert_eq!((answer.status, &answer.body["delivery"]), (202, &json!("mail")));
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(sign_in(&site, "bob", PASSWORD).await.code(), "login_wrong", "not before it is confirmed");

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

/// By a stranger, for an account that they create with somebody's address.
const CHOSEN: &str = "Another1horse";

/// All that somebody who knows only an address can learn of it, after they signed up with it under a name.
async fn learnt_of(
    site: &Site,
    clock: &ManualClock,
    (name, email): (&str, &str),
    signed_up: Answer,
) -> Vec<(u16, String)> {
    assert_eq!((signed_up.status, &signed_up.body["delivery"]), (202, &json!("mail")));
    let correction = &signed_up.body["correction"];
    let mut answers = Vec::new();
    for (login, password) in
        [(name, CHOSEN), (email, CHOSEN), (name, "Wrong1password"), (email, "Wrong1password")]
    {
        answers.push(sign_in(site, login, password).await);
    }
    let correct = |to: &str| {
        let request = json!({"correction": correction, "email": to});
        async move { post(site, "/api/v1/sign-up/correct-address", request).await }
    };
    answers.push(correct(email).await);
    // At an address of theirs, where they got a link before.
    let own = format!("{name}@example.net");
    answers.push(correct(&own).await);
    let code = site.mailed_code("confirm_address", &own);
    clock.advance_ms(MINUTE_MS);
    answers.push(correct(email).await);
    answers.push(post(site, "/api/v1/sign-up/confirm", json!({"code": code, "password": CHOSEN})).await);
    answers.push(sign_in(site, email, CHOSEN).await);
    answers.push(post(site, "/api/v1/password-reset", json!({"email": email})).await);
    answers.into_iter().map(|answer| (answer.status, answer.text)).collect()
}

#[tokio::test]
async fn signing_up_does_not_tell_whether_an_address_has_an_account() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    let mut learnt = Vec::new();
    for (name, email) in [("bob", "bob@example.com"), ("eve", "ada@example.com")] {
        let mut request = account(name, email);
        (request["password"], request["password_confirmation"]) = (json!(CHOSEN), json!(CHOSEN));
        let signed_up = post(&site, "/api/v1/sign-up", request).await;
        let kind = site.mails().pop().map(|(kind, to, _)| (kind, to)).unwrap();
        let expected = if name == "bob" { "confirm_address" } else { "already_registered" };
        assert_eq!(kind, (expected.to_owned(), email.to_owned()), "only its owner learns it");
        learnt.push(learnt_of(&site, &clock, (name, email), signed_up).await);
        clock.advance_ms(60 * MINUTE_MS);
    }
    assert_eq!(learnt[0], learnt[1]);
    let statuses: Vec<u16> = learnt[0].iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 202, 202, 202, 410, 401, 202]);
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
    for answer in [known, unknown] {
        let fields: Vec<&str> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!((answer.status, fields), (202, vec!["correction", "delivery"]));
        assert_eq!(answer.body["delivery"], "mail");
    }
    for login in ["bob1", "bob2", "bob@example.com"] {
        assert_eq!(sign_in(&site, login, PASSWORD).await.code(), "login_wrong", "{login}");
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
    let signed_up = post(&site, "/api/v1/sign-up", account("bob", "bob@exmaple.com")).await;
    let first = site.mailed_code("confirm_address", "bob@exmaple.com");
    let request = json!({"email": "bob@exmaple.com"});
    assert_eq!(post(&site, "/api/v1/sign-up/resend", request).await.status, 202);
    assert_ne!(site.mailed_code("confirm_address", "bob@exmaple.com"), first);

    let wrong = json!({"correction": "guessed", "email": "bob@example.com"});
    assert_eq!(post(&site, "/api/v1/sign-up/correct-address", wrong).await.code(), "correction_ended");
    let second = site.mailed_code("confirm_address", "bob@exmaple.com");
    let right = json!({"correction": signed_up.body["correction"], "email": "bob@example.com"});
    assert_eq!(post(&site, "/api/v1/sign-up/correct-address", right.clone()).await.status, 202);
    for old in [first, second] {
        let ended = post(&site, "/api/v1/sign-up/confirm", json!({"code": old, "password": PASSWORD})).await;
        assert_eq!(ended.code(), "link_ended", "it went to an address that is not theirs");
    }
    let code = json!({"code": site.mailed_code("confirm_address", "bob@example.com"), "password": PASSWORD});
    assert_eq!(post(&site, "/api/v1/sign-up/confirm", code).await.status, 201);
    let late = post(&site, "/api/v1/sign-up/correct-address", right).await;
    assert_eq!(late.code(), "correction_ended", "a confirmed address is not changed this way");
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
async fn strangers_who_fill_a_mailbox_do_not_keep_its_owner_from_signing_up_or_choosing_a_password() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    let mails = |kind: &str| site.mails().iter().filter(|mail| mail.0 == kind).count();
    for number in 0..12 {
        clock.advance_ms(1000);
        let request = account(&format!("stranger{number}"), "new@example.com");
        let stranger = [198, 51, 100, number];
        assert_eq!(post_from(&site, stranger, "/api/v1/sign-up", &request).await.status, 202);
        let request = json!({"email": "ada@example.com"});
        assert_eq!(post_from(&site, stranger, "/api/v1/password-reset", &request).await.status, 202);
    }
    assert_eq!(mails("confirm_address") + mails("already_registered"), 10);
    for number in 0..12 {
        let request = account("ada", "carol@example.com");
        let refused = post_from(&site, [198, 51, 100, number], "/api/v1/sign-up", &request).await;
        assert_eq!(refused.code(), "name_taken");
    }
    post_from(&site, [203, 0, 113, 8], "/api/v1/sign-up", &account("carol", "carol@example.com")).await;
    site.mailed_code("confirm_address", "carol@example.com");
    assert_eq!(mails("reset_password"), 10);

    let own = [203, 0, 113, 7];
    let signed_up = post_from(&site, own, "/api/v1/sign-up", &account("newcomer", "new@example.com")).await;
    assert_eq!(signed_up.status, 202, "{}", signed_up.text);
    let request = json!({"email": "new@example.com"});
    assert_eq!(post_from(&site, own, "/api/v1/password-reset", &request).await.status, 202);
    for email in ["new@example.com", "ada@example.com"] {
        let code = site.mailed_code("reset_password", email);
        let request =
            json!({"code": code, "password": "Another1horse", "password_confirmation": "Another1horse"});
        assert_eq!(
            post_from(&site, own, "/api/v1/password-reset/finish", &request).await.status,
            204,
            "{email}"
        );
        let request = json!({"login": email, "password": "Another1horse"});
        assert_eq!(post_from(&site, own, "/api/v1/session", &request).await.status, 201, "{email}");
    }
}

#[tokio::test]
async fn whoever_reads_the_mail_gets_in_however_many_others_fail() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    site.owner().await;
    post(&site, "/api/v1/sign-up", account("bob", "bob@example.com")).await;
    for login in ["ada", "ada@example.com", "bob", "bob@example.com"] {
        for number in 0..50 {
            let stranger = Place::Address(Some([198, 51, 100, number].into()));
            assert_eq!(site.context.throttle.begin(login, &stranger), Ok(()));
        }
        let right = json!({"login": login, "password": PASSWORD});
        let right = post_from(&site, [203, 0, 113, 7], "/api/v1/session", &right).await;
        assert_eq!(right.code(), "too_many_tries", "{login}");
    }
    post(&site, "/api/v1/password-reset", json!({"email": "ada@example.com"})).await;
    let code = site.mailed_code("reset_password", "ada@example.com");
    let request =
        json!({"code": code, "password": "Another1horse", "password_confirmation": "Another1horse"});
    let known = post(&site, "/api/v1/password-reset/finish", request).await.browser_cookie();
    let right = Some(json!({"login": "ada", "password": "Another1horse"}));
    assert_eq!(site.ask(As::Nobody, "POST", "/api/v1/session", right.clone()).await.code(), "too_many_tries");
    assert_eq!(site.ask(As::Person(&known), "POST", "/api/v1/session", right).await.status, 201);
    let code = json!({"code": site.mailed_code("confirm_address", "bob@example.com"), "password": PASSWORD});
    assert_eq!(post(&site, "/api/v1/sign-up/confirm", code).await.status, 201);
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
    site.context.catalog.create_user_by_invitation(&code, &new, None, site.context.clock.now()).unwrap();
    let eve = sign_in(&site, "eve", PASSWORD).await.cookie();
    assert_eq!(sign_in(&site, "eve", PASSWORD).await.status, 201, "those who invited them know them");
    let eve = crate::second_factor::turn_on(&site, &eve).await;

    post(&site, "/api/v1/password-reset", json!({"email": "bob@example.com"})).await;
    let code = site.mailed_code("reset_password", "bob@example.com");
    let request =
        json!({"code": code, "password": "Another1horse", "password_confirmation": "Another1horse"});
    assert_eq!(post(&site, "/api/v1/password-reset/finish", request).await.status, 204);
    assert_eq!(sign_in(&site, "bob@example.com", "Another1horse").await.status, 201);
    assert_eq!(site.get(As::Person(&eve), "/api/v1/session").await.status, 401);
}

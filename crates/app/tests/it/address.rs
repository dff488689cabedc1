//! Accounts that get another email address.

use serde_json::{Value, json};

use crate::support::{Answer, As, PASSWORD, Site, clock};

async fn change(site: &Site, cookie: &str, email: &str, password: &str) -> Answer {
    let request = json!({"email": email, "current_password": password});
    site.ask(As::Person(cookie), "POST", "/api/v1/me/email", Some(request)).await
}

async fn confirm(site: &Site, cookie: &str, code: &str) -> Answer {
    site.ask(As::Person(cookie), "POST", "/api/v1/me/email/confirm", Some(json!({"code": code}))).await
}

async fn email_of(site: &Site, cookie: &str) -> Value {
    site.get(As::Person(cookie), "/api/v1/session").await.body["user"]["email"].clone()
}

#[tokio::test]
async fn an_account_gets_another_address_once_that_is_proved_and_the_old_one_is_told() {
    let site = Site::open_to_everybody(&clock());
    let cookie = site.owner().await;
    let reset = json!({"email": "ada@example.com"});
    site.ask(As::Nobody, "POST", "/api/v1/password-reset", Some(reset)).await;
    let old_link = site.mailed_code("reset_password", "ada@example.com");

    let wrong = change(&site, &cookie, "ada@new.example", "Wrong1password").await;
    assert_eq!((wrong.status, wrong.body["field"].as_str()), (422, Some("current_password")));
    let same = change(&site, &cookie, "ADA@example.com", PASSWORD).await;
    assert_eq!((same.status, same.body["field"].as_str()), (422, Some("email")));
    let asked = change(&site, &cookie, "ada@new.example", PASSWORD).await;
    assert_eq!((asked.status, &asked.body), (202, &json!({"delivery": "mail"})), "{}", asked.text);
    assert_eq!(email_of(&site, &cookie).await, "ada@example.com", "nothing has changed yet");

    let code = site.mailed_code("confirm_new_address", "ada@new.example");
    let confirmed = confirm(&site, &cookie, &code).await;
    assert_eq!((confirmed.status, &confirmed.body), (200, &json!({"email": "ada@new.example"})));
    assert_eq!(email_of(&site, &cookie).await, "ada@new.example", "the session stays");
    let notice = site.mails().into_iter().find(|mail| mail.0 == "address_changed").unwrap();
    assert_eq!(notice.1, "ada@example.com");
    assert!(notice.2.contains("ada@new.example"), "{}", notice.2);
    assert_eq!(confirm(&site, &cookie, &code).await.code(), "link_ended", "each works once");

    let password = "Another1password";
    let reset = json!({"code": old_link, "password": password, "password_confirmation": password});
    let ended = site.ask(As::Nobody, "POST", "/api/v1/password-reset/finish", Some(reset)).await;
    assert_eq!(ended.code(), "link_ended", "links that the old address got");
    for (login, status) in [("ada@new.example", 201), ("ada@example.com", 401)] {
        let request = json!({"login": login, "password": PASSWORD});
        let answer = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await;
        assert_eq!(answer.status, status, "{login}");
    }
    let log = site.get(As::Person(&cookie), "/api/v1/audit?action=account.address_changed").await;
    assert_eq!(log.body["data"][0]["actor_name"], "ada");
}

#[tokio::test]
async fn only_the_owner_of_an_address_learns_that_it_has_an_account() {
    let site = Site::open_to_everybody(&clock());
    let cookie = site.owner().await;
    site.owner_of_another_workspace().await;
    let free = change(&site, &cookie, "ada@new.example", PASSWORD).await;
    let taken = change(&site, &cookie, "eve@example.com", PASSWORD).await;
    assert_eq!((free.status, free.text), (taken.status, taken.text));
    let mail = site.mails().pop().unwrap();
    assert_eq!((mail.0.as_str(), mail.1.as_str()), ("already_registered", "eve@example.com"));
}

#[tokio::test]
async fn whoever_reads_the_mail_gives_nobody_elses_account_their_address() {
    let site = Site::open_to_everybody(&clock());
    let cookie = site.owner().await;
    change(&site, &cookie, "grace@example.com", PASSWORD).await;
    let code = site.mailed_code("confirm_new_address", "grace@example.com");
    let request = json!({"code": code});
    let nobody = site.ask(As::Nobody, "POST", "/api/v1/me/email/confirm", Some(request)).await;
    assert_eq!((nobody.status, nobody.code()), (401, "signed_out"));
    let eve = site.owner_of_another_workspace().await;
    let other = confirm(&site, &eve, &code).await;
    assert_eq!((other.status, other.code()), (403, "link_for_other"), "{}", other.text);
    assert_eq!(confirm(&site, &cookie, &code).await.status, 200, "the link was not used up");
}

#[tokio::test]
async fn a_change_of_mind_or_of_the_password_ends_the_link() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    let cookie = site.owner().await;
    change(&site, &cookie, "mistyped@new.example", PASSWORD).await;
    let first = site.mailed_code("confirm_new_address", "mistyped@new.example");
    change(&site, &cookie, "ada@new.example", PASSWORD).await;
    let second = site.mailed_code("confirm_new_address", "ada@new.example");
    assert_eq!(confirm(&site, &cookie, &first).await.code(), "link_ended");
    let password = "Another1password";
    let request =
        json!({"current_password": PASSWORD, "password": password, "password_confirmation": password});
    let changed = site.ask(As::Person(&cookie), "PUT", "/api/v1/me/password", Some(request)).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    let cookie = changed.cookie();
    assert_eq!(confirm(&site, &cookie, &second).await.code(), "link_ended");
    change(&site, &cookie, "ada@new.example", password).await;
    let third = site.mailed_code("confirm_new_address", "ada@new.example");
    clock.advance_ms(86_400_000);
    assert_eq!(confirm(&site, &cookie, &third).await.code(), "link_ended", "after a day");
    assert_eq!(email_of(&site, &cookie).await, "ada@example.com");
}

#[tokio::test]
async fn an_address_that_another_account_got_first_is_refused() {
    let site = Site::open_to_everybody(&clock());
    let cookie = site.owner().await;
    change(&site, &cookie, "eve@example.com", PASSWORD).await;
    let code = site.mailed_code("confirm_new_address", "eve@example.com");
    site.owner_of_another_workspace().await;
    assert_eq!(confirm(&site, &cookie, &code).await.code(), "email_taken");
    assert_eq!(email_of(&site, &cookie).await, "ada@example.com");
}

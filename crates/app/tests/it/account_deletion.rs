//! Deleting one's own account.

use axum::http::header;
use model::{Role, TokenScope};
use serde_json::{Value, json};

use crate::support::{As, PASSWORD, Site, clock};

async fn delete(site: &Site, cookie: &str, password: &str) -> crate::support::Answer {
    let request = json!({"password": password});
    site.ask(As::Person(cookie), "POST", "/api/v1/me/delete", Some(request)).await
}

async fn sign_in(site: &Site, login: &str) -> crate::support::Answer {
    let request = json!({"login": login, "password": PASSWORD});
    site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await
}

#[tokio::test]
async fn somebody_deletes_their_account_with_the_password_and_is_out_everywhere() {
    let site = Site::new();
    let ada = site.owner().await;
    let here = site.member(&ada, Role::Member).await;
    let elsewhere = sign_in(&site, "member").await.cookie();

    let wrong = delete(&site, &here, "Wrong1password").await;
    assert_eq!((wrong.status, &wrong.body["field"]), (422, &json!("password")));
    assert_eq!(site.get(As::Person(&here), "/api/v1/connections").await.status, 200, "nothing has changed");

    let deleted = delete(&site, &here, PASSWORD).await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    let cookies: Vec<_> =
        deleted.headers.get_all(header::SET_COOKIE).iter().map(|one| one.to_str().unwrap()).collect();
    assert!(cookies.len() == 2 && cookies.iter().all(|one| one.contains("Max-Age=0")), "{cookies:?}");
    for cookie in [&here, &elsewhere] {
        assert_eq!(site.get(As::Person(cookie), "/api/v1/session").await.status, 401);
    }
    let unknown = sign_in(&site, "nobody").await;
    let after = sign_in(&site, "member").await;
    assert_eq!((after.status, &after.text), (unknown.status, &unknown.text), "as if it had never been there");

    let members = site.get(As::Person(&ada), "/api/v1/members").await;
    assert_eq!(members.body["data"].as_array().unwrap().len(), 1);
    let log = site.get(As::Person(&ada), "/api/v1/audit").await;
    let newest = &log.body["data"][0];
    assert_eq!((&newest["action"], &newest["actor_name"]), (&json!("account.deleted"), &json!("member")));
    // The name and the address can be used again.
    site.member(&ada, Role::Member).await;
}

#[tokio::test]
async fn the_only_owner_of_a_workspace_hands_it_over_before_they_delete_their_account() {
    let site = Site::new();
    let ada = site.owner().await;
    let admin = site.member(&ada, Role::Admin).await;
    let refused = delete(&site, &ada, PASSWORD).await;
    assert_eq!((refused.status, refused.code()), (409, "only_owner"), "{}", refused.text);
    let title = refused.body["title"].as_str().unwrap();
    assert!(title.contains("the only owner who can sign in of “Workspace”"), "{title}");
    let action = refused.body["action"].as_str().unwrap();
    assert_eq!(action, "make another member an owner, or delete the workspace");
    assert_eq!(site.get(As::Person(&ada), "/api/v1/session").await.status, 200);

    let members = site.get(As::Person(&ada), "/api/v1/members").await.body["data"].clone();
    let other: &Value = members.as_array().unwrap().iter().find(|one| one["role"] == "admin").unwrap();
    let request = json!({"user_id": other["user_id"]});
    let transferred = site.ask(As::Person(&ada), "POST", "/api/v1/workspace/transfer", Some(request)).await;
    assert_eq!(transferred.status, 204, "{}", transferred.text);
    assert_eq!(delete(&site, &ada, PASSWORD).await.status, 204);
    assert_eq!(site.get(As::Person(&admin), "/api/v1/connections").await.status, 200);
}

#[tokio::test]
async fn the_owner_of_an_address_is_told_that_its_account_was_deleted() {
    let site = Site::open_to_everybody(&clock());
    let ada = site.owner().await;
    let invited = json!({"role": "viewer", "email": "bob@example.com"});
    let invited = site.ask(As::Person(&ada), "POST", "/api/v1/invitations", Some(invited)).await;
    let mut request = crate::support::account("bob", "bob@example.com");
    request["invitation"] = json!(site.mailed_code("invitation", "bob@example.com"));
    assert_eq!(invited.status, 201, "{}", invited.text);
    let bob = site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(request)).await;
    assert_eq!(bob.status, 201, "{}", bob.text);
    assert_eq!(delete(&site, &bob.cookie(), PASSWORD).await.status, 204);
    assert!(site.mails().iter().any(|mail| mail.0 == "account_deleted" && mail.1 == "bob@example.com"));
}

#[tokio::test]
async fn guessing_the_password_of_an_account_to_delete_is_slowed_down_and_no_program_deletes_one() {
    let site = Site::at(&clock());
    let ada = site.owner().await;
    let viewer = site.member(&ada, Role::Viewer).await;
    for _ in 0..5 {
        assert_eq!(delete(&site, &viewer, "Wrong1password").await.status, 422);
    }
    assert_eq!(delete(&site, &viewer, PASSWORD).await.code(), "too_many_tries");
    let token = site.token(TokenScope::Manage);
    let request = Some(json!({"password": PASSWORD}));
    let by_program = site.ask(As::Program(&token), "POST", "/api/v1/me/delete", request.clone()).await;
    assert_eq!(by_program.status, 403, "{}", by_program.text);
    assert_eq!(site.ask(As::Nobody, "POST", "/api/v1/me/delete", request).await.status, 401);
}

#[tokio::test]
async fn with_a_second_factor_the_password_alone_deletes_no_account() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    let by_password_alone = site.member(&ada, Role::Viewer).await;
    let user = site.context.catalog.user_by_login("viewer").unwrap().unwrap().0;
    let passkey = store::NewPasskey {
        credential_id: b"one".to_vec(),
        public_key: b"public key".to_vec(),
        state: b"new".to_vec(),
        transports: 4,
        host: "127.0.0.1".into(),
        name: "Laptop".into(),
    };
    site.context.catalog.create_passkey(&user.id, &passkey, None, site.context.clock.now()).unwrap();
    let refused = delete(&site, &by_password_alone, PASSWORD).await;
    assert_eq!((refused.status, refused.code()), (403, "second_factor_needed"), "{}", refused.text);
}

//! What an account and a workspace may be called, what a role may do, and what changes with a password.

use model::Role;
use serde_json::json;

use crate::people::{account, invite};
use crate::second_factor::turn_on;
use crate::support::{As, PASSWORD, Site, clock};

#[tokio::test]
async fn a_role_that_is_too_low_is_told_with_the_one_that_it_takes() {
    let site = Site::new();
    let ada = site.owner().await;
    let bob = site.member(&ada, Role::BillingAdmin).await;
    let refused = site.get(As::Person(&bob), "/api/v1/audit").await;
    assert_eq!(refused.code(), "role_too_low");
    assert_eq!(refused.body["title"], "this takes the role owner or admin, and yours is billing admin");
    assert_eq!(
        refused.body["action"],
        "ask an owner or admin of the workspace to do it, or to change your role"
    );
    let only = site.ask(As::Person(&bob), "DELETE", "/api/v1/workspace", None).await;
    assert_eq!(only.body["title"], "this takes the role owner, and yours is billing admin");
}

#[tokio::test]
async fn nobody_gets_a_name_that_passes_for_the_operator_by_signing_up() {
    let site = Site::new();
    let ada = site.owner().await;
    let invitation = invite(&site, &ada, json!({"role": "viewer"})).await;
    for name in ["operator", "System", "SUPPORT", "chartsy", "admin"] {
        let answer =
            site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(account(name, &invitation["code"]))).await;
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!("username")), "{name}");
        assert_eq!(answer.body["title"], "this username is reserved; choose another one");
    }
}

#[tokio::test]
async fn a_name_that_turns_text_around_or_leads_elsewhere_is_refused_wherever_it_is_set() {
    let site = Site::new();
    let ada = site.owner().await;
    let rename = |name: &str| {
        let (site, ada, request) = (&site, &ada, json!({"full_name": name}));
        async move { site.ask(As::Person(ada), "PATCH", "/api/v1/me", Some(request)).await }
    };
    for name in ["Ada\u{202E}", "Ada\u{2066}", "Ada\nX", "See https://evil.example"] {
        assert_eq!(rename(name).await.body["field"], "full_name", "{name:?}");
        for (method, path) in [("POST", "/api/v1/workspaces"), ("PATCH", "/api/v1/workspace")] {
            let answer = site.ask(As::Person(&ada), method, path, Some(json!({"name": name}))).await;
            assert_eq!((answer.status, &answer.body["field"]), (422, &json!("name")), "{path} {name:?}");
        }
    }
    let token = json!({"name": "ci\u{202E}"});
    let token = site.ask(As::Person(&ada), "POST", "/api/v1/tokens", Some(token)).await;
    assert_eq!(token.body["field"], "name");
    let long =
        site.ask(As::Person(&ada), "POST", "/api/v1/workspaces", Some(json!({"name": "x".repeat(101)})));
    assert_eq!(long.await.status, 422);
}

/// The session's cookie after something that replaces its credential: the old one reads for a moment, and changes nothing.
#[tokio::test]
async fn a_changed_password_or_second_factor_replaces_the_credential_of_the_session() {
    let clock = clock();
    let site = Site::at(&clock);
    let first = site.owner().await;
    let change = |cookie: String| {
        let request =
            json!({"current_password": PASSWORD, "password": PASSWORD, "password_confirmation": PASSWORD});
        let site = &site;
        async move { site.ask(As::Person(&cookie), "PUT", "/api/v1/me/password", Some(request)).await }
    };
    let changed = change(first.clone()).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    let second = changed.cookie();
    assert_ne!(first, second);
    let rename = |cookie: String| {
        let site = &site;
        async move {
            let request = json!({"full_name": "Ada King"});
            site.ask(As::Person(&cookie), "PATCH", "/api/v1/me", Some(request)).await.status
        }
    };
    assert_eq!(rename(first.clone()).await, 401, "whoever has copied it changes nothing");
    assert_eq!(
        site.get(As::Person(&first), "/api/v1/connections").await.status,
        200,
        "on its way in another tab"
    );
    assert_eq!(rename(second.clone()).await, 200);
    clock.advance_ms(10_000);
    assert_eq!(site.get(As::Person(&first), "/api/v1/connections").await.status, 401);
    let sessions = site.get(As::Person(&second), "/api/v1/me/sessions").await;
    assert_eq!(sessions.body["data"].as_array().unwrap().len(), 1, "it is the same session");

    let third = turn_on(&site, &second).await;
    assert_eq!((rename(second).await, rename(third.clone()).await), (401, 200), "turned on");
    let request = json!({"password": PASSWORD});
    let off = site.ask(As::Person(&third), "POST", "/api/v1/me/two-factor/disable", Some(request)).await;
    assert_eq!(off.status, 204, "{}", off.text);
    assert_eq!((rename(third).await, rename(off.cookie()).await), (401, 200), "and off");
}

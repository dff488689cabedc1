//! A team: invitations, roles, sessions, tokens and the audit log.

use model::Role;
use serde_json::{Value, json};

use crate::support::{As, PASSWORD, Site, clock};

pub fn account(name: &str, code: &Value) -> Value {
    json!({"full_name": name, "email": format!("{name}@example.com"), "username": name,
        "password": PASSWORD, "password_confirmation": PASSWORD, "invitation": code})
}

pub async fn invite(site: &Site, by: &str, request: Value) -> Value {
    let answer = site.ask(As::Person(by), "POST", "/api/v1/invitations", Some(request)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body
}

async fn members(site: &Site, cookie: &str) -> Vec<Value> {
    site.get(As::Person(cookie), "/api/v1/members").await.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn somebody_who_is_invited_creates_an_account_and_is_a_member() {
    let site = Site::new();
    let ada = site.owner().await;
    let invitation = invite(&site, &ada, json!({"role": "viewer", "email": "bob@example.com"})).await;
    let code = json!({"code": invitation["code"]});
    let offer = site.ask(As::Nobody, "POST", "/api/v1/invitations/read", Some(code)).await;
    assert_eq!((&offer.body["role"], &offer.body["invited_by"]), (&json!("viewer"), &json!("ada")));

    let other =
        site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(account("eve", &invitation["code"]))).await;
    assert_eq!((other.status, other.code()), (403, "invitation_for_other"));
    let joined =
        site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(account("bob", &invitation["code"]))).await;
    assert_eq!(joined.status, 201, "{}", joined.text);
    assert_eq!(joined.body["workspace"]["role"], "viewer");
    let again =
        site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(account("carol", &invitation["code"]))).await;
    assert_eq!((again.status, again.code()), (410, "invitation_ended"));
    let names: Vec<_> = members(&site, &ada).await.iter().map(|one| one["username"].clone()).collect();
    assert_eq!(names, ["ada", "bob"]);
}

#[tokio::test]
async fn without_an_invitation_nobody_gets_an_account() {
    let site = Site::new();
    site.owner().await;
    let answer = site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(account("bob", &Value::Null))).await;
    assert_eq!((answer.status, answer.code()), (403, "sign_up_closed"));
}

#[tokio::test]
async fn a_name_that_is_taken_comes_with_free_ones() {
    let site = Site::new();
    let ada = site.owner().await;
    let invitation = invite(&site, &ada, json!({"role": "viewer"})).await;
    let mut request = account("bob", &invitation["code"]);
    request["username"] = json!("Ada");
    let answer = site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(request.clone())).await;
    assert_eq!((answer.status, answer.code()), (409, "name_taken"));
    assert_eq!(
        (&answer.body["field"], &answer.body["action"]),
        (&json!("username"), &json!("free: Ada1, Ada2, Ada3"))
    );
    request["username"] = json!("Ada1");
    let answer = site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(request)).await;
    assert_eq!(answer.status, 201, "the invitation is still good: {}", answer.text);
}

#[tokio::test]
async fn an_invitation_ends_after_a_week_or_when_it_is_withdrawn() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    let first = invite(&site, &ada, json!({"role": "viewer"})).await;
    let second = invite(&site, &ada, json!({"role": "viewer"})).await;
    let path = format!("/api/v1/invitations/{}", second["id"].as_str().unwrap());
    assert_eq!(site.ask(As::Person(&ada), "DELETE", &path, None).await.status, 204);
    assert_eq!(site.ask(As::Person(&ada), "DELETE", &path, None).await.status, 404);
    let read =
        |code: &Value| site.ask(As::Nobody, "POST", "/api/v1/invitations/read", Some(json!({"code": code})));
    assert_eq!(read(&second["code"]).await.code(), "invitation_ended");
    assert_eq!(read(&first["code"]).await.status, 200);
    clock.advance_ms(7 * 86_400_000);
    assert_eq!(read(&first["code"]).await.code(), "invitation_ended");
    let listed = site.get(As::Person(&ada), "/api/v1/invitations").await;
    assert_eq!(listed.body["data"][0]["is_expired"], true);
    assert!(!listed.text.contains(first["code"].as_str().unwrap()), "its code was shown once");
}

#[tokio::test]
async fn a_member_who_is_removed_sees_nothing_from_then_on() {
    let site = Site::new();
    let ada = site.owner().await;
    let bob = site.member(&ada, Role::Viewer).await;
    assert_eq!(site.get(As::Person(&bob), "/api/v1/connections").await.status, 200);
    let id = members(&site, &ada).await[1]["user_id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/members/{id}");
    assert_eq!(site.ask(As::Person(&ada), "DELETE", &path, None).await.status, 204);
    let after = site.get(As::Person(&bob), "/api/v1/connections").await;
    assert_eq!((after.status, after.code()), (401, "signed_out"), "and belongs to nothing else");
}

#[tokio::test]
async fn a_member_who_is_removed_and_has_another_workspace_stays_signed_in_there() {
    let site = Site::new();
    let ada = site.owner().await;
    let eve = site.owner_of_another_workspace().await;
    let invitation = invite(&site, &ada, json!({"role": "viewer"})).await;
    let code = json!({"code": invitation["code"]});
    let joined = site.ask(As::Person(&eve), "POST", "/api/v1/invitations/accept", Some(code)).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    let id = members(&site, &ada).await[1]["user_id"].as_str().unwrap().to_owned();
    site.ask(As::Person(&ada), "DELETE", &format!("/api/v1/members/{id}"), None).await;
    let session = site.get(As::Person(&eve), "/api/v1/session").await;
    assert_eq!((session.status, session.body["workspaces"].as_array().unwrap().len()), (200, 1));
}

#[tokio::test]
async fn an_admin_manages_members_but_no_owner() {
    let site = Site::new();
    let ada = site.owner().await;
    let admin = site.member(&ada, Role::Admin).await;
    let _viewer = site.member(&ada, Role::Viewer).await;
    let ids: Vec<String> =
        members(&site, &ada).await.iter().map(|one| one["user_id"].as_str().unwrap().to_owned()).collect();
    let set = |who: usize, role: &str| {
        let path = format!("/api/v1/members/{}", ids[who]);
        let request = json!({"role": role});
        let (site, admin) = (&site, &admin);
        async move { site.ask(As::Person(admin), "PATCH", &path, Some(request)).await }
    };
    assert_eq!(set(2, "member").await.status, 204);
    assert_eq!(set(2, "owner").await.code(), "role_too_low");
    assert_eq!(set(0, "viewer").await.code(), "role_too_low");
    let invited =
        site.ask(As::Person(&admin), "POST", "/api/v1/invitations", Some(json!({"role": "owner"}))).await;
    assert_eq!(invited.code(), "role_too_low");
    let leaving = site.ask(As::Person(&ada), "POST", "/api/v1/workspace/leave", None).await;
    assert_eq!((leaving.status, leaving.code()), (409, "last_owner"));
    let request = json!({"user_id": ids[1]});
    let handed = site.ask(As::Person(&ada), "POST", "/api/v1/workspace/transfer", Some(request)).await;
    assert_eq!(handed.status, 204, "{}", handed.text);
    assert_eq!(site.ask(As::Person(&ada), "POST", "/api/v1/workspace/leave", None).await.status, 204);
    assert_eq!(members(&site, &admin).await[0]["role"], "owner");
}

#[tokio::test]
async fn a_workspace_is_not_handed_over_to_somebody_who_is_locked() {
    let site = Site::new();
    let ada = site.owner().await;
    site.member(&ada, Role::Admin).await;
    let (admin, _) = site.context.catalog.user_by_login("headadmin").unwrap().unwrap();
    site.context.catalog.lock_user(&admin.id, Some(site.context.clock.now())).unwrap();
    let request = json!({"user_id": admin.id.as_str()});
    let handed = site.ask(As::Person(&ada), "POST", "/api/v1/workspace/transfer", Some(request)).await;
    assert_eq!((handed.status, handed.code()), (409, "member_locked"));
    assert!(handed.body["action"].as_str().unwrap().starts_with("choose another member"), "{}", handed.text);
    assert_eq!(members(&site, &ada).await[0]["role"], "owner");
}

#[tokio::test]
async fn a_person_of_several_workspaces_acts_in_the_one_that_is_named() {
    let site = Site::new();
    let ada = site.owner().await;
    let request = json!({"name": "Second"});
    let made = site.ask(As::Person(&ada), "POST", "/api/v1/workspaces", Some(request)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.body["id"].as_str().unwrap();
    let session = site.get(As::Person(&ada), "/api/v1/session").await;
    assert_eq!(session.body["workspaces"].as_array().unwrap().len(), 2);
    assert_ne!(session.body["workspace"]["id"], id, "the first by default");
    let named = site.ask_in(As::Person(&ada), id, "GET", "/api/v1/session", None).await;
    assert_eq!(named.body["workspace"]["name"], "Second");
    let renamed =
        site.ask_in(As::Person(&ada), id, "PATCH", "/api/v1/workspace", Some(json!({"name": "2nd"}))).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    assert_eq!(site.ask_in(As::Person(&ada), id, "DELETE", "/api/v1/workspace", None).await.status, 204);
    let only = site.ask(As::Person(&ada), "DELETE", "/api/v1/workspace", None).await;
    assert_eq!((only.status, only.code()), (409, "workspace_in_use"));
}

#[tokio::test]
async fn on_a_closed_server_a_guest_makes_no_workspace() {
    let site = Site::new();
    let ada = site.owner().await;
    let bob = site.member(&ada, Role::Admin).await;
    let answer =
        site.ask(As::Person(&bob), "POST", "/api/v1/workspaces", Some(json!({"name": "Mine"}))).await;
    assert_eq!((answer.status, answer.code()), (403, "sign_up_closed"));
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_or_all() {
    let site = Site::new();
    let here = site.owner().await;
    let sign_in = || async {
        let request = json!({"login": "ada", "password": PASSWORD});
        site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await.cookie()
    };
    let (there, elsewhere) = (sign_in().await, sign_in().await);
    let listed = site.get(As::Person(&here), "/api/v1/me/sessions").await.body["data"].clone();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 3);
    assert_eq!(listed.iter().filter(|one| one["is_current"] == true).count(), 1);
    let other = listed.iter().find(|one| one["is_current"] == false).unwrap();
    let path = format!("/api/v1/me/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(site.ask(As::Person(&here), "DELETE", &path, None).await.status, 204);
    let all = site.ask(As::Person(&here), "DELETE", "/api/v1/me/sessions", None).await;
    assert_eq!(all.body["ended"], 1);
    for (cookie, status) in [(&here, 200), (&there, 401), (&elsewhere, 401)] {
        assert_eq!(site.get(As::Person(cookie), "/api/v1/session").await.status, status);
    }
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let site = Site::new();
    let here = site.owner().await;
    let request = json!({"login": "ada", "password": PASSWORD});
    let there = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await.cookie();
    let change = |current: &str, new: &str| {
        let request = json!({"current_password": current, "password": new, "password_confirmation": new});
        let (site, here) = (&site, &here);
        async move { site.ask(As::Person(here), "PUT", "/api/v1/me/password", Some(request)).await }
    };
    let wrong = change("Wrong1password", "Another1horse").await;
    assert_eq!((wrong.status, wrong.body["field"].as_str()), (422, Some("current_password")));
    assert_eq!(change(PASSWORD, "short").await.body["field"], "password");
    assert_eq!(change(PASSWORD, "Another1horse").await.status, 204);
    assert_eq!(site.get(As::Person(&here), "/api/v1/session").await.status, 200);
    assert_eq!(site.get(As::Person(&there), "/api/v1/session").await.status, 401);
    let old = site
        .ask(As::Nobody, "POST", "/api/v1/session", Some(json!({"login": "ada", "password": PASSWORD})))
        .await;
    assert_eq!(old.status, 401);
}

#[tokio::test]
async fn a_session_that_is_renewed_leaves_no_old_one() {
    let clock = clock();
    let site = Site::at(&clock);
    let first = site.owner().await;
    clock.advance_ms(2 * 86_400_000);
    let renewed = site.get(As::Person(&first), "/api/v1/session").await.cookie();
    assert_ne!(first, renewed);
    assert_eq!(
        site.get(As::Person(&first), "/api/v1/session").await.status,
        200,
        "on its way in another tab"
    );
    clock.advance_ms(30_000);
    assert_eq!(site.get(As::Person(&first), "/api/v1/session").await.status, 401);
    assert_eq!(site.get(As::Person(&renewed), "/api/v1/session").await.status, 200);
    let sessions = site.get(As::Person(&renewed), "/api/v1/me/sessions").await;
    assert_eq!(sessions.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_session_is_never_one_that_the_browser_brought() {
    let site = Site::new();
    site.owner().await;
    let planted = "chartsy_session=planted";
    let request = json!({"login": "ada", "password": PASSWORD});
    let answer = site.ask(As::Person(planted), "POST", "/api/v1/session", Some(request)).await;
    assert_eq!(answer.status, 201);
    assert_ne!(answer.cookie(), planted);
    assert_eq!(site.get(As::Person(planted), "/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn a_browser_that_signed_in_before_is_not_kept_out_by_strangers() {
    let site = Site::new();
    site.owner().await;
    let request = json!({"login": "ada", "password": PASSWORD});
    let signed_in = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request.clone())).await;
    let known = signed_in.browser_cookie();
    let wrong = json!({"login": "ada", "password": "Wrong1password"});
    for _ in 0..8 {
        site.ask(As::Nobody, "POST", "/api/v1/session", Some(wrong.clone())).await;
    }
    let strange = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request.clone())).await;
    assert_eq!(strange.code(), "too_many_tries");
    assert_eq!(site.ask(As::Person(&known), "POST", "/api/v1/session", Some(request)).await.status, 201);
}

#[tokio::test]
async fn a_changed_password_makes_every_other_browser_unknown() {
    let clock = crate::support::clock();
    let site = Site::at(&clock);
    let owner = site.owner().await;
    let request = json!({"login": "ada", "password": PASSWORD});
    let before = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await.browser_cookie();
    let new = "Another1horse";
    let request = json!({"current_password": PASSWORD, "password": new, "password_confirmation": new});
    let changed = site.ask(As::Person(&owner), "PUT", "/api/v1/me/password", Some(request)).await;
    assert_eq!(changed.status, 204);
    let wrong = json!({"login": "ada", "password": "Wrong1password"});
    for _ in 0..5 {
        site.ask(As::Nobody, "POST", "/api/v1/session", Some(wrong.clone())).await;
    }
    let right = Some(json!({"login": "ada", "password": new}));
    let with_old = site.ask(As::Person(&before), "POST", "/api/v1/session", right.clone()).await;
    assert_eq!(with_old.code(), "too_many_tries", "it is a stranger's");
    let with_new = site.ask(As::Person(&changed.browser_cookie()), "POST", "/api/v1/session", right).await;
    assert_eq!(with_new.status, 201);
}

#[tokio::test]
async fn somebody_the_operator_has_locked_is_told_so_after_the_right_password_only() {
    let site = Site::new();
    let cookie = site.owner().await;
    let (user, _) = site.context.catalog.user_by_login("ada").unwrap().unwrap();
    site.context.catalog.lock_user(&user.id, Some(site.context.clock.now())).unwrap();
    assert_eq!(site.get(As::Person(&cookie), "/api/v1/session").await.status, 401);
    for (password, code) in [("Wrong1password", "login_wrong"), (PASSWORD, "account_locked")] {
        let request = json!({"login": "ada", "password": password});
        assert_eq!(site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await.code(), code);
    }
}

#[tokio::test]
async fn a_token_has_a_scope_and_may_expire() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    let soon = 1_790_000_000 + 3600;
    let request = json!({"name": "ci", "scope": "read_metrics", "expires_at": soon});
    let made = site.ask(As::Person(&ada), "POST", "/api/v1/tokens", Some(request)).await;
    assert_eq!((&made.body["scope"], &made.body["created_by"]), (&json!("read_metrics"), &json!("ada")));
    let secret = made.body["secret"].as_str().unwrap();
    assert_eq!(site.get(As::Program(secret), "/api/v1/connections").await.status, 200);
    assert_eq!(site.get(As::Program(secret), "/api/v1/tokens").await.code(), "scope_too_low");
    clock.advance_ms(3_600_000);
    assert_eq!(site.get(As::Program(secret), "/api/v1/connections").await.status, 401);
    let past = json!({"name": "late", "expires_at": soon});
    let past = site.ask(As::Person(&ada), "POST", "/api/v1/tokens", Some(past)).await;
    assert_eq!(past.body["field"], "expires_at");
}

#[tokio::test]
async fn the_audit_log_says_who_did_what() {
    let site = Site::new();
    let ada = site.owner().await;
    let bob = site.member(&ada, Role::Viewer).await;
    let wrong = json!({"login": "viewer", "password": "Wrong1password"});
    site.ask(As::Nobody, "POST", "/api/v1/session", Some(wrong)).await;
    site.ask(As::Person(&ada), "POST", "/api/v1/tokens", Some(json!({"name": "ci"}))).await;
    assert_eq!(site.get(As::Person(&bob), "/api/v1/audit").await.code(), "role_too_low");
    let page = site.get(As::Person(&ada), "/api/v1/audit?limit=2").await.body;
    let actions = |page: &Value| -> Vec<String> {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["action"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(actions(&page), ["token.created", "session.refused"]);
    assert_eq!(
        (&page["data"][0]["actor_name"], &page["data"][1]["subject"]),
        (&json!("ada"), &json!("viewer"))
    );
    let path = format!("/api/v1/audit?cursor={}", page["next_cursor"]);
    let next = site.get(As::Person(&ada), &path).await.body;
    // From the first one on: the owner's account, and their session.
    assert_eq!(actions(&next), ["member.joined", "member.invited", "session.created", "account.created"]);
    assert_eq!(
        (&next["data"][3]["actor_name"], &next["data"][3]["subject"], &next["data"][3]["detail"]),
        (&json!("ada"), &json!("ada"), &json!("owner"))
    );
    let members = site.get(As::Person(&ada), "/api/v1/audit?action=member&actor=ada").await.body;
    assert_eq!(actions(&members), ["member.invited"]);
    let viewer = site.context.catalog.user_by_login("viewer").unwrap().unwrap().0;
    let removed = site.ask(As::Person(&ada), "DELETE", &format!("/api/v1/members/{}", viewer.id), None).await;
    assert_eq!(removed.status, 204, "{}", removed.text);
    let removed = site.get(As::Person(&ada), "/api/v1/audit?action=member.removed").await.body;
    assert_eq!(removed["data"][0]["subject"], "viewer", "by the name that they had");
}

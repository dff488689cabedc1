//! What each workspace may have at most, on a server that is run for others.

use api::Options;
use model::{Clock, ManualClock, Role, UnixSeconds};
use sandbox::MerchantName;
use serde_json::json;
use store::WorkspaceLimits;

use crate::support::{Answer, As, KEY, PASSWORD, Site, mid_merchant, sandbox};

fn site(clock: &ManualClock, rows_per_minute: Option<u32>, limits: WorkspaceLimits) -> Site {
    let options = Options { rows_per_minute, ..Options::default() };
    let site = Site::started_with(Clock::Manual(clock.clone()), options);
    site.context.catalog.limit_workspaces(limits);
    site
}

fn clock() -> ManualClock {
    ManualClock::at(UnixSeconds(1_795_000_000))
}

async fn connect(site: &Site, cookie: &str, api_base: &str) -> Answer {
    let request = json!({"source": sandbox::SOURCE, "key": KEY, "api_base": api_base});
    site.ask(As::Person(cookie), "POST", "/api/v1/connections", Some(request)).await
}

#[tokio::test]
async fn of_two_connections_at_once_only_one_gets_the_last_place() {
    let limits = WorkspaceLimits { connections: Some(1), ..WorkspaceLimits::default() };
    let site = site(&clock(), None, limits);
    let cookie = site.owner().await;
    let session = site.get(As::Person(&cookie), "/api/v1/session").await.body;
    let expected = json!({"connections": 1, "members": null, "rows_per_minute": null, "workspaces": null});
    assert_eq!(session["limits"], expected);
    let (one, other) = (sandbox(MerchantName::Empty, 0).await, sandbox(MerchantName::Empty, 0).await);
    let both = tokio::join!(connect(&site, &cookie, &one.api_base), connect(&site, &cookie, &other.api_base));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403]);
    let refused = if both.0.status == 403 { both.0 } else { both.1 };
    assert_eq!(refused.code(), "connections_full");
    assert_eq!(refused.body["title"], "this workspace can't have more than 1 connections");
    assert!(refused.body["action"].as_str().unwrap().starts_with("remove one, or ask"));
}

#[tokio::test]
async fn an_invitation_of_a_full_workspace_waits_until_there_is_room() {
    let limits = WorkspaceLimits { members: Some(2), ..WorkspaceLimits::default() };
    let site = site(&clock(), None, limits);
    let ada = site.owner().await;
    let invite = json!({"role": "viewer"});
    let ask = || site.ask(As::Person(&ada), "POST", "/api/v1/invitations", Some(invite.clone()));
    let late = ask().await.body["code"].clone();
    let bob = site.member(&ada, Role::Member).await;
    assert_eq!(ask().await.code(), "members_full");
    let account = json!({"full_name": "Eve", "email": "eve@example.com", "username": "eve",
        "password": PASSWORD, "password_confirmation": PASSWORD, "invitation": late});
    let join = || site.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(account.clone()));
    let refused = join().await;
    assert_eq!((refused.status, refused.code()), (403, "members_full"));
    site.ask(As::Person(&bob), "POST", "/api/v1/workspace/leave", None).await;
    assert_eq!(join().await.status, 201, "the invitation was not used up");
}

#[tokio::test]
async fn a_workspace_gets_so_many_rows_a_minute_and_then_waits() {
    let clock = clock();
    let site = site(&clock, Some(5), WorkspaceLimits::default());
    let cookie = site.owner().await;
    let merchant = mid_merchant(8).await;
    let id = site.connected(&cookie, &merchant).await;
    let list = format!("/api/v1/connections/{id}/customers?limit=3");
    let first = site.get(As::Person(&cookie), &list).await;
    let rows = |answer: &Answer| answer.body["data"].as_array().unwrap().len();
    assert_eq!((first.status, rows(&first)), (200, 3));
    let second = site.get(As::Person(&cookie), &list).await;
    assert_eq!((second.status, rows(&second)), (200, 2), "what is left");
    assert!(second.body["next_cursor"].is_string());
    let third = site.get(As::Person(&cookie), &list).await;
    assert_eq!((third.status, third.code()), (429, "too_many_rows"));
    assert_eq!(third.headers["retry-after"], "60");
    clock.advance_ms(60_000);
    assert_eq!(rows(&site.get(As::Person(&cookie), &list).await), 3);
}

#[tokio::test]
async fn nobody_owns_more_workspaces_than_the_server_allows_by_whatever_way_they_get_them() {
    let limits = WorkspaceLimits { workspaces: Some(2), ..WorkspaceLimits::default() };
    let site = site(&clock(), None, limits);
    let ada = site.owner().await;
    let admin = site.member(&ada, Role::Admin).await;
    let create = |cookie: String, name: &'static str| {
        let site = &site;
        async move {
            let request = json!({"name": name});
            site.ask(As::Person(&cookie), "POST", "/api/v1/workspaces", Some(request)).await
        }
    };
    let session = site.get(As::Person(&ada), "/api/v1/session").await.body;
    assert_eq!(session["limits"]["workspaces"], 2);
    let both = tokio::join!(create(ada.clone(), "Second"), create(ada.clone(), "Third"));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403], "also of two at once");
    let refused = create(ada.clone(), "Fourth").await;
    assert_eq!((refused.status, refused.code()), (403, "workspaces_full"));
    assert_eq!(refused.body["title"], "one person can't own more than 2 workspaces on this server");
    assert!(
        refused.body["action"].as_str().unwrap().starts_with("delete one or make somebody else its owner")
    );

    // Handing one over makes room, and takes it from whoever gets it.
    let second = if both.0.status == 201 { both.0 } else { both.1 };
    let second = second.body["id"].as_str().unwrap().to_owned();
    let members = site.get(As::Person(&ada), "/api/v1/members").await.body;
    let of = |name: &str| {
        let all = members["data"].as_array().unwrap();
        all.iter().find(|one| one["username"] == name).unwrap()["user_id"].as_str().unwrap().to_owned()
    };
    let request = json!({"user_id": of("headadmin")});
    let path = "/api/v1/workspace/transfer";
    assert_eq!(site.ask(As::Person(&ada), "POST", path, Some(request.clone())).await.status, 204);
    assert_eq!(create(admin.clone(), "Own").await.status, 201);
    assert_eq!(create(admin.clone(), "Another").await.code(), "workspaces_full");
    let invite = json!({"role": "owner"});
    let invited = site.ask_in(As::Person(&ada), &second, "POST", "/api/v1/invitations", Some(invite)).await;
    let accept = json!({"code": invited.body["code"]});
    let joined = site.ask(As::Person(&admin), "POST", "/api/v1/invitations/accept", Some(accept)).await;
    assert_eq!(joined.code(), "workspaces_full", "{}", joined.text);
}

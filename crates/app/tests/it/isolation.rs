//! Nothing of a workspace is reached from another, and nobody does what their role or their token's scope does not allow.

use model::{ManualClock, Permission, Role, TokenScope, UnixSeconds};
use sandbox::MerchantName;
use serde_json::{Value, json};

use crate::support::{As, Site, sandbox};

/// An operation of the API's description.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: String,
    /// With its parts filled in for the owner's connection.
    pub path: String,
    demand: Demand,
}

/// What the description says is demanded of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    Nothing,
    Person,
    Member(Permission),
    Access(Permission),
    Link,
}

pub fn operations(connection: &str) -> Vec<Operation> {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let filled = path
                .replace("{id}", connection)
                .replace("{customer_id}", "cus_G0000000001")
                .replace("{metric}", "arr")
                .replace("{part}", "mrr")
                .replace("{token_id}", "tok_1")
                .replace("{rate_id}", "rate_1")
                .replace("{user_id}", "user_1")
                .replace("{identity_id}", "idn_1")
                .replace("{rule_id}", "rule_1")
                .replace("{session_id}", "ses_1")
                .replace("{invitation_id}", "inv_1")
                .replace("{link_id}", "link_1")
                .replace("{passkey_id}", "pk_1");
            assert!(!filled.contains('{'), "{path} has a part that this test does not know");
            let demand = demand(&operation["security"]);
            found.push(Operation { method: method.to_uppercase(), path: filled, demand });
        }
    }
    found
}

fn demand(security: &Value) -> Demand {
    let ways = security.as_array().unwrap();
    if ways.iter().any(|way| way.get("link").is_some()) {
        assert_eq!(ways.len(), 1, "what a link opens is open to nobody else: {security}");
        return Demand::Link;
    }
    let scopes = |name: &str| ways.iter().find_map(|way| way.get(name)).map(|scopes| scopes[0].as_str());
    let permission = |name: Option<&str>| {
        let name = name.unwrap();
        Permission::ALL.into_iter().find(|permission| permission.as_str() == name).unwrap()
    };
    match (scopes("session"), scopes("token")) {
        (None, None) => Demand::Nothing,
        (Some(None), None) => Demand::Person,
        (Some(needed), None) => Demand::Member(permission(needed)),
        (Some(needed), Some(token)) => {
            assert_eq!(needed, token);
            Demand::Access(permission(needed))
        }
        (None, Some(_)) => panic!("tokens alone: {security}"),
    }
}

fn body(method: &str, path: &str) -> Option<Value> {
    let settings = json!({"churn_at": "requested", "include_metered": true, "time_zone": "Europe/Berlin",
        "reporting_currency": "eur", "week_start": "sunday"});
    match method {
        "GET" | "DELETE" => None,
        "PATCH" => Some(json!({"name": "taken over"})),
        _ if path.ends_with("/key") => Some(json!({"key": "sk_test_x"})),
        _ if path.contains("/settings") => Some(settings),
        _ => Some(json!({})),
    }
}

#[tokio::test]
async fn no_route_shows_or_changes_another_tenants_connection() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Generated, 5).await;
    let id = site.connected(&cookie, &sandbox).await;
    let stranger = site.stranger();
    let other_owner = site.owner_of_another_workspace().await;
    let before = site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}")).await.text;

    // Figures can be asked for of all connections of a workspace, by its id.
    let workspace = site.context.catalog.default_workspace().unwrap().id.to_string();
    let of = |named: &str| -> Vec<Operation> {
        operations(named).into_iter().filter(|one| one.path.contains(named)).collect()
    };
    let of_connection: Vec<Operation> = [of(&id), of(&workspace)].concat();
    assert!(of_connection.len() >= 80, "{of_connection:?}");
    for Operation { method, path, .. } in of_connection {
        for who in [As::Program(&stranger), As::Person(&other_owner)] {
            let answer = site.ask(who, &method, &path, body(&method, &path)).await;
            assert_eq!(
                (answer.status, answer.code()),
                (404, "not_found"),
                "{method} {path}: {}",
                answer.text
            );
        }
    }
    for who in [As::Program(&stranger), As::Person(&other_owner)] {
        let theirs = site.get(who, "/api/v1/connections").await;
        assert_eq!(theirs.body, json!({"data": [], "together": null}));
    }
    let after = site.get(As::Person(&cookie), &format!("/api/v1/connections/{id}")).await.text;
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_workspace_cannot_be_named_by_somebody_who_does_not_belong_to_it() {
    let site = Site::new();
    let owner = site.owner().await;
    let workspace = site.context.catalog.default_workspace().unwrap().id;
    let other_owner = site.owner_of_another_workspace().await;
    for one in operations("conn_1") {
        if !matches!(one.demand, Demand::Member(_) | Demand::Access(_)) || one.path.contains("conn_1") {
            continue;
        }
        let answer = site
            .ask_in(
                As::Person(&other_owner),
                workspace.as_str(),
                &one.method,
                &one.path,
                body(&one.method, &one.path),
            )
            .await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{one:?}: {}", answer.text);
    }
    let members = site.get(As::Person(&owner), "/api/v1/members").await;
    assert_eq!(members.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn without_signing_in_only_the_first_visit_and_signing_in_answer() {
    let clock = ManualClock::at(UnixSeconds(1_790_000_000));
    let site = Site::at(&clock);
    let expired = site.owner().await;
    clock.advance_ms(31 * 86_400_000);
    for one in operations("conn_1") {
        if one.demand == Demand::Nothing {
            continue;
        }
        for who in [As::Nobody, As::Program("chtk_wrong"), As::Person(&expired)] {
            let answer = site.ask(who, &one.method, &one.path, body(&one.method, &one.path)).await;
            assert_eq!((answer.status, answer.code()), (401, "signed_out"), "{one:?}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn what_can_be_done_without_signing_in_is_known() {
    let open: Vec<String> = operations("conn_1")
        .into_iter()
        .filter(|one| one.demand == Demand::Nothing)
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    assert_eq!(
        open,
        [
            "POST /api/v1/demo-requests",
            "POST /api/v1/invitations/read",
            "POST /api/v1/password-reset",
            "POST /api/v1/password-reset/finish",
            "DELETE /api/v1/session",
            "POST /api/v1/session",
            "POST /api/v1/session/passkey",
            "POST /api/v1/session/passkey/begin",
            "GET /api/v1/setup",
            "POST /api/v1/setup/owner",
            "POST /api/v1/shared/open",
            "POST /api/v1/sign-on/begin",
            "POST /api/v1/sign-up",
            "POST /api/v1/sign-up/confirm",
            "POST /api/v1/sign-up/correct-address",
            "POST /api/v1/sign-up/resend",
        ]
    );
}

#[tokio::test]
async fn every_route_asks_for_its_permission() {
    let site = Site::new();
    let owner = site.owner().await;
    let sandbox = sandbox(MerchantName::Generated, 5).await;
    let id = site.connected(&owner, &sandbox).await;
    let mut members = vec![(Role::Owner, owner.clone())];
    for role in [Role::Admin, Role::BillingAdmin, Role::Member, Role::Viewer] {
        members.push((role, site.member(&owner, role).await));
    }
    let tokens = TokenScope::ALL.map(|scope| (scope, site.token(scope)));

    let workspace = site.context.catalog.default_workspace().unwrap().id.to_string();
    let mut together = Vec::new();
    for one in operations(&workspace).into_iter().filter(|one| one.path.contains(&workspace)) {
        let is_stream = one.path.ends_with("/stream");
        // What only a single connection has is not found for anybody.
        if one.method == "GET" && (is_stream || site.get(As::Person(&owner), &one.path).await.status != 404) {
            together.push(one);
        }
    }
    assert!(together.len() >= 20, "{together:?}");

    for one in [operations(&id), together].concat() {
        let Operation { method, path, demand } = &one;
        if *demand == Demand::Link {
            let signed_in = members.iter().map(|(_, cookie)| As::Person(cookie));
            for who in signed_in.chain(tokens.iter().map(|(_, token)| As::Program(token))) {
                let answer = site.ask(who, method, path, None).await;
                assert_eq!((answer.status, answer.code()), (401, "signed_out"), "{one:?}: {}", answer.text);
            }
            continue;
        }
        for (role, cookie) in &members {
            let (Demand::Member(needed) | Demand::Access(needed)) = *demand else { continue };
            let is_allowed = role.permission() >= needed;
            // Whoever may change something would, and a stream does not end.
            if is_allowed && (method != "GET" || path.ends_with("/stream")) {
                continue;
            }
            let answer = site.ask(As::Person(cookie), method, path, body(method, path)).await;
            let is_refused = answer.status == 403 && answer.code() == "role_too_low";
            assert_eq!(is_refused, !is_allowed, "{role:?}: {one:?}: {}", answer.text);
        }
        for (scope, token) in &tokens {
            let expected = match *demand {
                Demand::Nothing | Demand::Link => continue,
                Demand::Person | Demand::Member(_) => Some("person_needed"),
                Demand::Access(needed) if scope.permission() < needed => Some("scope_too_low"),
                Demand::Access(_) if method != "GET" => continue,
                Demand::Access(_) => None,
            };
            // A stream does not end.
            if expected.is_none() && path.ends_with("/stream") {
                continue;
            }
            let answer = site.ask(As::Program(token), method, path, body(method, path)).await;
            match expected {
                Some(code) => assert_eq!((answer.status, answer.code()), (403, code), "{scope:?}: {one:?}"),
                None => assert!(!matches!(answer.status, 401 | 403), "{scope:?}: {one:?}: {}", answer.text),
            }
        }
    }
}

#[tokio::test]
async fn the_holder_of_a_link_reaches_what_it_shares_and_nothing_else() {
    let site = Site::new();
    let owner = site.owner().await;
    let sandbox = sandbox(MerchantName::Generated, 5).await;
    let id = site.connected(&owner, &sandbox).await;
    let request = json!({"name": "bank", "page": "mrr", "view": "range=12m&currency=usd"});
    let path = format!("/api/v1/connections/{id}/share-links");
    let made = site.ask(As::Person(&owner), "POST", &path, Some(request)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let code = made.body["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let opened = site.ask(As::Nobody, "POST", "/api/v1/shared/open", Some(json!({"code": code}))).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let visit = opened.body["token"].as_str().unwrap();

    let mut shared = Vec::new();
    for one in operations(&id) {
        // The code is not a credential of the API, and what is open to everybody is open to them.
        let with_code =
            site.ask(As::Program(&code), &one.method, &one.path, body(&one.method, &one.path)).await;
        assert!(one.demand == Demand::Nothing || with_code.status == 401, "{one:?}: {}", with_code.text);
        if one.demand == Demand::Nothing {
            continue;
        }
        let answer = site.ask(As::Program(visit), &one.method, &one.path, body(&one.method, &one.path)).await;
        if one.demand == Demand::Link {
            shared.push(format!("{} {} {}", one.method, one.path, answer.status));
        } else {
            assert_eq!((answer.status, answer.code()), (401, "signed_out"), "{one:?}: {}", answer.text);
        }
    }
    // What has a question answers the page's own alone, and none was asked.
    assert_eq!(
        shared,
        [
            "GET /api/v1/shared 200",
            "GET /api/v1/shared/cohorts 403",
            "GET /api/v1/shared/facets 200",
            "GET /api/v1/shared/metrics 200",
            "GET /api/v1/shared/metrics/mrr 403",
            "GET /api/v1/shared/metrics/arr 403",
        ]
    );
}

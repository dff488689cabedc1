//! What is written to the audit log, who can read it, and for how long.

use api::audit::retention;
use model::{ManualClock, Role, TokenScope, UnixSeconds};
use serde_json::{Value, json};

use crate::process::{chartsy, text};
use crate::support::{As, Site, mid_merchant};

const DAY: i64 = 86_400;

fn clock() -> ManualClock {
    ManualClock::at(UnixSeconds(1_795_000_000))
}

async fn entries(site: &Site, cookie: &str, action: &str) -> Vec<Value> {
    let answer = site.get(As::Person(cookie), &format!("/api/v1/audit?action={action}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_list_that_is_saved_is_recorded_and_so_is_a_program_that_reads_a_whole_one() {
    let clock = clock();
    let site = Site::at(&clock);
    let cookie = site.owner().await;
    let merchant = mid_merchant(8).await;
    let id = site.connected(&cookie, &merchant).await;
    let saved = json!({"connection_id": id, "list": "customers", "format": "csv", "rows": 3});
    let save = || site.ask(As::Person(&cookie), "POST", "/api/v1/exports", Some(saved.clone()));
    let early = save().await;
    assert_eq!((early.status, early.code()), (409, "not_given"), "nothing was requested yet");
    let list = format!("/api/v1/connections/{id}/customers");
    site.get(As::Person(&cookie), &list).await;
    let recorded = save().await;
    assert_eq!(recorded.status, 204, "{}", recorded.text);
    let entry = entries(&site, &cookie, "export").await.remove(0);
    assert_eq!((&entry["actor_name"], &entry["subject"]), (&json!("ada"), &json!(id)));
    assert_eq!(entry["detail"], "customers, 8 rows, CSV", "as many as the server gave, whatever is said");
    let foreign = json!({"connection_id": "conn_other", "list": "customers", "format": "csv", "rows": 3});
    let refused = site.ask(As::Person(&cookie), "POST", "/api/v1/exports", Some(foreign)).await;
    assert_eq!(refused.status, 404);

    let token = site.token(TokenScope::ReadCustomers);
    site.get(As::Program(&token), &format!("{list}?limit=1")).await;
    assert_eq!(entries(&site, &cookie, "export.read").await.len(), 0, "there is more");
    for _ in 0..2 {
        site.get(As::Program(&token), &list).await;
        site.get(As::Person(&cookie), &list).await;
    }
    assert_eq!(entries(&site, &cookie, "export.read").await.len(), 1, "once a day, and people only look");
    clock.advance_ms(DAY * 1000);
    site.get(As::Program(&token), &list).await;
    let read = entries(&site, &cookie, "export.read").await;
    assert_eq!(
        (read.len(), &read[0]["actor_kind"], &read[0]["detail"]),
        (2, &json!("token"), &json!("customers"))
    );

    let settings = format!("/api/v1/connections/{id}/settings");
    let mut changed = site.get(As::Person(&cookie), &settings).await.body;
    changed["week_start"] = json!("sunday");
    site.ask(As::Person(&cookie), "PUT", &settings, Some(changed)).await;
    assert_eq!(entries(&site, &cookie, "settings").await[0]["detail"], "week_start");
}

#[tokio::test]
async fn a_person_who_reads_on_in_a_list_is_recorded_once_an_hour_and_whoever_looks_is_not() {
    let clock = clock();
    let site = Site::at(&clock);
    let cookie = site.owner().await;
    let merchant = mid_merchant(220).await;
    let id = site.connected(&cookie, &merchant).await;
    let list = format!("/api/v1/connections/{id}/customers");
    let read = || entries(&site, &cookie, "export.read");
    for _ in 0..5 {
        site.get(As::Person(&cookie), &list).await;
    }
    assert_eq!(read().await.len(), 0, "the first page, drawn again and again");
    for round in 1..=2 {
        for _ in 0..2 {
            let mut path = list.clone();
            while let Some(cursor) = site.get(As::Person(&cookie), &path).await.body["next_cursor"].as_str() {
                path = format!("{list}?cursor={cursor}");
            }
        }
        let found = read().await;
        assert_eq!(found.len(), round, "once an hour");
        let entry = &found[0];
        assert_eq!((&entry["actor_name"], &entry["subject"]), (&json!("ada"), &json!(id)));
        assert_eq!(entry["detail"], "customers, more than 100 rows");
        clock.advance_ms(3_600_000);
    }
}

#[tokio::test]
async fn nobody_records_that_they_saved_what_they_may_not_see() {
    let site = Site::new();
    let ada = site.owner().await;
    let bob = site.member(&ada, Role::Viewer).await;
    let claimed = json!({"list": "audit_log", "format": "csv", "rows": 7});
    let refused = site.ask(As::Person(&bob), "POST", "/api/v1/exports", Some(claimed)).await;
    assert_eq!((refused.status, refused.code()), (409, "not_given"));
    assert_eq!(entries(&site, &ada, "export").await.len(), 0);
}

#[tokio::test]
async fn the_log_can_be_had_as_csv_and_by_days() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    site.ask(As::Person(&ada), "POST", "/api/v1/tokens", Some(json!({"name": "=1+1"}))).await;
    let token = site.token(TokenScope::Manage);
    let file = site.get(As::Program(&token), "/api/v1/audit.csv?action=token").await;
    assert_eq!(
        (file.status, file.headers["content-type"].to_str().unwrap()),
        (200, "text/csv; charset=utf-8")
    );
    assert_eq!(file.text.lines().count(), 2, "{}", file.text);
    assert!(file.text.contains(",token.created,'=1+1,manage,"), "{}", file.text);
    let renamed = json!({"name": "Engines"});
    site.ask(As::Person(&ada), "PATCH", "/api/v1/workspace", Some(renamed)).await;
    let part = site.get(As::Person(&ada), "/api/v1/audit.csv?limit=1").await;
    let cursor = part.headers["chartsy-next-cursor"].to_str().unwrap();
    let rest = site.get(As::Person(&ada), &format!("/api/v1/audit.csv?limit=1&cursor={cursor}")).await;
    assert_ne!(part.text, rest.text);
    let viewer = site.member(&ada, Role::Viewer).await;
    assert_eq!(site.get(As::Person(&viewer), "/api/v1/audit.csv").await.code(), "role_too_low");

    // 1,795,000,000 is on November 18, 2026.
    let count = async |query: &str| {
        let answer = site.get(As::Person(&ada), &format!("/api/v1/audit?action=token&{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        answer.body["data"].as_array().unwrap().len()
    };
    assert_eq!(count("from=2026-11-18&until=2026-11-19").await, 1);
    assert_eq!(count("from=2026-11-19").await, 0);
    assert_eq!(count("until=2026-11-18").await, 0);
    assert_eq!(count("from=1795000000&until=1795000001").await, 1);
    let wrong = site.get(As::Person(&ada), "/api/v1/audit?from=yesterday").await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.body["detail"], "from: use Unix seconds, or a day such as 2026-12-01");
}

#[tokio::test]
async fn names_that_nobody_has_are_in_the_operators_log_without_being_named() {
    let site = Site::new();
    let ada = site.owner().await;
    let request = json!({"login": "hunter2", "password": "Wrong1password"});
    site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await;
    let filter = store::AuditFilter { action: Some("session.refused".to_owned()), ..Default::default() };
    let found = site.context.catalog.whole_audit(None, &filter, 10).unwrap();
    assert_eq!((found[0].subject.as_deref(), found[0].detail.as_deref()), (None, Some("unknown login")));
    assert_eq!(entries(&site, &ada, "session.refused").await.len(), 0, "no workspace's log has it");
}

#[tokio::test]
async fn old_entries_are_deleted_where_the_operator_wants_that() {
    let clock = clock();
    let site = Site::at(&clock);
    let cookie = site.owner().await;
    let saved = json!({"list": "audit_log", "format": "json", "rows": 1});
    for _ in 0..2 {
        site.get(As::Person(&cookie), "/api/v1/audit").await;
        site.ask(As::Person(&cookie), "POST", "/api/v1/exports", Some(saved.clone())).await;
        clock.advance_ms(10 * DAY * 1000);
    }
    assert_eq!(entries(&site, &cookie, "export").await.len(), 2);
    retention::delete_old(&site.context, 15).await.unwrap();
    assert_eq!(entries(&site, &cookie, "export").await.len(), 1);
    retention::delete_old(&site.context, 9).await.unwrap();
    assert_eq!(entries(&site, &cookie, "export").await.len(), 0);
}

#[test]
fn the_operator_sees_what_the_command_line_did_also_in_workspaces_that_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let run = |args: &[&str]| {
        let output = chartsy(&data, args, None);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    run(&["token", "create", "--name", "nightly report", "--scope", "read_metrics"]);
    let id = run(&["token", "list"]).split_whitespace().next().unwrap().to_owned();
    run(&["token", "revoke", &id]);
    let entries: Value = serde_json::from_str(&run(&["audit", "--format", "json"])).unwrap();
    let told: Vec<_> =
        entries.as_array().unwrap().iter().map(|one| (&one["action"], &one["subject"])).collect();
    let name = json!("nightly report");
    assert_eq!(told, [(&json!("token.revoked"), &name), (&json!("token.created"), &name)]);
    assert_eq!(
        (&entries[1]["actor_kind"], &entries[1]["detail"]),
        (&json!("operator"), &json!("read_metrics"))
    );

    let workspace = entries[0]["workspace"].as_str().unwrap().to_owned();
    let lines = run(&["audit", "--action", "token.created", "--workspace", &workspace]);
    assert!(lines.contains("operator  token.created  nightly report  read_metrics"), "{lines}");
    let file = run(&["audit", "--action", "token.created", "--format", "csv"]);
    assert!(file.starts_with("number,at,workspace,actor_kind,"), "{file}");
    assert!(
        file.contains(&format!(",{workspace},operator,,,token.created,nightly report,read_metrics,")),
        "{file}"
    );
    assert_eq!(run(&["audit", "--workspace", "ws_other"]), "");
    assert_eq!(run(&["audit", "--to", "2026-01-01", "--from", "2026-01-02"]), "");
}

//! What is written to the audit log, who can read it, and for how long.

use api::audit::retention;
use model::{ManualClock, TokenScope, UnixSeconds};
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
    let recorded = site.ask(As::Person(&cookie), "POST", "/api/v1/exports", Some(saved)).await;
    assert_eq!(recorded.status, 204, "{}", recorded.text);
    let entry = entries(&site, &cookie, "export").await.remove(0);
    assert_eq!((&entry["actor_name"], &entry["subject"]), (&json!("ada"), &json!(id)));
    assert_eq!(entry["detail"], "customers, 3 rows, CSV");
    let foreign = json!({"connection_id": "conn_other", "list": "customers", "format": "csv", "rows": 3});
    let refused = site.ask(As::Person(&cookie), "POST", "/api/v1/exports", Some(foreign)).await;
    assert_eq!(refused.status, 404);

    let token = site.token(TokenScope::ReadCustomers);
    let list = format!("/api/v1/connections/{id}/customers");
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
async fn old_entries_are_deleted_where_the_operator_wants_that() {
    let clock = clock();
    let site = Site::at(&clock);
    let cookie = site.owner().await;
    let saved = json!({"list": "audit_log", "format": "json", "rows": 1});
    for _ in 0..2 {
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
    assert_eq!(run(&["audit", "--workspace", "ws_other"]), "");
    assert_eq!(run(&["audit", "--to", "2026-01-01", "--from", "2026-01-02"]), "");
}

//! The server as a process: what it prints, how others share its folder, and how it stops.

use std::path::Path;

use sandbox::MerchantName;
use serde_json::Value;

use crate::process::{Process, chartsy, text};
use crate::support::{KEY, sandbox};

fn run(data: &Path, args: &[&str], input: &str) -> (Option<i32>, String, String) {
    let output = chartsy(data, args, Some(input));
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_and_a_server_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Generated, 30).await;
    let server = Process::start(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(server.get("/api/v1/setup").contains("\"needs_owner\":true"));

    let connect = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    let (code, id, said) = run(&data, &connect, KEY);
    assert_eq!(code, Some(0), "{said}");
    assert!(id.starts_with("conn_"));
    let (code, ledger, said) = run(&data, &["ledger"], "");
    assert_eq!((code, ledger.lines().count()), (Some(0), merchant.expected_mrr().len()), "{said}");
    let (_, status, _) = run(&data, &["status", "--format", "json"], "");
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["connections"][0]["state"], "live");

    let (copy, restored) = (folder.path().join("copy"), folder.path().join("restored"));
    let (code, _, said) = run(&data, &["backup", "--to", copy.to_str().unwrap()], "");
    assert_eq!(code, Some(0), "{said}");
    let (code, _, said) = run(&restored, &["restore", "--from", copy.to_str().unwrap()], "");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("master.key"), "what was left out is said: {said}");
    assert_eq!(run(&restored, &["ledger"], "").1, ledger);

    let (code, _, said) = run(&data, &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(code, Some(1), "a second server is refused: {said}");
    assert!(said.contains("in use"), "{said}");
    assert_eq!(server.terminate(), Some(0), "it stops when it is told to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_shows_a_sample_merchant_and_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let args = ["demo", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0", "--no-open"];
    let first = Process::start(&args);
    let entered = first.get(&first.path);
    assert!(
        entered.contains("303 See Other") && entered.contains("set-cookie: chartsy_session="),
        "{entered}"
    );
    assert!(first.get("/enter/guessed").contains("404 Not Found"));
    assert_eq!(first.terminate(), Some(0));
    let second = Process::start(&args);
    assert_eq!(second.terminate(), Some(0));
    let (_, status, _) = run(&data, &["status", "--format", "json"], "");
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["connections"].as_array().unwrap().len(), 1, "the same merchant again");
    assert_eq!(status["connections"][0]["is_sample"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_says_how_fresh_each_is_and_what_comes_next_also_beside_one_that_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (first, second) = (sandbox(MerchantName::Generated, 5).await, sandbox(MerchantName::Small, 5).await);
    let connect =
        |base: &str| run(&data, &["connect", sandbox::SOURCE, "--key-stdin", "--api-base", base], KEY).1;
    let (damaged, _) = (connect(&first.api_base), connect(&second.api_base));
    let (code, said, _) = run(&data, &["status"], "");
    assert_eq!(code, Some(0));
    assert_eq!(said.matches("  webhook: none; polling for changes").count(), 2, "{said}");
    assert_eq!(said.matches("no server is running; sync once with 'chartsy sync'").count(), 2, "{said}");

    for file in ["ledger.db", "objects.db"] {
        std::fs::write(data.join("connections").join(damaged.trim()).join(file), [b'x'; 20_000]).unwrap();
    }
    let (code, said, why) = run(&data, &["status"], "");
    assert_eq!(code, Some(1));
    assert!(said.contains("objects.db is damaged") && why.contains("chartsy doctor"), "{said}{why}");
    assert_eq!(said.matches("data through 2").count(), 2, "the other one is there: {said}");
}

#[test]
fn whoever_reaches_it_needs_the_code_that_it_printed_to_own_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Process::start(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(server.get("/api/v1/setup").contains("\"needs_code\":true"));
    // As a proxy on the same machine passes it on when nobody told it to say so.
    let owner = r#"{"full_name":"Eve","email":"eve@example.com","username":"eve","password":"Correct1horse","password_confirmation":"Correct1horse"}"#;
    let json = [("Content-Type", "application/json")];
    assert!(server.send("POST", "/api/v1/setup/owner", &json, owner).contains("setup_code_wrong"));
    assert!(server.get("/metrics").contains("401 Unauthorized"));
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_is_deleted_with_its_connections_while_the_server_runs_for_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Generated, 5).await;
    let server = Process::start(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    let connect = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    let (code, id, said) = run(&data, &connect, KEY);
    assert_eq!(code, Some(0), "{said}");
    let catalog = store::DataDir::open(&data).unwrap().catalog().unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    let delete = || run(&data, &["workspace", "delete", workspace.as_str(), "--yes"], "");
    let (code, _, said) = delete();
    assert_eq!(code, Some(1));
    assert!(
        said.contains("is the only workspace of this server") && said.contains("create another"),
        "{said}"
    );
    assert!(!said.contains("the problem persists"), "{said}");

    let other = catalog.create_workspace("Other", model::Clock::System.now()).unwrap().id;
    let (code, _, said) = delete();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("a server is using the data folder"), "{said}");
    assert!(!data.join("connections").join(id.trim()).exists());
    let left: Vec<_> = catalog.all_workspaces().unwrap().into_iter().map(|one| one.workspace.id).collect();
    assert_eq!(left, [other]);
    let (_, log, _) = run(&data, &["audit", "--action", "workspace.deleted"], "");
    assert!(log.contains("operator  workspace.deleted  Workspace") && log.lines().count() == 1, "{log}");
    assert!(server.get("/api/v1/setup").contains("200 OK"), "it runs on");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_erased_by_the_running_server_with_the_same_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Generated, 5).await;
    let connect = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    let erase = |id: &str| {
        let (code, receipt, said) = run(&data, &["erase", "connection", id], "");
        assert_eq!(code, Some(0), "{said}");
        let receipt: Value = serde_json::from_str(&receipt).unwrap();
        assert!(!data.join("connections").join(id).exists());
        (receipt["connections"][0].clone(), said)
    };
    let (_, first, _) = run(&data, &connect, KEY);
    let (alone, _) = erase(first.trim());

    let server = Process::start(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    let (_, second, said) = run(&data, &connect, KEY);
    let (beside, told) = erase(second.trim());
    assert!(told.contains("a server is using the data folder"), "{said}{told}");
    assert_eq!(beside["connection"], second.trim());
    for same in ["name", "webhook"] {
        assert_eq!(beside[same], alone[same], "{beside}");
    }
    assert!(beside["objects"]["customer"].as_u64().unwrap() >= 5, "{beside}");
    assert!(alone["objects"]["customer"].as_u64().unwrap() >= 5, "{alone}");
    let (_, log, _) = run(&data, &["audit", "--action", "connection.deleted"], "");
    assert_eq!(log.matches("operator  connection.deleted  con").count(), 2, "{log}");
    let (code, _, said) = run(&data, &["erase", "connection", second.trim()], "");
    assert!(code == Some(1) && said.contains("not found"), "{said}");
    assert_eq!(server.terminate(), Some(0));
}

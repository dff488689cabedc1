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

    let connect = ["connect", "stripe", "--key-stdin", "--api-base", &merchant.api_base];
    let (code, id, said) = run(&data, &connect, KEY);
    assert_eq!(code, Some(0), "{said}");
    assert!(id.starts_with("conn_"));
    let (code, ledger, said) = run(&data, &["ledger"], "");
    assert_eq!((code, ledger.lines().count()), (Some(0), merchant.intention().len()), "{said}");
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

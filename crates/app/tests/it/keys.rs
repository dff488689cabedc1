//! The master key: replaced, kept elsewhere, and lost.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use model::ConnectionId;
use sandbox::{MerchantName, Running};
use serde_json::Value;
use store::DataDir;

use crate::process::{chartsy, ledger, start, stdout, text};
use crate::support::{KEY, PASSWORD, Site, sandbox};

const NEW: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const OLD: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

/// With environment variables.
fn run(data: &Path, variables: &[(&str, &str)], args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartsy"));
    command.args(args).env("CHARTSY_DATA", data).envs(variables.iter().copied()).env_remove("RUST_LOG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not read may be gone before it is written to.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn connect(data: &Path, variables: &[(&str, &str)], merchant: &Running) -> String {
    let args = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    stdout(&run(data, variables, &args, KEY)).trim().to_owned()
}

fn status(data: &Path, variables: &[(&str, &str)]) -> Value {
    serde_json::from_slice(&run(data, variables, &["keys", "status", "--format", "json"], "").stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_goes_on_while_the_key_is_replaced() {
    let merchant = sandbox(MerchantName::Generated, 5).await;
    let site = Site::new();
    let cookie = site.owner().await;
    let id = ConnectionId::from(site.connected(&cookie, &merchant).await);
    let data = site.context.data.path().to_owned();
    let workspace = site.context.catalog.default_workspace().unwrap().id;
    for round in 0..2 {
        let before = status(&data, &[]);
        let rotated = chartsy(&data, &["keys", "rotate"], None);
        assert!(stdout(&rotated).starts_with("everything is encrypted with master key"), "{round}");
        assert!(text(&rotated.stderr).contains("keys of connections (1)"), "{}", text(&rotated.stderr));
        let after = status(&data, &[]);
        assert_eq!((&after["state"], after["also_accepted"].as_array().unwrap().len()), (&"right".into(), 0));
        assert_ne!(before["current"], after["current"]);
        site.context.runner.sync_once(&workspace, &id).await.unwrap();
    }
    let recorded = stdout(&chartsy(&data, &["audit", "--action", "master_key.rotated"], None));
    assert_eq!(recorded.lines().count(), 2, "{recorded}");
    // Also with what it seals from now on.
    let path = format!("/api/v1/connections/{id}/key");
    let request = serde_json::json!({"key": KEY});
    let replaced = site.ask(crate::support::As::Person(&cookie), "PUT", &path, Some(request)).await;
    assert_eq!(replaced.status, 200, "{}", replaced.text);
    site.context.runner.sync_once(&workspace, &id).await.unwrap();
    let given = run(&data, &[], &["keys", "rotate", "--new-key-stdin"], NEW);
    assert!(given.status.success(), "{}", text(&given.stderr));
    assert_eq!(std::fs::read_to_string(data.join("master.key")).unwrap().trim(), NEW);
    site.context.runner.sync_once(&workspace, &id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_stays_known_when_the_key_is_replaced() {
    use crate::support::As;
    let site = Site::new();
    site.owner().await;
    let request = serde_json::json!({"login": "ada", "password": PASSWORD});
    let signed_in = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request.clone())).await;
    let known = signed_in.browser_cookie();
    let data = site.context.data.path().to_owned();
    for _ in 0..2 {
        let rotated = chartsy(&data, &["keys", "rotate"], None);
        assert!(text(&rotated.stderr).contains("keys of the server (1)"), "{}", text(&rotated.stderr));
    }
    let wrong = serde_json::json!({"login": "ada", "password": "Wrong1password"});
    for _ in 0..8 {
        site.ask(As::Nobody, "POST", "/api/v1/session", Some(wrong.clone())).await;
    }
    let strange = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request.clone())).await;
    assert_eq!(strange.code(), "too_many_tries");
    let own = site.ask(As::Person(&known), "POST", "/api/v1/session", Some(request)).await;
    assert_eq!(own.status, 201, "nobody keeps her out of her own browser: {}", own.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_key_is_in_the_environment_the_operator_is_told_each_step() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Generated, 3).await;
    let (only_old, only_new) = ([("CHARTSY_MASTER_KEY", OLD)], [("CHARTSY_MASTER_KEY", NEW)]);
    let both = [("CHARTSY_MASTER_KEY", NEW), ("CHARTSY_MASTER_KEY_OLD", OLD)];
    connect(&data, &only_old, &merchant);
    assert!(!data.join("master.key").exists());

    let told = run(&data, &only_old, &["keys", "rotate"], "");
    let said = text(&told.stderr);
    assert_eq!(told.status.code(), Some(1));
    let steps = [
        "1. create a new key",
        "2. restart the server",
        "CHARTSY_MASTER_KEY_OLD",
        "3. run 'chartsy keys rotate'",
        "4. remove",
    ];
    let places: Vec<usize> =
        steps.iter().map(|step| said.find(step).unwrap_or_else(|| panic!("{step}: {said}"))).collect();
    assert!(places.is_sorted(), "{said}");
    assert!(!said.contains(OLD));

    stdout(&run(&data, &both, &["sync"], ""));
    stdout(&run(&data, &both, &["keys", "rotate"], ""));
    stdout(&run(&data, &both, &["sync"], ""));
    stdout(&run(&data, &only_new, &["sync"], ""));
    let outdated = run(&data, &only_old, &["sync"], "");
    assert_eq!(outdated.status.code(), Some(1));
    let said = text(&outdated.stderr);
    assert_eq!(said.matches("CHARTSY_MASTER_KEY has master key").count(), 1, "{said}");
    assert_eq!(said.matches("help: ").count(), 1, "{said}");
    assert_eq!(status(&data, &only_old)["expected"], status(&data, &only_new)["current"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_can_print_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let (data, vault) = (folder.path().join("data"), folder.path().join("vault"));
    std::fs::write(&vault, OLD).unwrap();
    let merchant = sandbox(MerchantName::Generated, 3).await;
    let line = format!("cat '{}'", vault.display());
    let by_command = [("CHARTSY_MASTER_KEY_COMMAND", line.as_str())];
    connect(&data, &by_command, &merchant);
    assert!(!data.join("master.key").exists());
    stdout(&chartsy(&data, &["--master-key-command", &line, "sync"], None));
    std::fs::write(&vault, format!("{NEW}\n{OLD}\n")).unwrap();
    stdout(&run(&data, &by_command, &["keys", "rotate"], ""));
    std::fs::write(&vault, NEW).unwrap();
    stdout(&run(&data, &by_command, &["sync"], ""));

    let failing =
        chartsy(&data, &["--master-key-command", "false", "serve", "--listen", "127.0.0.1:0"], None);
    assert_eq!(failing.status.code(), Some(1), "a server does not start without an answer");
    assert!(text(&failing.stderr).contains("'false' failed"), "{}", text(&failing.stderr));
    let two = [by_command[0], ("CHARTSY_MASTER_KEY", NEW)];
    assert!(text(&run(&data, &two, &["sync"], "").stderr).contains("remove one of them"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_lost_key_the_figures_stay_and_each_key_is_entered_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Generated, 5).await;
    let id = connect(&data, &[], &merchant);
    let figures = ledger(&data);
    let expected = status(&data, &[])["current"].clone();
    let right = std::fs::read(data.join("master.key")).unwrap();
    std::fs::remove_file(data.join("master.key")).unwrap();

    let mut server = Command::new(env!("CARGO_BIN_EXE_chartsy"));
    server.args(["serve", "--listen", "127.0.0.1:0", "--rates-url", "none"]).env("CHARTSY_DATA", &data);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let warning = BufReader::new(server.stderr.take().unwrap()).lines().next().unwrap().unwrap();
    let started = BufReader::new(server.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    assert!(started.contains("Chartsy is running"), "{started}");
    for wanted in ["master.key", expected.as_str().unwrap(), "is missing", "chartsy keys replace-lost"] {
        assert!(warning.contains(wanted), "{wanted}: {warning}");
    }
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(ledger(&data), figures, "they can be read without the key");
    assert!(!data.join("master.key").exists(), "no other key takes its place unasked");
    let doctor = text(&chartsy(&data, &["doctor", "--offline"], None).stdout);
    assert!(doctor.contains("problem  master key"), "{doctor}");

    let asked = chartsy(&data, &["keys", "replace-lost"], None);
    assert_eq!(asked.status.code(), Some(1));
    assert!(text(&asked.stderr).contains("add --yes: keys of connections (1)"), "{}", text(&asked.stderr));
    std::fs::write(data.join("master.key"), right).unwrap();
    stdout(&chartsy(&data, &["sync"], None));
    assert_eq!(
        chartsy(&data, &["keys", "replace-lost", "--yes"], None).status.code(),
        Some(1),
        "it is not lost"
    );

    std::fs::remove_file(data.join("master.key")).unwrap();
    let replaced = chartsy(&data, &["keys", "replace-lost", "--yes"], None);
    assert!(replaced.status.success() && text(&replaced.stderr).contains(&id), "{}", text(&replaced.stderr));
    assert_eq!(ledger(&data), figures);
    let catalog = DataDir::open_existing(&data).unwrap().catalog().unwrap();
    assert_eq!(catalog.all_connections().unwrap()[0].last_error.as_ref().unwrap().code, "key_missing");
    assert_eq!(connect(&data, &[], &merchant), id, "the same connection goes on");
    stdout(&chartsy(&data, &["sync"], None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_is_killed_loses_nothing_and_is_finished_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Empty, 0).await;
    connect(&data, &[], &merchant);
    let lines = || std::fs::read_to_string(data.join("master.key")).unwrap().lines().count();
    for is_killed_early in [true, false, true, false] {
        let mut rotation = start(&data, &["keys", "rotate"], None);
        // As soon as both keys are in the file, or only once the old one is gone.
        while rotation.try_wait().unwrap().is_none() && !(is_killed_early && lines() == 2) {
            std::thread::yield_now();
        }
        let _ = rotation.kill();
        rotation.wait().unwrap();
        assert_eq!(status(&data, &[])["state"], "right");
        stdout(&chartsy(&data, &["sync"], None));
        stdout(&chartsy(&data, &["keys", "rotate"], None));
        assert_eq!((lines(), &status(&data, &[])["state"]), (1, &Value::from("right")));
        stdout(&chartsy(&data, &["sync"], None));
    }
}

#[tokio::test]
async fn users_sign_in_without_the_master_key() {
    let site = Site::new();
    site.owner().await;
    std::fs::remove_file(site.context.data.path().join("master.key")).unwrap();
    let request = serde_json::json!({"login": "ada", "password": PASSWORD});
    let answer = site.ask(crate::support::As::Nobody, "POST", "/api/v1/session", Some(request)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert!(!site.context.data.path().join("master.key").exists());
}

//! The command line, as scripts use it.

use std::path::Path;
use std::process::Output;

use sandbox::world::ExpectedStep;
use sandbox::{MerchantName, Running};
use serde_json::{Value, json};

use crate::process::{chartsy, logged, stdout, text};
use crate::support::{KEY, restricted, sandbox};

fn connect(data: &Path, key: &str, base: &str, more: &[&str]) -> Output {
    let args = [&["connect", sandbox::SOURCE, "--key-stdin", "--api-base", base], more].concat();
    chartsy(data, &args, Some(&format!("{key}\n")))
}

/// What the merchant meant, as lines of the ledger.
fn intended(merchant: &Running) -> Vec<String> {
    let line = |step: &ExpectedStep| {
        let (customer, currency) = (&step.customer, step.currency);
        format!(
            r#"{{"customer":"{customer}","currency":"{currency}","at":{},"mrr_minor":{}}}"#,
            step.at.0, step.mrr_minor
        )
    };
    let mut lines: Vec<String> = merchant.expected_mrr().iter().map(line).collect();
    lines.sort();
    lines
}

fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_can_tell_what_went_wrong_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let full = sandbox(MerchantName::Generated, 5).await;
    let short_key = "rk_test_lacking0000000000000";
    let lacking = restricted(short_key, "all,-invoices").await;
    let table = [
        ("", full.api_base.as_str(), 3),
        ("pk_test_1234567890", &full.api_base, 3),
        ("not a key", &full.api_base, 3),
        // It would not be reached: a key that was cut off is told before anything is sent.
        ("rk_live_cutoff", "http://127.0.0.1:9", 3),
        ("sk_test_wrong0000000000", &full.api_base, 3),
        (short_key, &lacking.api_base, 4),
        (KEY, "http://127.0.0.1:9", 5),
    ];
    for (key, base, code) in table {
        let output = connect(&data, key, base, &[]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{key}: {stderr}");
        assert_eq!(stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{stderr}");
        assert!(stderr.lines().any(|line| line.starts_with("help: ")), "{stderr}");
        assert!(key.is_empty() || !stderr.contains(key), "the key is not repeated: {stderr}");
        assert!(output.stdout.is_empty());
    }
    assert!(!data.exists(), "nothing was saved");
    assert_eq!(connect(&data, KEY, &full.api_base, &["--nonsense"]).status.code(), Some(2));
    let status = chartsy(&data, &["status"], None);
    assert_eq!(status.status.code(), Some(1));
    assert!(text(&status.stderr).contains("no data folder"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connecting_loads_everything_and_the_ledger_is_what_was_intended() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Mid, 60).await;
    let id = stdout(&connect(&data, KEY, &merchant.api_base, &["--name", "Mid"])).trim().to_owned();
    assert!(id.starts_with("conn_"), "{id}");

    let ledger = stdout(&chartsy(&data, &["ledger", "--format", "ndjson"], None));
    assert_eq!(lines(&ledger), intended(&merchant));
    let in_order: Vec<(String, i64, String)> = ledger.lines().map(order_of).collect();
    assert!(in_order.is_sorted(), "by customer, instant and currency");
    let csv = stdout(&chartsy(&data, &["ledger", "--format", "csv"], None));
    assert_eq!(csv.lines().count(), ledger.lines().count() + 1);
    assert_eq!(csv.lines().next(), Some("customer,currency,at,mrr_minor"));

    let status: Value =
        serde_json::from_str(&stdout(&chartsy(&data, &["status", "--format", "json"], None))).unwrap();
    let connection = &status["connections"][0];
    assert_eq!((&connection["name"], &connection["state"]), (&"Mid".into(), &"live".into()));
    assert!(connection["data_through"].is_i64() && connection["last_error"].is_null());
    assert!(connection["objects"]["invoice"].as_u64().unwrap() > 0);

    let rebuilt = stdout(&chartsy(&data, &["rebuild"], None));
    assert!(rebuilt.contains("nothing differed"), "{rebuilt}");
    assert_eq!(stdout(&chartsy(&data, &["ledger"], None)), ledger);

    let again = stdout(&connect(&data, KEY, &merchant.api_base, &[]));
    assert_eq!(again.trim(), id, "the same account is the same connection");
    stdout(&chartsy(&data, &["sync"], None));
    assert_eq!(stdout(&chartsy(&data, &["ledger"], None)), ledger);
}

fn order_of(line: &str) -> (String, i64, String) {
    let step: Value = serde_json::from_str(line).unwrap();
    let word = |name: &str| step[name].as_str().unwrap().to_owned();
    (word("customer"), step["at"].as_i64().unwrap(), word("currency"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_and_explanations_are_read_as_json_csv_or_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Generated, 40).await;
    stdout(&connect(&data, KEY, &merchant.api_base, &[]));

    let range = ["--from", "2026-01-01", "--to", "2026-03-31", "--interval", "month", "--currency", "native"];
    let metric = |name: &str, more: &[&str]| {
        let args = [&["metrics", name], &range[..], more].concat();
        stdout(&chartsy(&data, &args, None))
    };
    let json: Value = serde_json::from_str(&metric("mrr", &["--format", "json"])).unwrap();
    for field in ["metric", "interval", "currency", "timezone", "data_through", "series"] {
        assert!(!json[field].is_null(), "{field}");
    }
    let point = json["series"][0]["points"][0].as_object().unwrap();
    let mut fields: Vec<&str> = point.keys().map(String::as_str).collect();
    fields.retain(|field| !["subscriptions"].contains(field));
    let mut promised =
        vec!["start_on", "end_on", "is_partial", "value", "mrr_minor", "customers", "fx_minor"];
    let kinds = ["new", "expansion", "contraction", "churn", "reactivation"];
    let of_kinds: Vec<String> =
        kinds.iter().flat_map(|kind| [format!("{kind}_minor"), format!("{kind}_customers")]).collect();
    promised.extend(of_kinds.iter().map(String::as_str));
    promised.sort_unstable();
    fields.sort_unstable();
    assert_eq!(fields, promised);

    let csv = metric("mrr", &["--format", "csv", "--by", "plan", "--filter", "interval=month"]);
    assert!(csv.starts_with("currency,group,start_on,end_on,mrr_minor,customers"), "{csv}");
    assert!(metric("customer_churn_rate", &["--format", "table"]).contains("Customer churn rate"));

    let ahead = ["upcoming", "--what", "end", "--days", "3000", "--format"];
    let ahead = |format: &str| stdout(&chartsy(&data, &[&ahead[..], &[format]].concat(), None));
    let rows: Value = serde_json::from_str(&ahead("json")).unwrap();
    assert_eq!(ahead("csv").lines().count(), rows.as_array().unwrap().len() + 1);
    assert!(ahead("csv").starts_with("on,customer_id,name,email,subscription_id,plans,currency,mrr_minor"));
    assert!(ahead("table").contains("set to end"));

    let ledger = stdout(&chartsy(&data, &["ledger"], None));
    let (customer, at, _) = order_of(ledger.lines().next().unwrap());
    let args = ["explain", "--customer", &customer, "--at", &at.to_string(), "--format", "json"];
    let explained: Value = serde_json::from_str(&stdout(&chartsy(&data, &args, None))).unwrap();
    assert!(!explained["parts"][0]["steps"][0]["lines"].as_array().unwrap().is_empty());
    let nobody = chartsy(&data, &["explain", "--customer", "cus_nobody"], None);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(stdout(&chartsy(&data, &["doctor"], None)).lines().all(|line| line.starts_with("ok")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_the_log_says_for_which_connection() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let key = "rk_test_lacking0000000000000";
    let lacking = restricted(key, "all,-credit_notes").await;
    let id = stdout(&connect(&data, key, &lacking.api_base, &["--no-wait"])).trim().to_owned();
    let log = logged(&data, &["--log-format", "json", "sync"]);
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let lines: Vec<Value> = lines.collect();
    for message in ["loading", "a list is skipped", "every list is read", "checked"] {
        assert!(lines.iter().any(|line| line["fields"]["message"] == message), "{message}: {log}");
    }
    for line in lines {
        assert_eq!(line["span"], json!({ "name": "work", "connection": id }), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_several_connections_one_has_to_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (first, second) =
        (sandbox(MerchantName::Generated, 5).await, sandbox(MerchantName::Generated, 7).await);
    let one = stdout(&connect(&data, KEY, &first.api_base, &[])).trim().to_owned();
    stdout(&connect(&data, KEY, &second.api_base, &["--no-wait"]));
    let unclear = chartsy(&data, &["ledger"], None);
    assert_eq!(unclear.status.code(), Some(1));
    assert!(text(&unclear.stderr).contains(&format!("--connection {one}")), "{}", text(&unclear.stderr));
    assert!(!stdout(&chartsy(&data, &["ledger", "--connection", &one], None)).is_empty());
    stdout(&chartsy(&data, &["sync"], None));
    let status: Value =
        serde_json::from_str(&stdout(&chartsy(&data, &["status", "--format", "json"], None))).unwrap();
    assert!(status["connections"].as_array().unwrap().iter().all(|c| c["state"] == "live"), "{status}");
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let secret = stdout(&chartsy(&data, &["token", "create", "--name", "ci"], None)).trim().to_owned();
    assert!(secret.starts_with("chtk_"));
    let listed = stdout(&chartsy(&data, &["token", "list"], None));
    assert!(listed.contains("ci") && !listed.contains(&secret), "{listed}");
    let id = listed.split_whitespace().next().unwrap().to_owned();
    stdout(&chartsy(&data, &["token", "revoke", &id], None));
    assert_eq!(stdout(&chartsy(&data, &["token", "list"], None)), "");
    assert_eq!(chartsy(&data, &["token", "revoke", &id], None).status.code(), Some(1));
}

#[test]
fn the_api_describes_itself() {
    let folder = tempfile::tempdir().unwrap();
    let document: Value = serde_json::from_str(&stdout(&chartsy(folder.path(), &["openapi"], None))).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn a_forgotten_password_is_replaced_and_its_sessions_end() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let args = ["user", "password"];
    assert_eq!(chartsy(&data, &args, Some("NewPassword1\n")).status.code(), Some(1), "there is no folder");
    let catalog = store::DataDir::open(&data).unwrap().catalog().unwrap();
    let nobody = chartsy(&data, &args, Some("NewPassword1\n"));
    assert_eq!(nobody.status.code(), Some(1), "{}", text(&nobody.stderr));
    let owner = store::NewUser {
        full_name: "Ada".into(),
        email: "ada@example.com".into(),
        username: "ada".into(),
        password_hash: Some(model::Secret::new("$old")),
        is_email_confirmed: true,
    };
    let (now, later) = (model::UnixSeconds(1), model::UnixSeconds(i64::MAX));
    let user = catalog.create_owner(&owner, now).unwrap();
    catalog.create_session(b"hash", &user.id, &store::Origin::default(), now, later).unwrap();

    let weak = chartsy(&data, &args, Some("short\n"));
    assert_eq!(weak.status.code(), Some(1));
    assert!(text(&weak.stderr).contains("at least 8 characters"), "{}", text(&weak.stderr));
    let unknown = chartsy(&data, &["user", "password", "bob"], Some("NewPassword1\n"));
    assert_eq!(unknown.status.code(), Some(1));
    assert!(catalog.session(b"hash", now).unwrap().is_some(), "nothing was changed");

    let done = chartsy(&data, &["user", "password", "Ada@Example.com"], Some(" New Password1 \r\n"));
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(!text(&done.stderr).contains("Password1") && done.stdout.is_empty());
    assert_eq!(catalog.session(b"hash", now).unwrap(), None);
    let hash = catalog.user_by_login("ada").unwrap().unwrap().1.unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let is_right =
        runtime.block_on(api::access::password::is_right(model::Secret::new(" New Password1 "), Some(hash)));
    assert!(is_right.unwrap(), "the spaces belong to it, the end of the line does not");
}

//! A small account from a file, through the command line.

use serde_json::Value;

use crate::process::{Process, chartsy, stdout, text};
use crate::support::KEY;

const FILE: &str = r#"{ "objects": {
    "prices": [{ "id": "price_1", "unit_amount": 1000 }],
    "customers": [{ "id": "cus_1", "created": "@2026-01-01" }],
    "subscriptions": [{ "id": "sub_1", "customer": "cus_1", "created": "@2026-01-01", "items": [{ "price": "price_1" }] }],
    "invoices": [{ "id": "in_1", "customer": "cus_1", "created": "@2026-01-01", "sub": "sub_1", "lines": [
        { "price": "price_1", "amount": 1000, "sub": "sub_1", "period": { "start": "@2026-01-01", "end": "@2026-02-01" } }
    ] }]
} }"#;

#[test]
fn a_bad_account_file_is_refused_with_where_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("account.json");
    for (written, said) in [
        (FILE.replace("}] }]", "}] ]"), "line 4, column 121: expected"),
        (FILE.replace("\"id\": \"cus_1\", ", ""), "objects.customers[0]: has no id"),
        (
            FILE.replace("@2026-01-01\" }]", "@2026-13-01\" }]"),
            "objects.customers[0].created: '2026-13-01' is not",
        ),
    ] {
        std::fs::write(&file, &written).unwrap();
        let output = chartsy(folder.path(), &["sandbox", "--objects", file.to_str().unwrap()], None);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    let output = chartsy(folder.path(), &["sandbox", "--objects", "nowhere.json"], None);
    assert_eq!(output.status.code(), Some(2));
}

/// Loads what is served at an address, and gives its ledger.
fn ledger_of(addr: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let args = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &format!("http://{addr}")];
    stdout(&chartsy(&data, &args, Some(KEY)));
    stdout(&chartsy(&data, &["ledger"], None))
}

#[test]
fn a_recording_of_an_account_gives_the_same_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, recorded) = (path("account.json"), path("recorded.json"));
    std::fs::write(&file, FILE).unwrap();
    let serve = |objects: &str, more: &[&str]| {
        let args =
            [&["sandbox", "--listen", "127.0.0.1:0", "--key", KEY, "--objects", objects], more].concat();
        Process::start(&args)
    };
    let address = |process: &Process| process.addr.split_whitespace().next().unwrap().to_owned();

    let original = serve(&file, &["--record", &recorded]);
    let ledger = ledger_of(&address(&original));
    assert!(ledger.contains("\"mrr_minor\":1000"), "{ledger}");
    assert_eq!(original.terminate(), Some(0));

    let written: Value = serde_json::from_str(&std::fs::read_to_string(&recorded).unwrap()).unwrap();
    assert_eq!(written["objects"]["customers"][0]["id"], "cus_1");
    let again = serve(&recorded, &[]);
    assert_eq!(ledger_of(&address(&again)), ledger);
}

//! A data folder on a sandbox, and how ledgers are compared.

use model::{AccountId, Secret, Settings, UnixSeconds};
use store::{ConnectionRecord, DataDir, NewConnection};

/// Where every merchant's history ends at first.
pub const NOW: UnixSeconds = UnixSeconds(1_795_000_000);

/// A connection with the key of a sandbox, a sample merchant or an account that somebody has connected. Nothing is loaded yet.
pub fn connected_to(
    source: &str,
    data: &DataDir,
    api_base: &str,
    key: &str,
    is_sample: bool,
) -> ConnectionRecord {
    let catalog = data.catalog().unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    let connection = NewConnection {
        workspace: workspace.clone(),
        source: source.to_owned(),
        name: "Sandbox".to_owned(),
        account_id: AccountId::from("acct_1"),
        account_name: None,
        api_base: api_base.to_owned(),
        is_test_mode: true,
        is_sample,
        settings: Settings::default(),
        default_currency: None,
        absent: Vec::new(),
    };
    let record = catalog.create_connection(&connection, NOW).unwrap();
    let context = sync::runner::key_context(&record.id);
    let sealed = data.keyring(&catalog).unwrap().seal(&context, &Secret::new(key)).unwrap();
    catalog.set_sealed_key(&workspace, &record.id, &sealed, "sk_test_…").unwrap();
    record
}

/// Changes of customers as text, one a line, sorted: several on one instant have no order.
pub fn lines(steps: impl IntoIterator<Item = impl serde::Serialize>) -> String {
    let mut lines: Vec<String> =
        steps.into_iter().map(|step| serde_json::to_string(&step).unwrap()).collect();
    lines.sort();
    lines.join("\n")
}

/// The first customers on whom the two disagree, to be looked at.
pub fn difference(meant: &str, found: &str) -> String {
    let only = |a: &str, b: &str| {
        let other: std::collections::HashSet<&str> = b.lines().collect();
        a.lines().filter(|line| !other.contains(line)).take(8).collect::<Vec<_>>().join("\n")
    };
    format!("meant only:\n{}\nfound only:\n{}", only(meant, found), only(found, meant))
}

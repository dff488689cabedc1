mod people;
mod sign_on;

use crate::kind;
use model::{AccountId, ChurnAt, ConnectionId, Currency, Secret, TokenScope, UnixSeconds, WorkspaceId};

use super::*;
use crate::DataDir;
use crate::sealed::SEALED;

pub(super) const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

pub(super) fn temp() -> (tempfile::TempDir, Catalog) {
    let dir = tempfile::tempdir().unwrap();
    let catalog = DataDir::open(&dir.path().join("data")).unwrap().catalog().unwrap();
    (dir, catalog)
}

pub(super) fn owner() -> NewUser {
    NewUser {
        full_name: "Ada Lovelace".into(),
        email: "ada@example.com".into(),
        username: "ada".into(),
        password_hash: Some(Secret::new("$argon2id$…")),
        is_email_confirmed: true,
    }
}

pub(super) fn connection(workspace: &WorkspaceId, account: &str) -> NewConnection {
    NewConnection {
        workspace: workspace.clone(),
        source: "acme".into(),
        name: "Shop".into(),
        account_id: account.into(),
        account_name: Some("Shop Inc".into()),
        api_base: "https://api.example.com/".into(),
        is_test_mode: true,
        is_sample: false,
        settings: model::Settings::default(),
        default_currency: Some(Currency::USD),
        absent: vec![(kind::DISPUTE, AbsentReason::Forbidden)],
    }
}

/// A workspace beside the default one, as a hosted installation has them.
fn other_workspace(catalog: &Catalog) -> WorkspaceId {
    catalog.create_workspace("Other", NOW).unwrap().id
}

#[test]
fn a_token_belongs_to_its_workspace_and_notes_its_use() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let other = other_workspace(&catalog);
    let new = NewToken {
        workspace: workspace.clone(),
        name: "ci".into(),
        prefix: "cht_ab".into(),
        token_hash: b"hash".to_vec(),
        scope: TokenScope::ReadMetrics,
        expires_at: Some(UnixSeconds(NOW.0 + 1000)),
        created_by: Some("ada".into()),
    };
    let token = catalog.create_token(&new, NOW).unwrap();
    assert_eq!(catalog.use_token(b"hash", NOW).unwrap().unwrap().id, token.id);
    assert_eq!(catalog.tokens(&workspace).unwrap()[0].last_used_at, Some(NOW));
    assert_eq!(catalog.use_token(b"hash", UnixSeconds(NOW.0 + 1000)).unwrap(), None, "it has expired");
    assert_eq!(catalog.use_token(b"guess", NOW).unwrap(), None);
    assert_eq!(catalog.tokens(&other).unwrap(), []);
    assert!(!catalog.delete_token(&other, &token.id).unwrap());
    assert!(catalog.delete_token(&workspace, &token.id).unwrap());
    assert_eq!(catalog.use_token(b"hash", NOW).unwrap(), None);
}

#[test]
fn an_account_is_connected_once_per_workspace_and_server() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let first = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap();
    assert!(first.id.as_str().starts_with("conn_"));
    assert_eq!(first.state, ConnectionState::Loading);
    let error = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap_err();
    assert!(matches!(error, StoreError::AlreadyConnected { connection, .. } if connection == first.id));

    let elsewhere =
        NewConnection { api_base: "http://localhost/".into(), ..connection(&workspace, "acct_1") };
    let second = catalog.create_connection(&elsewhere, NOW).unwrap();
    let other = other_workspace(&catalog);
    catalog.create_connection(&connection(&other, "acct_1"), NOW).unwrap();
    assert_eq!(catalog.connections(&workspace).unwrap(), [first.clone(), second]);
    assert_eq!(catalog.all_connections().unwrap().len(), 3);
    let account = AccountId::from("acct_1");
    let found =
        catalog.find_by_account(&workspace, "acme", &account, "https://api.example.com/", true).unwrap();
    assert_eq!(found, Some(first));
}

#[test]
fn no_workspace_reaches_into_another() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let other = other_workspace(&catalog);
    let id = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    catalog.set_sealed_key(&workspace, &id, b"sealed", "rk_…abcd").unwrap();

    assert_eq!(catalog.connections(&other).unwrap(), []);
    assert_eq!(catalog.connection(&other, &id).unwrap(), None);
    assert_eq!(catalog.sealed_key(&other, &id).unwrap(), None);
    assert!(!catalog.delete_connection(&other, &id).unwrap());
    let renamed = catalog.update_connection(&other, &id, |record| record.name = "Mine".into());
    assert!(matches!(renamed, Err(StoreError::NotFound { .. })));
    let replaced = catalog.set_sealed_key(&other, &id, b"other", "x");
    assert!(matches!(replaced, Err(StoreError::NotFound { .. })));
    assert_eq!(catalog.sealed_key(&workspace, &id).unwrap().as_deref(), Some(&b"sealed"[..]));
    assert_eq!(catalog.connection(&workspace, &id).unwrap().unwrap().key_hint.as_deref(), Some("rk_…abcd"));
    assert!(catalog.delete_connection(&workspace, &id).unwrap());
    assert_eq!(catalog.sealed_key(&workspace, &id).unwrap(), None);
}

#[test]
fn erasures_are_noted_once_in_their_workspace_and_go_with_the_connection() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let other = other_workspace(&catalog);
    let id = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    let [ada, bob] = ["cus_ada", "cus_bob"].map(model::CustomerId::from);
    let refused = catalog.add_erasures(&other, &id, std::slice::from_ref(&ada), NOW);
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    catalog.add_erasures(&workspace, &id, std::slice::from_ref(&bob), NOW).unwrap();
    catalog.add_erasures(&workspace, &id, &[ada.clone(), bob.clone()], NOW).unwrap();
    assert_eq!(catalog.erasures(&workspace, &id).unwrap(), [ada, bob]);
    assert_eq!(catalog.erasures(&other, &id).unwrap(), []);
    catalog.delete_connection(&workspace, &id).unwrap();
    assert_eq!(catalog.erasures(&workspace, &id).unwrap(), []);
}

#[test]
fn what_changes_on_a_connection_is_kept_and_what_it_is_cannot_change() {
    let (dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let before = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap();
    let change = |record: &mut ConnectionRecord| {
        record.name = "Better".into();
        record.settings.rules.churn_at = ChurnAt::Requested;
        record.settings.time_zone = Some("Europe/Berlin".into());
        record.default_currency = Some(Currency::EUR);
        record.state = ConnectionState::Failed;
        record.data_through = Some(NOW);
        record.loaded_at = Some(NOW);
        record.last_error = Some(LastError {
            code: "key_refused".into(),
            message: "the key was refused".into(),
            action: "enter a new key".into(),
            at: NOW,
        });
        record.absent = vec![(kind::CHARGE, AbsentReason::Absent)];
    };
    let mut wanted = before.clone();
    change(&mut wanted);
    let after = catalog.update_connection(&workspace, &before.id, |record| {
        change(record);
        record.id = ConnectionId::from("conn_other");
        record.account_id = "acct_2".into();
        record.is_test_mode = false;
    });
    assert_eq!(after.unwrap(), wanted);
    drop(catalog);
    let catalog = DataDir::open(&dir.path().join("data")).unwrap().catalog().unwrap();
    assert_eq!(catalog.connection(&workspace, &before.id).unwrap(), Some(wanted));
}

#[test]
fn a_catalog_of_a_newer_version_is_refused() {
    let (dir, catalog) = temp();
    catalog.write(|tx| Ok(tx.pragma_update(None, "user_version", 99)?)).unwrap();
    drop(catalog);
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    assert!(matches!(data.catalog(), Err(StoreError::NewerFormat { found: 99, .. })));
}

#[test]
fn no_file_of_the_folder_holds_a_secret_in_the_clear() {
    let (dir, catalog) = temp();
    let data = dir.path().join("data");
    let keyring = DataDir::open(&data).unwrap().keyring(&catalog).unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    let id = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    let key = Secret::new("rk_live_51VeryLongAndVerySecret");
    let sealed = keyring.seal("connection key", &key).unwrap();
    catalog.set_sealed_key(&workspace, &id, &sealed, "rk_live_…cret").unwrap();

    let mut files = 0;
    for entry in std::fs::read_dir(&data).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let is_in_clear = bytes.windows(18).any(|part| part == &key.expose().as_bytes()[8..26]);
        assert!(!is_in_clear);
        files += 1;
    }
    assert!(files >= 3, "the catalog, the master key and the format are there");
    let sealed = catalog.sealed_key(&workspace, &id).unwrap().unwrap();
    assert_eq!(keyring.open("connection key", &sealed).unwrap().expose(), key.expose());
}

#[test]
fn a_webhook_has_one_path_and_keeps_the_newest_secrets() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let id = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    let webhook = catalog.webhook(&workspace, &id).unwrap();
    assert_eq!(catalog.webhook(&workspace, &id).unwrap(), webhook);
    assert_eq!(catalog.webhook_by_path(&webhook.path).unwrap().unwrap(), webhook);
    assert!(catalog.webhook_by_path("wh_guessed").unwrap().is_none());
    for number in 0..5_u8 {
        catalog.add_webhook_secret(&workspace, &id, &[number], NOW).unwrap();
    }
    assert_eq!(catalog.webhook_secrets(&workspace, &id).unwrap(), [vec![4], vec![3], vec![2]]);
    let registered = catalog.update_webhook(&workspace, &id, |webhook| {
        webhook.endpoint_id = Some("we_1".to_owned());
    });
    assert_eq!(catalog.webhook(&workspace, &id).unwrap(), registered.unwrap());

    let other = other_workspace(&catalog);
    assert!(catalog.webhook(&other, &id).is_err(), "another tenant's");
    assert!(catalog.add_webhook_secret(&other, &id, &[9], NOW).is_err());
    assert!(catalog.webhook_secrets(&other, &id).unwrap().is_empty());
    catalog.forget_webhook(&other, &id).unwrap();
    assert_eq!(catalog.webhook_secrets(&workspace, &id).unwrap().len(), 3);
    catalog.forget_webhook(&workspace, &id).unwrap();
    assert!(catalog.webhook_secrets(&workspace, &id).unwrap().is_empty());
    assert_eq!(catalog.webhook(&workspace, &id).unwrap(), webhook, "the path stays");
    catalog.delete_connection(&workspace, &id).unwrap();
    assert!(catalog.webhook_by_path(&webhook.path).unwrap().is_none());
}

/// A catalog of the version before, with a webhook, a secret and an erasure.
#[test]
fn what_refers_to_a_connection_outlives_a_new_table_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    for migration in [
        include_str!("migrations/0001.sql"),
        include_str!("migrations/0002.sql"),
        include_str!("migrations/0003.sql"),
        include_str!("migrations/0004.sql"),
    ] {
        old.execute_batch(migration).unwrap();
    }
    old.execute_batch(
        "PRAGMA user_version = 4;
        INSERT INTO workspaces (id, name) VALUES ('ws_1', 'Workspace');
        INSERT INTO connections (id, workspace, source, name, account_id, api_base, is_test_mode, is_sample, sealed_key,
            created_at, settings, state, absent)
        VALUES ('conn_1', 'ws_1', 'acme', 'Shop', 'acct_1', 'https://api.example.com/', 1, 0, x'01', 1, '{}', 'live', '[]');
        INSERT INTO erasures (connection, customer, erased_at) VALUES ('conn_1', 'cus_1', 1);",
    )
    .unwrap();
    drop(old);
    let catalog = Catalog::open(&path).unwrap();
    let (workspace, id) = (WorkspaceId::from("ws_1"), ConnectionId::from("conn_1"));
    assert_eq!(catalog.sealed_key(&workspace, &id).unwrap(), Some(vec![1]));
    assert_eq!(catalog.erasures(&workspace, &id).unwrap().len(), 1);
    let live = NewConnection { is_test_mode: false, ..connection(&workspace, "acct_1") };
    let live = catalog.create_connection(&live, NOW).unwrap();
    let again = catalog.create_connection(&connection(&workspace, "acct_1"), NOW);
    assert!(matches!(again, Err(StoreError::AlreadyConnected { .. })), "one of each mode");
    assert!(catalog.delete_connection(&workspace, &id).unwrap());
    assert_eq!(catalog.erasures(&workspace, &id).unwrap(), [], "what refers to it goes with it");
    assert!(catalog.connection(&workspace, &live.id).unwrap().is_some());
}

#[test]
fn a_key_that_is_replaced_or_removed_leaves_no_byte() {
    let (dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let id = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    let holds = |bytes: &[u8]| {
        let files = std::fs::read_dir(dir.path().join("data")).unwrap().map(|entry| entry.unwrap().path());
        let mut contents = files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
        contents.any(|content| content.windows(bytes.len()).any(|part| part == bytes))
    };
    let (first, second, webhook) = ([7_u8; 90], [8_u8; 90], [9_u8; 90]);
    catalog.set_sealed_key(&workspace, &id, &first, "rk_…1").unwrap();
    assert!(holds(&first));
    catalog.set_sealed_key(&workspace, &id, &second, "rk_…2").unwrap();
    assert!(holds(&second) && !holds(&first), "replaced");
    catalog.webhook(&workspace, &id).unwrap();
    catalog.add_webhook_secret(&workspace, &id, &webhook, NOW).unwrap();
    assert!(holds(&webhook));
    catalog.forget_webhook(&workspace, &id).unwrap();
    assert!(!holds(&webhook), "forgotten");
    catalog.delete_connection(&workspace, &id).unwrap();
    assert!(!holds(&second) && !holds(id.as_str().as_bytes()), "removed");
}

#[test]
fn rates_belong_to_their_workspace_and_replace_those_of_the_same_days() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let other = other_workspace(&catalog);
    let new = |rate: &str, last_on: &str| NewRate {
        currency: "kwd".parse().unwrap(),
        base: Currency::USD,
        first_on: "2026-01-01".parse().unwrap(),
        last_on: last_on.parse().unwrap(),
        rate: rate.to_owned(),
    };
    assert_eq!(catalog.rates_revision(&workspace).unwrap(), 0);
    catalog
        .add_rates(&workspace, &[new("0.30", "2026-01-31"), new("0.31", "2026-01-01")], "ada", NOW)
        .unwrap();
    catalog.add_rates(&workspace, &[new("0.307", "2026-01-31")], "ci", NOW).unwrap();
    let found = catalog.rates(&workspace).unwrap();
    let told: Vec<_> = found.iter().map(|one| (one.rate.rate.as_str(), one.entered_by.as_str())).collect();
    assert_eq!(told, [("0.31", "ada"), ("0.307", "ci")], "in the order they were entered");
    assert_eq!(found[1].rate, new("0.307", "2026-01-31"));
    assert_eq!(catalog.rates_revision(&workspace).unwrap(), 2);

    assert_eq!(catalog.rates(&other).unwrap(), []);
    assert!(!catalog.delete_rate(&other, &found[0].id).unwrap());
    assert_eq!(catalog.rates_revision(&workspace).unwrap(), 2, "nothing changed");
    assert!(catalog.delete_rate(&workspace, &found[0].id).unwrap());
    assert_eq!(catalog.rates(&workspace).unwrap(), found[1..]);
    assert_eq!(
        (catalog.rates_revision(&workspace).unwrap(), catalog.rates_revision(&other).unwrap()),
        (3, 0)
    );
    let nowhere = model::WorkspaceId::from("ws_gone");
    assert!(catalog.add_rates(&nowhere, &[new("1", "2026-01-01")], "ada", NOW).is_err());
}

#[test]
fn the_revision_moves_with_every_write_and_with_nothing_else() {
    let (dir, catalog) = temp();
    let first = catalog.revision().unwrap();
    catalog.all_connections().unwrap();
    assert_eq!(catalog.revision().unwrap(), first);
    catalog.set_meta("key", "value").unwrap();
    let own = catalog.revision().unwrap();
    assert_ne!(own, first);
    // As another process does.
    let path = catalog.shared.path.clone();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute("UPDATE meta SET value = 'other' WHERE key = 'key'", []).unwrap();
    assert_ne!(catalog.revision().unwrap(), own);
    drop(dir);
}

#[test]
fn whatever_is_sealed_is_in_the_list_that_a_rotation_goes_through() {
    let (_dir, catalog) = temp();
    let sql = "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND columns.name LIKE '%sealed%'";
    let found: Vec<(String, String)> = catalog
        .read(|conn| {
            let mut statement = conn.prepare(sql)?;
            let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(found.collect::<Result<_, _>>()?)
        })
        .unwrap();
    assert!(found.len() >= 2, "{found:?}");
    let listed: Vec<(String, String)> =
        SEALED.iter().map(|one| (one.table.to_owned(), one.column.to_owned())).collect();
    for column in found {
        assert!(listed.contains(&column), "{column:?} is missing from the list in sealed.rs");
    }
}

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use model::{AccountId, ConnectionId, Settings, UnixSeconds, WorkspaceId};

use super::rotation::interruption::{AT, Point};
use super::*;
use crate::sealed::{key_context, webhook_context};
use crate::{ConnectionState, NewConnection};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const KEY: &str = "rk_live_51VerySecret";
const SIGNING: &str = "whsec_1";

/// A data folder with a connection that has a key and a webhook's secret.
struct Fixture {
    dir: tempfile::TempDir,
    data: DataDir,
    catalog: Catalog,
    workspace: WorkspaceId,
    connection: ConnectionId,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let catalog = data.catalog().unwrap();
        let workspace = catalog.default_workspace().unwrap().id;
        let new = NewConnection {
            workspace: workspace.clone(),
            source: "acme".to_owned(),
            name: "Shop".to_owned(),
            account_id: AccountId::from("acct_1"),
            account_name: None,
            api_base: "https://api.example.com/".to_owned(),
            is_test_mode: true,
            is_sample: false,
            settings: Settings::default(),
            default_currency: None,
            absent: Vec::new(),
        };
        let connection = catalog.create_connection(&new, NOW).unwrap().id;
        let fixture = Self { dir, data, catalog, workspace, connection };
        fixture.keep_key(KEY).unwrap();
        fixture.catalog.webhook(&fixture.workspace, &fixture.connection).unwrap();
        fixture.keep_signing(SIGNING).unwrap();
        fixture
    }

    /// As another process or a later start sees it.
    fn opened_again(&self) -> DataDir {
        DataDir::open_existing(self.data.path()).unwrap()
    }

    fn with_command(&self, line: &str) -> DataDir {
        self.opened_again().with_key_command(KeyCommand::parse(line).unwrap()).unwrap()
    }

    fn key_file(&self) -> PathBuf {
        self.data.path().join("master.key")
    }

    fn key_lines(&self) -> usize {
        std::fs::read_to_string(self.key_file()).unwrap().lines().count()
    }

    fn keep_key(&self, key: &str) -> Result<(), StoreError> {
        self.data.seal(&self.catalog, &key_context(&self.connection), &Secret::new(key), |sealed| {
            self.catalog.set_sealed_key(&self.workspace, &self.connection, sealed, "rk_…")
        })
    }

    fn keep_signing(&self, secret: &str) -> Result<(), StoreError> {
        self.data.seal(&self.catalog, &webhook_context(&self.connection), &Secret::new(secret), |sealed| {
            self.catalog.add_webhook_secret(&self.workspace, &self.connection, sealed, NOW)
        })
    }

    fn key_by(&self, data: &DataDir) -> Result<Option<String>, StoreError> {
        let context = key_context(&self.connection);
        let sealed = || self.catalog.sealed_key(&self.workspace, &self.connection);
        let key = data.unsealed(&self.catalog, &context, sealed)?;
        Ok(key.map(|key| key.expose().to_owned()))
    }

    fn signing_by(&self, data: &DataDir) -> Result<Vec<String>, StoreError> {
        let context = webhook_context(&self.connection);
        let sealed = || self.catalog.webhook_secrets(&self.workspace, &self.connection);
        let secrets = data.unsealed(&self.catalog, &context, sealed)?;
        Ok(secrets.iter().map(|secret| secret.expose().to_owned()).collect())
    }

    fn assert_everything_is_readable(&self, data: &DataDir) {
        assert_eq!(self.key_by(data).unwrap().as_deref(), Some(KEY));
        assert_eq!(self.signing_by(data).unwrap(), [SIGNING]);
    }

    fn current(&self) -> KeyId {
        self.opened_again().existing_keyring(&self.catalog).unwrap().current()
    }

    fn lost(&self, data: &DataDir) -> String {
        match data.key_state(&self.catalog).unwrap() {
            KeyState::Lost { reason, .. } => reason,
            state => panic!("it is not lost: {state:?}"),
        }
    }
}

fn some_key(byte: u8) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode([byte; 32])
}

#[cfg(unix)]
#[test]
fn the_master_key_is_readable_by_its_owner_only_and_stays_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new();
    let mode = || std::fs::metadata(fixture.key_file()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    fixture.assert_everything_is_readable(&fixture.opened_again());
    fixture.data.rotate_key(&fixture.catalog, None).unwrap();
    assert_eq!(mode(), 0o600);
    let names = std::fs::read_dir(fixture.data.path()).unwrap();
    assert!(names.into_iter().all(|name| !name.unwrap().file_name().to_str().unwrap().ends_with(".tmp")));
}

#[test]
fn a_rotation_seals_everything_under_a_new_key_and_forgets_the_old_one() {
    let fixture = Fixture::new();
    let (before, old) = (fixture.current(), std::fs::read(fixture.key_file()).unwrap());
    let rotation = fixture.opened_again().rotate_key(&fixture.catalog, None).unwrap();
    let Rotation::Done { to, is_resumed: false, resealed } = rotation else { panic!("{rotation:?}") };
    let resealed: Vec<_> = resealed.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(resealed, [("keys of connections", 1), ("signing secrets of webhooks", 1)]);
    assert_eq!(to, fixture.current());
    assert_ne!(fixture.current(), before);
    assert_eq!(fixture.key_lines(), 1);
    fixture.assert_everything_is_readable(&fixture.data);
    fixture.assert_everything_is_readable(&fixture.opened_again());

    std::fs::write(fixture.key_file(), old).unwrap();
    let reason = fixture.lost(&fixture.opened_again());
    assert!(reason.contains(&before.to_string()), "the old one opens nothing any more: {reason}");
    assert!(fixture.key_by(&fixture.data).is_err());
}

#[test]
fn a_key_of_ones_own_can_be_rotated_to() {
    let fixture = Fixture::new();
    for bad in ["", "short", &format!("{}\n{}", some_key(1), some_key(2))] {
        let refused = fixture.data.rotate_key(&fixture.catalog, Some(&Secret::new(bad)));
        assert!(matches!(refused, Err(StoreError::MasterKey { .. })), "'{bad}'");
        fixture.assert_everything_is_readable(&fixture.data);
    }
    fixture.data.rotate_key(&fixture.catalog, Some(&Secret::new(some_key(1) + "\n"))).unwrap();
    assert_eq!(std::fs::read_to_string(fixture.key_file()).unwrap(), some_key(1) + "\n");
    fixture.assert_everything_is_readable(&fixture.data);
}

#[test]
fn wherever_a_rotation_is_killed_everything_is_readable_and_the_next_one_finishes_it() {
    for point in [Point::KeysKnown, Point::Resealed] {
        let fixture = Fixture::new();
        let before = fixture.current();
        AT.set(Some(point));
        fixture.data.rotate_key(&fixture.catalog, None).unwrap_err();
        AT.set(None);
        assert_eq!(fixture.key_lines(), 2, "{point:?}");
        fixture.assert_everything_is_readable(&fixture.data);
        fixture.assert_everything_is_readable(&fixture.opened_again());
        // What is sealed meanwhile is not lost either.
        fixture.keep_key("rk_live_newer").unwrap();

        let refused = fixture.data.rotate_key(&fixture.catalog, Some(&Secret::new(some_key(1))));
        assert!(matches!(refused, Err(StoreError::MasterKey { .. })), "one at a time");
        let Rotation::Done { to, is_resumed: true, .. } =
            fixture.data.rotate_key(&fixture.catalog, None).unwrap()
        else {
            panic!("{point:?}");
        };
        assert_eq!((to, fixture.key_lines()), (fixture.current(), 1));
        assert_ne!(to, before);
        assert_eq!(fixture.key_by(&fixture.opened_again()).unwrap().as_deref(), Some("rk_live_newer"));
        assert_eq!(fixture.signing_by(&fixture.opened_again()).unwrap(), [SIGNING]);
    }
}

#[test]
fn a_server_goes_on_reading_and_sealing_while_keys_are_rotated() {
    let fixture = Fixture::new();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut reads = 0;
            while !is_over.load(Ordering::Relaxed) || reads == 0 {
                assert_eq!(fixture.signing_by(&fixture.data).unwrap()[0], SIGNING);
                reads += 1;
            }
        });
        let writing = scope.spawn(|| {
            let mut writes = 0;
            while !is_over.load(Ordering::Relaxed) || writes == 0 {
                fixture.keep_key(&format!("rk_live_{writes}")).unwrap();
                assert_eq!(fixture.key_by(&fixture.data).unwrap().unwrap(), format!("rk_live_{writes}"));
                writes += 1;
            }
        });
        let other_process = fixture.opened_again();
        let catalog = other_process.catalog().unwrap();
        for _ in 0..10 {
            other_process.rotate_key(&catalog, None).unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        reading.join().unwrap();
        writing.join().unwrap();
    });
    assert_eq!(fixture.signing_by(&fixture.data).unwrap(), [SIGNING]);
}

#[test]
fn what_was_sealed_under_a_replaced_key_is_not_kept() {
    let fixture = Fixture::new();
    let context = key_context(&fixture.connection);
    let stale = fixture
        .data
        .keyring(&fixture.catalog)
        .unwrap()
        .seal(&context, &Secret::new("rk_live_stale"))
        .unwrap();
    fixture.data.rotate_key(&fixture.catalog, None).unwrap();
    let kept = fixture.catalog.set_sealed_key(&fixture.workspace, &fixture.connection, &stale, "rk_…");
    assert!(matches!(kept, Err(StoreError::KeyReplaced)));
    fixture.assert_everything_is_readable(&fixture.data);
}

#[test]
fn a_folder_from_before_keys_had_names_is_taken_over_as_it_is() {
    let fixture = Fixture::new();
    let conn = rusqlite::Connection::open(fixture.data.path().join("chartsy.db")).unwrap();
    assert_eq!(conn.execute("DELETE FROM meta WHERE key = 'master_key_check'", []).unwrap(), 1);
    fixture.assert_everything_is_readable(&fixture.data);
    let key = std::fs::read(fixture.key_file()).unwrap();
    std::fs::write(fixture.key_file(), some_key(1)).unwrap();
    assert!(fixture.lost(&fixture.data).contains("encrypted with another one"));
    std::fs::write(fixture.key_file(), key).unwrap();
    fixture.data.keyring(&fixture.catalog).unwrap();
    assert!(fixture.catalog.master_key_check().unwrap().is_some());
}

#[test]
fn a_missing_key_is_not_made_up_for_by_a_new_one() {
    let fixture = Fixture::new();
    let expected = fixture.current().to_string();
    let right = std::fs::read(fixture.key_file()).unwrap();
    std::fs::remove_file(fixture.key_file()).unwrap();
    let reason = fixture.lost(&fixture.data);
    assert!(reason.contains("master.key") && reason.contains(&expected), "{reason}");
    assert!(matches!(fixture.keep_key("rk_live_other"), Err(StoreError::MasterKeyLost { .. })));
    assert!(!fixture.key_file().exists());

    std::fs::write(fixture.key_file(), "half a k").unwrap();
    let reason = fixture.lost(&fixture.data);
    assert!(reason.contains("must be 32 bytes in base64") && reason.contains(&expected), "{reason}");
    std::fs::write(fixture.key_file(), right).unwrap();
    fixture.assert_everything_is_readable(&fixture.data);
}

#[test]
fn after_a_lost_key_connections_need_theirs_again_and_nothing_else_is_gone() {
    for left in [None, Some("half a k".to_owned()), Some(some_key(1))] {
        let fixture = Fixture::new();
        assert!(fixture.data.replace_lost_key(&fixture.catalog, NOW).is_err(), "it is not lost");
        match &left {
            None => std::fs::remove_file(fixture.key_file()).unwrap(),
            Some(text) => std::fs::write(fixture.key_file(), text).unwrap(),
        }
        let replaced = fixture.data.replace_lost_key(&fixture.catalog, NOW).unwrap();
        assert_eq!(
            (replaced.to, replaced.connections),
            (fixture.current(), vec![fixture.connection.clone()])
        );
        assert_eq!(fixture.key_by(&fixture.data).unwrap(), None);
        assert!(fixture.signing_by(&fixture.data).unwrap().is_empty());
        let record = fixture.catalog.connection(&fixture.workspace, &fixture.connection).unwrap().unwrap();
        assert_eq!((record.state, record.name.as_str()), (ConnectionState::Failed, "Shop"));
        assert_eq!(record.last_error.unwrap().code, "key_missing");
        fixture.keep_key(KEY).unwrap();
        assert_eq!(fixture.key_by(&fixture.opened_again()).unwrap().as_deref(), Some(KEY));
    }
}

#[cfg(unix)]
#[test]
fn a_command_gives_the_key_and_says_when_there_is_another() {
    let fixture = Fixture::new();
    let vault = fixture.dir.path().join("vault");
    let first = std::fs::read_to_string(fixture.key_file()).unwrap();
    std::fs::rename(fixture.key_file(), &vault).unwrap();
    let data = fixture.with_command(&format!("cat '{}'", vault.display()));
    fixture.assert_everything_is_readable(&data);
    assert!(!fixture.key_file().exists());

    let before = data.existing_keyring(&fixture.catalog).unwrap().current();
    assert_eq!(data.rotate_key(&fixture.catalog, None).unwrap(), Rotation::ByHand { current: before });
    std::fs::write(&vault, some_key(1) + "\n" + &first).unwrap();
    let operator = fixture.with_command(&format!("cat '{}'", vault.display()));
    let rotation = operator.rotate_key(&fixture.catalog, None).unwrap();
    assert!(matches!(rotation, Rotation::Done { is_resumed: false, .. }), "{rotation:?}");
    std::fs::write(&vault, some_key(1)).unwrap();
    fixture.assert_everything_is_readable(&fixture.with_command(&format!("cat '{}'", vault.display())));
    assert_ne!(operator.existing_keyring(&fixture.catalog).unwrap().current(), before);
}

#[cfg(unix)]
#[test]
fn a_key_in_the_wrong_place_is_found() {
    let fixture = Fixture::new();
    let data = fixture.with_command(&format!("echo {}", some_key(1)));
    let reason = fixture.lost(&data);
    assert!(
        reason.contains("the command 'echo'") && reason.contains("master.key has the right one"),
        "{reason}"
    );
    let failing = fixture.with_command("false");
    let error = failing.key_state(&fixture.catalog).unwrap_err().to_string();
    assert!(error.contains("'false' failed"), "{error}");
}

#[test]
fn a_backup_with_the_key_and_a_rotation_wait_for_each_other() {
    let fixture = Fixture::new();
    let held = fixture.data.lock_keys().unwrap();
    let copy = fixture.dir.path().join("copy");
    assert!(matches!(fixture.data.backup(&copy, true, NOW, |_| {}), Err(StoreError::AlreadyOpen { .. })));
    assert!(matches!(fixture.data.rotate_key(&fixture.catalog, None), Err(StoreError::AlreadyOpen { .. })));
    fixture.data.backup(&copy, false, NOW, |_| {}).unwrap();
    drop(held);
    fixture.data.rotate_key(&fixture.catalog, None).unwrap();
}

#[test]
fn a_workspaces_email_key_outlives_the_master_key_and_goes_with_the_rule_or_a_lost_key() {
    let fixture = Fixture::new();
    let hash = || {
        fixture
            .opened_again()
            .email_key(&fixture.catalog, &fixture.workspace)
            .unwrap()
            .hash("ada@example.com")
    };
    let first = hash();
    assert_eq!(hash(), first, "it is made once");
    let other = fixture.opened_again().email_key(&fixture.catalog, &"ws_other".into()).unwrap();
    assert_ne!(other.hash("ada@example.com"), first, "each workspace has its own");
    let stored = || fixture.catalog.sealed_email_key(&fixture.workspace).unwrap();
    let before = stored().unwrap();
    fixture.data.rotate_key(&fixture.catalog, None).unwrap();
    assert_ne!(stored(), Some(before));
    assert_eq!(hash(), first, "it is sealed again");

    fixture.catalog.forget_email_key(&fixture.workspace).unwrap();
    assert_eq!(stored(), None);
    let second = hash();
    assert_ne!(second, first);
    std::fs::remove_file(fixture.key_file()).unwrap();
    fixture.opened_again().replace_lost_key(&fixture.catalog, NOW).unwrap();
    assert_eq!(stored(), None, "nobody could read it");
    assert_ne!(hash(), second);
}

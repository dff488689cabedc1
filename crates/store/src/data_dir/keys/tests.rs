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
struct Place {
    dir: tempfile::TempDir,
    data: DataDir,
    catalog: Catalog,
    workspace: WorkspaceId,
    connection: ConnectionId,
}

impl Place {
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
        let place = Self { dir, data, catalog, workspace, connection };
        place.keep_key(KEY).unwrap();
        place.catalog.webhook(&place.workspace, &place.connection).unwrap();
        place.keep_signing(SIGNING).unwrap();
        place
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
    let place = Place::new();
    let mode = || std::fs::metadata(place.key_file()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    place.assert_everything_is_readable(&place.opened_again());
    place.data.rotate_key(&place.catalog, None).unwrap();
    assert_eq!(mode(), 0o600);
    let names = std::fs::read_dir(place.data.path()).unwrap();
    assert!(names.into_iter().all(|name| !name.unwrap().file_name().to_str().unwrap().ends_with(".tmp")));
}

#[test]
fn a_rotation_seals_everything_under_a_new_key_and_forgets_the_old_one() {
    let place = Place::new();
    let (before, old) = (place.current(), std::fs::read(place.key_file()).unwrap());
    let rotation = place.opened_again().rotate_key(&place.catalog, None).unwrap();
    let Rotation::Done { to, is_resumed: false, resealed } = rotation else { panic!("{rotation:?}") };
    let resealed: Vec<_> = resealed.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(resealed, [("keys of connections", 1), ("signing secrets of webhooks", 1)]);
    assert_eq!(to, place.current());
    assert_ne!(place.current(), before);
    assert_eq!(place.key_lines(), 1);
    place.assert_everything_is_readable(&place.data);
    place.assert_everything_is_readable(&place.opened_again());

    std::fs::write(place.key_file(), old).unwrap();
    let reason = place.lost(&place.opened_again());
    assert!(reason.contains(&before.to_string()), "the old one opens nothing any more: {reason}");
    assert!(place.key_by(&place.data).is_err());
}

#[test]
fn a_key_of_ones_own_can_be_rotated_to() {
    let place = Place::new();
    for bad in ["", "short", &format!("{}\n{}", some_key(1), some_key(2))] {
        let refused = place.data.rotate_key(&place.catalog, Some(&Secret::new(bad)));
        assert!(matches!(refused, Err(StoreError::MasterKey { .. })), "'{bad}'");
        place.assert_everything_is_readable(&place.data);
    }
    place.data.rotate_key(&place.catalog, Some(&Secret::new(some_key(1) + "\n"))).unwrap();
    assert_eq!(std::fs::read_to_string(place.key_file()).unwrap(), some_key(1) + "\n");
    place.assert_everything_is_readable(&place.data);
}

#[test]
fn wherever_a_rotation_is_killed_everything_is_readable_and_the_next_one_finishes_it() {
    for point in [Point::KeysKnown, Point::Resealed] {
        let place = Place::new();
        let before = place.current();
        AT.set(Some(point));
        place.data.rotate_key(&place.catalog, None).unwrap_err();
        AT.set(None);
        assert_eq!(place.key_lines(), 2, "{point:?}");
        place.assert_everything_is_readable(&place.data);
        place.assert_everything_is_readable(&place.opened_again());
        // What is sealed meanwhile is not lost either.
        place.keep_key("rk_live_newer").unwrap();

        let refused = place.data.rotate_key(&place.catalog, Some(&Secret::new(some_key(1))));
        assert!(matches!(refused, Err(StoreError::MasterKey { .. })), "one at a time");
        let Rotation::Done { to, is_resumed: true, .. } =
            place.data.rotate_key(&place.catalog, None).unwrap()
        else {
            panic!("{point:?}");
        };
        assert_eq!((to, place.key_lines()), (place.current(), 1));
        assert_ne!(to, before);
        assert_eq!(place.key_by(&place.opened_again()).unwrap().as_deref(), Some("rk_live_newer"));
        assert_eq!(place.signing_by(&place.opened_again()).unwrap(), [SIGNING]);
    }
}

#[test]
fn a_server_goes_on_reading_and_sealing_while_keys_are_rotated() {
    let place = Place::new();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut reads = 0;
            while !is_over.load(Ordering::Relaxed) || reads == 0 {
                assert_eq!(place.signing_by(&place.data).unwrap()[0], SIGNING);
                reads += 1;
            }
        });
        let writing = scope.spawn(|| {
            let mut writes = 0;
            while !is_over.load(Ordering::Relaxed) || writes == 0 {
                place.keep_key(&format!("rk_live_{writes}")).unwrap();
                assert_eq!(place.key_by(&place.data).unwrap().unwrap(), format!("rk_live_{writes}"));
                writes += 1;
            }
        });
        let other_process = place.opened_again();
        let catalog = other_process.catalog().unwrap();
        for _ in 0..10 {
            other_process.rotate_key(&catalog, None).unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        reading.join().unwrap();
        writing.join().unwrap();
    });
    assert_eq!(place.signing_by(&place.data).unwrap(), [SIGNING]);
}

#[test]
fn what_was_sealed_under_a_replaced_key_is_not_kept() {
    let place = Place::new();
    let context = key_context(&place.connection);
    let stale =
        place.data.keyring(&place.catalog).unwrap().seal(&context, &Secret::new("rk_live_stale")).unwrap();
    place.data.rotate_key(&place.catalog, None).unwrap();
    let kept = place.catalog.set_sealed_key(&place.workspace, &place.connection, &stale, "rk_…");
    assert!(matches!(kept, Err(StoreError::KeyReplaced)));
    place.assert_everything_is_readable(&place.data);
}

#[test]
fn a_folder_from_before_keys_had_names_is_taken_over_as_it_is() {
    let place = Place::new();
    let conn = rusqlite::Connection::open(place.data.path().join("chartsy.db")).unwrap();
    assert_eq!(conn.execute("DELETE FROM meta WHERE key = 'master_key_check'", []).unwrap(), 1);
    place.assert_everything_is_readable(&place.data);
    let key = std::fs::read(place.key_file()).unwrap();
    std::fs::write(place.key_file(), some_key(1)).unwrap();
    assert!(place.lost(&place.data).contains("encrypted with another one"));
    std::fs::write(place.key_file(), key).unwrap();
    place.data.keyring(&place.catalog).unwrap();
    assert!(place.catalog.master_key_check().unwrap().is_some());
}

#[test]
fn a_missing_key_is_not_made_up_for_by_a_new_one() {
    let place = Place::new();
    let expected = place.current().to_string();
    let right = std::fs::read(place.key_file()).unwrap();
    std::fs::remove_file(place.key_file()).unwrap();
    let reason = place.lost(&place.data);
    assert!(reason.contains("master.key") && reason.contains(&expected), "{reason}");
    assert!(matches!(place.keep_key("rk_live_other"), Err(StoreError::MasterKeyLost { .. })));
    assert!(!place.key_file().exists());

    std::fs::write(place.key_file(), "half a k").unwrap();
    let reason = place.lost(&place.data);
    assert!(reason.contains("must be 32 bytes in base64") && reason.contains(&expected), "{reason}");
    std::fs::write(place.key_file(), right).unwrap();
    place.assert_everything_is_readable(&place.data);
}

#[test]
fn after_a_lost_key_connections_need_theirs_again_and_nothing_else_is_gone() {
    for left in [None, Some("half a k".to_owned()), Some(some_key(1))] {
        let place = Place::new();
        assert!(place.data.replace_lost_key(&place.catalog, NOW).is_err(), "it is not lost");
        match &left {
            None => std::fs::remove_file(place.key_file()).unwrap(),
            Some(text) => std::fs::write(place.key_file(), text).unwrap(),
        }
        let replaced = place.data.replace_lost_key(&place.catalog, NOW).unwrap();
        assert_eq!((replaced.to, replaced.connections), (place.current(), vec![place.connection.clone()]));
        assert_eq!(place.key_by(&place.data).unwrap(), None);
        assert!(place.signing_by(&place.data).unwrap().is_empty());
        let record = place.catalog.connection(&place.workspace, &place.connection).unwrap().unwrap();
        assert_eq!((record.state, record.name.as_str()), (ConnectionState::Failed, "Shop"));
        assert_eq!(record.last_error.unwrap().code, "key_missing");
        place.keep_key(KEY).unwrap();
        assert_eq!(place.key_by(&place.opened_again()).unwrap().as_deref(), Some(KEY));
    }
}

#[cfg(unix)]
#[test]
fn a_command_gives_the_key_and_says_when_there_is_another() {
    let place = Place::new();
    let vault = place.dir.path().join("vault");
    let first = std::fs::read_to_string(place.key_file()).unwrap();
    std::fs::rename(place.key_file(), &vault).unwrap();
    let data = place.with_command(&format!("cat '{}'", vault.display()));
    place.assert_everything_is_readable(&data);
    assert!(!place.key_file().exists());

    let before = data.existing_keyring(&place.catalog).unwrap().current();
    assert_eq!(data.rotate_key(&place.catalog, None).unwrap(), Rotation::ByHand { current: before });
    std::fs::write(&vault, some_key(1) + "\n" + &first).unwrap();
    let operator = place.with_command(&format!("cat '{}'", vault.display()));
    let rotation = operator.rotate_key(&place.catalog, None).unwrap();
    assert!(matches!(rotation, Rotation::Done { is_resumed: false, .. }), "{rotation:?}");
    std::fs::write(&vault, some_key(1)).unwrap();
    place.assert_everything_is_readable(&place.with_command(&format!("cat '{}'", vault.display())));
    assert_ne!(operator.existing_keyring(&place.catalog).unwrap().current(), before);
}

#[cfg(unix)]
#[test]
fn a_key_in_the_wrong_place_is_found() {
    let place = Place::new();
    let data = place.with_command(&format!("echo {}", some_key(1)));
    let reason = place.lost(&data);
    assert!(
        reason.contains("the command 'echo'") && reason.contains("master.key has the right one"),
        "{reason}"
    );
    let failing = place.with_command("false");
    let error = failing.key_state(&place.catalog).unwrap_err().to_string();
    assert!(error.contains("'false' failed"), "{error}");
}

#[test]
fn a_backup_with_the_key_and_a_rotation_wait_for_each_other() {
    let place = Place::new();
    let held = place.data.lock_keys().unwrap();
    let copy = place.dir.path().join("copy");
    assert!(matches!(place.data.backup(&copy, true, NOW, |_| {}), Err(StoreError::AlreadyOpen { .. })));
    assert!(matches!(place.data.rotate_key(&place.catalog, None), Err(StoreError::AlreadyOpen { .. })));
    place.data.backup(&copy, false, NOW, |_| {}).unwrap();
    drop(held);
    place.data.rotate_key(&place.catalog, None).unwrap();
}

#[test]
fn a_workspaces_email_key_outlives_the_master_key_and_goes_with_the_rule_or_a_lost_key() {
    let place = Place::new();
    let hash =
        || place.opened_again().email_key(&place.catalog, &place.workspace).unwrap().hash("ada@example.com");
    let first = hash();
    assert_eq!(hash(), first, "it is made once");
    let other = place.opened_again().email_key(&place.catalog, &"ws_other".into()).unwrap();
    assert_ne!(other.hash("ada@example.com"), first, "each workspace has its own");
    let stored = || place.catalog.sealed_email_key(&place.workspace).unwrap();
    let before = stored().unwrap();
    place.data.rotate_key(&place.catalog, None).unwrap();
    assert_ne!(stored(), Some(before));
    assert_eq!(hash(), first, "it is sealed again");

    place.catalog.forget_email_key(&place.workspace).unwrap();
    assert_eq!(stored(), None);
    let second = hash();
    assert_ne!(second, first);
    std::fs::remove_file(place.key_file()).unwrap();
    place.opened_again().replace_lost_key(&place.catalog, NOW).unwrap();
    assert_eq!(stored(), None, "nobody could read it");
    assert_ne!(hash(), second);
}

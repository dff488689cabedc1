use super::*;

fn temp() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_new_folder_is_for_its_owner_only_and_opens_again() {
    let dir = temp();
    let path = dir.path().join("data");
    DataDir::open(&path).unwrap();
    DataDir::open(&path).unwrap();
    DataDir::open_existing(&path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn a_folder_with_something_else_in_it_is_left_as_it_is() {
    let dir = temp();
    std::fs::write(dir.path().join("thesis.doc"), "mine").unwrap();
    let error = DataDir::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::ForeignFolder { .. }));
    assert!(error.to_string().contains("choose an empty or a new folder"), "{error}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_of_a_newer_version_is_left_as_it_is() {
    let dir = temp();
    std::fs::write(dir.path().join("format"), "chartsy data folder, format 2\n").unwrap();
    let error = DataDir::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::NewerFormat { found: 2, known: 1, .. }));
    assert!(error.to_string().contains("use the newer version"), "{error}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_command_that_reads_makes_no_folder() {
    let dir = temp();
    let path = dir.path().join("typo");
    assert!(matches!(DataDir::open_existing(&path), Err(StoreError::Missing { .. })));
    assert!(!path.exists());
}

#[test]
fn one_server_at_a_time() {
    let dir = temp();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    let lock = data.lock_server().unwrap();
    assert!(matches!(data.lock_server(), Err(StoreError::AlreadyOpen { .. })));
    drop(lock);
    data.lock_server().unwrap();
}

#[test]
fn deleting_a_connection_deletes_its_folder_but_not_under_a_writer() {
    let dir = temp();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    let id = ConnectionId::from("conn_a");
    let objects = data.connection_files(&id).objects_to_write().unwrap();
    assert!(matches!(data.connection_files(&id).delete(), Err(StoreError::AlreadyOpen { .. })));
    assert!(data.connection_files(&id).folder().exists());
    drop(objects);
    data.connection_files(&id).delete().unwrap();
    assert!(!data.connection_files(&id).folder().exists());
    data.connection_files(&id).delete().unwrap();
}

#[test]
fn a_folder_that_lost_what_says_whose_it_is_is_told_from_somebody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    drop(DataDir::open(&path).unwrap().catalog().unwrap());
    for lost in [None, Some(&b""[..]), Some(b"chartsy"), Some(b"\xff\xfe")] {
        match lost {
            None => std::fs::remove_file(path.join("format")).unwrap(),
            Some(bytes) => std::fs::write(path.join("format"), bytes).unwrap(),
        }
        for opened in [DataDir::open(&path), DataDir::open_existing(&path)] {
            let error = opened.unwrap_err();
            assert!(matches!(error, StoreError::FormatLost { .. }), "{error}");
            assert!(error.to_string().contains("'chartsy data folder, format 1'"), "{error}");
        }
    }
    std::fs::write(path.join("format"), "chartsy data folder, format 1\n").unwrap();
    DataDir::open(&path).unwrap();
}

#[test]
fn a_catalog_that_is_gone_is_not_made_anew_beside_what_it_knew_of() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    drop(data.catalog().unwrap());
    std::fs::create_dir_all(data.connection_files(&ConnectionId::from("conn_1")).folder()).unwrap();
    drop(data.catalog().unwrap());
    let path = data.path().join("chartsy.db");
    for is_empty in [true, false] {
        std::fs::remove_file(&path).unwrap();
        if is_empty {
            std::fs::write(&path, "").unwrap();
        } else {
            assert!(!path.exists());
        }
        assert!(matches!(data.catalog(), Err(StoreError::Damaged { .. })));
        std::fs::write(&path, "").unwrap();
    }
}

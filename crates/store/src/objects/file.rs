//! How an objects file is opened: its format, and the choices behind speed and safety.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::erase;
use crate::StoreError;
use crate::error::{Fault, InFile};

/// Each takes the file one format further. What has been released is never changed, and what an earlier
/// reader needs stays, or a reader of this version makes do without it.
const MIGRATIONS: [&str; 5] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
];
/// The layout of the tables, kept in the file's `user_version`.
const FORMAT: i64 = MIGRATIONS.len() as i64;
/// Marks the file as ours: "CHTS".
const APPLICATION_ID: i64 = 0x4348_5453;

/// The first format whose keys are in runs.
const RUNS_SINCE_FORMAT: i64 = 4;
/// The indexes of an older file, in the words of a newer one. Only for the connection that reads it.
const RUNS_OF_OLDER_FILES: &str = "
    CREATE TEMP VIEW runs AS SELECT 1 AS run, 3 AS level, coalesce(max(row), 0) AS through FROM main.objects;
    CREATE TEMP VIEW by_id AS SELECT 1 AS run, kind, id, row FROM main.objects;
    CREATE TEMP VIEW by_customer AS
        SELECT 1 AS run, customer, kind, row FROM main.objects WHERE customer IS NOT NULL;";

/// How long a statement waits for another process. Only opening and checkpoints ever do.
const BUSY_TIMEOUT_MS: u64 = 10_000;

/// Opens the one connection that writes, and makes the tables of a new file or those that an older one lacks.
///
/// WAL with `synchronous = NORMAL`: killing the process loses nothing, since committed pages are with the operating
/// system. A power cut may lose the last commits but never damages the file and never parts a page of objects from
/// its cursor, which are in one transaction: reading goes on from the cursor that survived and fetches again what
/// was lost. So `FULL`, a wait for the disk with each page of objects, would buy nothing here.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path).in_file(path)?;
    prepare_for_writing(&mut conn, path).in_file(path)?;
    Ok(conn)
}

fn prepare_for_writing(conn: &mut Connection, path: &Path) -> Result<(), Fault> {
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
    let found = match format_of(conn)? {
        Format::Empty => 0,
        Format::Ours(found) => found,
        Format::Foreign => return Err(foreign()),
    };
    refuse_newer(found, path)?;
    if found == 0 {
        conn.pragma_update(None, "page_size", 8192)?;
    }
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "normal")?;
    // From the first write on, so that an erasure has to look for no more than what it deletes itself.
    conn.pragma_update(None, "secure_delete", true)?;
    // In KiB: the upper levels of every index stay in memory with tens of millions of objects.
    conn.pragma_update(None, "cache_size", -65_536)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    // In pages, 64 MB: fewer and longer checkpoints write a page that changes often only once.
    conn.pragma_update(None, "wal_autocheckpoint", 8192)?;
    conn.pragma_update(None, "journal_size_limit", 256_i64 << 20)?;
    conn.set_prepared_statement_cache_capacity(32);
    if found < FORMAT {
        let tx = conn.transaction()?;
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
            tx.execute_batch(migration)?;
        }
        if found == 0 {
            erase::note_in_place(&tx)?;
        }
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", FORMAT)?;
        tx.commit()?;
    }
    Ok(())
}

/// Opens a connection that reads, also a file of an older format. `Missing` when nothing was ever written there.
pub(super) fn open_for_reading(path: &Path) -> Result<Connection, StoreError> {
    if !path.try_exists().in_file(path)? {
        return Err(StoreError::Missing { path: path.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).in_file(path)?;
    prepare_for_reading(&conn, path).in_file(path)?;
    Ok(conn)
}

fn prepare_for_reading(conn: &Connection, path: &Path) -> Result<(), Fault> {
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
    let found = match format_of(conn)? {
        Format::Empty => return Err(StoreError::Missing { path: path.to_owned() }.into()),
        Format::Ours(found) => {
            refuse_newer(found, path)?;
            found
        }
        Format::Foreign => return Err(foreign()),
    };
    conn.pragma_update(None, "mmap_size", 2_147_418_112_i64)?;
    conn.pragma_update(None, "cache_size", -16_384)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    if found < RUNS_SINCE_FORMAT {
        // After `temp_store`, which drops whatever is temporary.
        conn.execute_batch(RUNS_OF_OLDER_FILES)?;
    }
    conn.set_prepared_statement_cache_capacity(32);
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Format {
    Empty,
    Ours(i64),
    Foreign,
}

fn format_of(conn: &Connection) -> rusqlite::Result<Format> {
    format_with_pause(conn, || {})
}

/// `pause` comes between its two marks.
fn format_with_pause(conn: &Connection, pause: impl FnOnce()) -> rusqlite::Result<Format> {
    // Both of one state: a file that another connection has just given its tables is not foreign.
    let reading = conn.unchecked_transaction()?;
    let application: i64 = reading.pragma_query_value(None, "application_id", |row| row.get(0))?;
    pause();
    let version: i64 = reading.pragma_query_value(None, "user_version", |row| row.get(0))?;
    reading.finish()?;
    Ok(match (application, version) {
        (APPLICATION_ID, version) => Format::Ours(version),
        (0, 0) => Format::Empty,
        _ => Format::Foreign,
    })
}

fn refuse_newer(found: i64, path: &Path) -> Result<(), Fault> {
    if found <= FORMAT {
        return Ok(());
    }
    Err(StoreError::NewerFormat { path: path.to_owned(), found, known: FORMAT }.into())
}

fn foreign() -> Fault {
    Fault::Damaged("not an object file".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::kind;
    use crate::kinds::first_code;
    use model::{Column, CustomerId, ObjectKind, Reference};

    use super::*;
    use crate::Objects;

    const REFERENCES: [Reference; 1] =
        [Reference { from: kind::INVOICE, column: Column::Customer, to: kind::CUSTOMER }];
    const KEPT: [(ObjectKind, &str); 2] = [(kind::CUSTOMER, "cus_1"), (kind::INVOICE, "in_1")];

    fn has_what_was_kept(objects: &Objects) {
        assert_eq!(objects.all_customer_ids().unwrap(), [CustomerId::from("cus_1")]);
        let found = objects.by_customer(&CustomerId::from("cus_1"), kind::ALL).unwrap();
        let found: Vec<_> = found.iter().map(|kept| (kept.object.kind, kept.object.id.as_str())).collect();
        assert_eq!(found, KEPT);
        for (kind, id) in KEPT {
            assert!(objects.get(kind, id).unwrap().is_some());
            assert_eq!(objects.scan(kind, None, 10).unwrap().len(), 1);
        }
        assert!(objects.references(&REFERENCES, &[kind::CUSTOMER], 1).unwrap().dangling.is_empty());
        assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
    }

    fn made_by_format_1() -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("objects.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(MIGRATIONS[0]).unwrap();
        conn.execute("INSERT INTO meta (key, value) VALUES ('a', 'kept')", []).unwrap();
        let body = zstd::bulk::compress(b"{}", 3).unwrap();
        let sql = "INSERT INTO objects (kind, id, customer, is_deleted, seen_at, dictionary, body)
            VALUES (?1, ?2, 'cus_1', 0, 5, 0, ?3)";
        for (kind, id) in KEPT {
            conn.execute(sql, rusqlite::params![first_code(kind).unwrap(), id, body]).unwrap();
            let sql = "INSERT INTO kinds (kind, live, deleted) VALUES (?1, 1, 0)";
            conn.execute(sql, [first_code(kind).unwrap()]).unwrap();
        }
        conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        (dir, path)
    }

    fn format(conn: &Connection) -> i64 {
        conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_older_file_is_read_as_it_is_and_brought_up_to_date_by_whoever_writes() {
        let (dir, path) = made_by_format_1();
        assert_eq!(format(&open_for_reading(&path).unwrap()), 1);
        let reader = Objects::open_read_only(dir.path()).unwrap();
        assert_eq!(reader.restatements(None, 10).unwrap(), []);
        has_what_was_kept(&reader);
        let conn = open_for_writing(&path).unwrap();
        assert_eq!(format(&conn), FORMAT);
        let kept: String = conn.query_row("SELECT value FROM meta", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "kept");
        drop(conn);
        assert_eq!(format(&open_for_writing(&path).unwrap()), FORMAT);
        has_what_was_kept(&Objects::open(dir.path(), &[], None).unwrap());
        has_what_was_kept(&reader);
    }

    /// A file as it is just before it gets its tables.
    fn without_tables() -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("objects.db");
        Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "wal").unwrap();
        (dir, path)
    }

    #[test]
    fn a_file_that_gets_its_tables_while_it_is_looked_at_is_empty_or_ours() {
        let (_dir, path) = without_tables();
        let reader = Connection::open(&path).unwrap();
        let seen = format_with_pause(&reader, || drop(open_for_writing(&path).unwrap())).unwrap();
        assert_eq!(seen, Format::Empty, "as it was when the first mark was read");
        assert_eq!(format_of(&reader).unwrap(), Format::Ours(FORMAT));
    }

    #[test]
    fn a_reader_never_sees_tables_without_their_marks() {
        let (_dir, path) = without_tables();
        let is_missing = || matches!(open_for_reading(&path), Err(StoreError::Missing { .. }));
        let mut writer = Connection::open(&path).unwrap();
        let tx = writer.transaction().unwrap();
        for migration in MIGRATIONS {
            tx.execute_batch(migration).unwrap();
            assert!(is_missing());
        }
        tx.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        assert!(is_missing(), "one of its marks is there");
        tx.pragma_update(None, "user_version", FORMAT).unwrap();
        assert!(is_missing());
        tx.commit().unwrap();
        assert_eq!(format(&open_for_reading(&path).unwrap()), FORMAT);
    }
}

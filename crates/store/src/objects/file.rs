//! How an objects file is opened: its format, and the choices behind speed and safety.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::StoreError;
use crate::error::{Fault, InFile};

/// The layout of the tables, kept in the file's `user_version`.
const FORMAT: i64 = 1;
/// Marks the file as ours: "CHTS".
const APPLICATION_ID: i64 = 0x4348_5453;

/// How long a statement waits for another process. Only opening and checkpoints ever do.
const BUSY_TIMEOUT_MS: u64 = 10_000;

/// Opens the one connection that writes, and makes the tables of a new file.
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
    let is_new = format_of(conn)? == Format::Empty;
    if is_new {
        conn.pragma_update(None, "page_size", 8192)?;
    }
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "normal")?;
    // In KiB: the upper levels of every index stay in memory with tens of millions of objects.
    conn.pragma_update(None, "cache_size", -65_536)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    // In pages, 64 MB: fewer and longer checkpoints write a page that changes often only once.
    conn.pragma_update(None, "wal_autocheckpoint", 8192)?;
    conn.pragma_update(None, "journal_size_limit", 256_i64 << 20)?;
    conn.set_prepared_statement_cache_capacity(32);
    if is_new {
        let tx = conn.transaction()?;
        tx.execute_batch(include_str!("schema.sql"))?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", FORMAT)?;
        tx.commit()?;
    }
    refuse_unknown(conn, path)
}

/// Opens a connection that reads. `Missing` when nothing was ever written there.
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
    if format_of(conn)? == Format::Empty {
        return Err(StoreError::Missing { path: path.to_owned() }.into());
    }
    conn.pragma_update(None, "mmap_size", 2_147_418_112_i64)?;
    conn.pragma_update(None, "cache_size", -16_384)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.set_prepared_statement_cache_capacity(32);
    refuse_unknown(conn, path)
}

#[derive(PartialEq, Eq)]
enum Format {
    Empty,
    Ours(i64),
    Foreign,
}

fn format_of(conn: &Connection) -> rusqlite::Result<Format> {
    let application: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(match (application, version) {
        (APPLICATION_ID, version) => Format::Ours(version),
        (0, 0) => Format::Empty,
        _ => Format::Foreign,
    })
}

fn refuse_unknown(conn: &Connection, path: &Path) -> Result<(), Fault> {
    match format_of(conn)? {
        Format::Ours(FORMAT) => Ok(()),
        Format::Ours(found) => {
            Err(StoreError::NewerFormat { path: path.to_owned(), found, known: FORMAT }.into())
        }
        Format::Empty | Format::Foreign => Err(Fault::Damaged("not a file of objects".to_owned())),
    }
}

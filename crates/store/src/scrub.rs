//! Secure deletion: data that SQLite deletes stays in its file and its log until something else overwrites it.

use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::error::Fault;

/// How often readers that hold old pages are waited for, and how long.
const TRIES: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// From here on pages that are given up are overwritten, not only forgotten.
pub(crate) fn overwrite_from_now_on(conn: &Connection) -> Result<(), Fault> {
    conn.pragma_update(None, "secure_delete", true)?;
    // A file is rebuilt beside itself: not in memory, which may hold less than a disk.
    conn.pragma_update(None, "temp_store", "file")?;
    Ok(())
}

/// Leaves no old page in the file or its log.
pub(crate) fn scrub(conn: &Connection) -> Result<(), Fault> {
    conn.execute_batch("VACUUM")?;
    empty_log(conn)
}

/// Leaves no old page in the log.
pub(crate) fn empty_log(conn: &Connection) -> Result<(), Fault> {
    for _ in 0..TRIES {
        let is_busy: bool = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if !is_busy {
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
    Err(Fault::Sql(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
        Some("a reader holds on to old pages".to_owned()),
    )))
}

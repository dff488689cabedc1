//! The ledger on disk: numbered chunks of bytes. A projection, so anything wrong with it means: rebuild.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::data_dir::{create_private_dir, remove_database};
use crate::error::{Fault, InFile};
use crate::scrub::{overwrite_from_now_on, scrub};
use crate::{StoreError, tables};

const FILE_NAME: &str = "ledger.db";
const FORMAT: i64 = 1;

const TABLES: &str = "
    CREATE TABLE chunks (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;";

/// A handle on one `ledger.db`. Its errors are answered by [`LedgerFile::delete`] and a rebuild.
pub struct LedgerFile {
    path: PathBuf,
    conn: Mutex<Connection>,
}

/// When a ledger's files were written last, and how long they are: the same where nobody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerStamp([Option<(SystemTime, u64)>; 2]);

impl LedgerStamp {
    /// A file that cannot be looked at is as one that is not there: whoever opens it hears why.
    pub(crate) fn of(connection_dir: &Path) -> Self {
        let stamp = |name: &str| {
            let facts = std::fs::metadata(connection_dir.join(name)).ok()?;
            Some((facts.modified().ok()?, facts.len()))
        };
        Self([stamp(FILE_NAME), stamp(&format!("{FILE_NAME}-wal"))])
    }
}

impl LedgerFile {
    /// The fact that rises with every change.
    pub const VERSION: &str = "version";

    /// Opens the ledger in a connection's folder; a new one is empty.
    ///
    /// # Errors
    /// `Damaged` or `NewerFormat` when it cannot be used; what the file system says.
    pub(crate) fn open(connection_dir: &Path) -> Result<Self, StoreError> {
        create_private_dir(connection_dir)?;
        let path = connection_dir.join(FILE_NAME);
        let mut conn = Connection::open(&path).in_file(&path)?;
        prepare(&mut conn, &path).in_file(&path)?;
        Ok(Self { path, conn: Mutex::new(conn) })
    }

    /// All chunks in the order of their numbers.
    ///
    /// # Errors
    /// `Damaged` when they cannot be read.
    pub fn load(&self) -> Result<Vec<(u32, Vec<u8>)>, StoreError> {
        let conn = self.conn();
        let read = || -> Result<_, Fault> {
            let mut statement = conn.prepare_cached("SELECT id, body FROM chunks ORDER BY id")?;
            let chunks = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(chunks.collect::<Result<_, _>>()?)
        };
        read().in_file(&self.path)
    }

    /// One fact about the ledger, such as the rules that it was built by.
    ///
    /// # Errors
    /// `Damaged` when it cannot be read.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        let conn = self.conn();
        let read = || -> Result<_, Fault> {
            let mut statement = conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
            Ok(statement.query_row([key], |row| row.get(0)).optional()?)
        };
        read().in_file(&self.path)
    }

    /// Puts these chunks and facts in place of all that was there, together or not at all.
    ///
    /// # Errors
    /// `DiskFull` and the like.
    pub fn replace_all<I>(&self, chunks: I, meta: &[(String, String)]) -> Result<(), StoreError>
    where
        I: IntoIterator<Item = (u32, Vec<u8>)>,
    {
        self.write(|tx| {
            tx.execute_batch("DELETE FROM chunks; DELETE FROM meta;")?;
            put(tx, chunks, meta)
        })
    }

    /// Puts these chunks and facts in place of those with the same number or key, together or not at all.
    ///
    /// # Errors
    /// `DiskFull` and the like.
    pub fn put<I>(&self, chunks: I, meta: &[(String, String)]) -> Result<(), StoreError>
    where
        I: IntoIterator<Item = (u32, Vec<u8>)>,
    {
        self.write(|tx| put(tx, chunks, meta))
    }

    /// Clears a ledger in a connection's folder except for its `version`, which is increased by one, so that
    /// processes with the ledger in memory notice the change. An unreadable one is deleted as it is.
    ///
    /// # Errors
    /// `Busy` when a reader holds on to it; what the file system says.
    pub(crate) fn clear(connection_dir: &Path) -> Result<(), StoreError> {
        if !connection_dir.join(FILE_NAME).try_exists().in_file(connection_dir)? {
            return Ok(());
        }
        match Self::open(connection_dir).and_then(|file| file.clear_open()) {
            Err(StoreError::Damaged { .. }) => Self::delete(connection_dir),
            cleared => cleared,
        }
    }

    fn clear_open(&self) -> Result<(), StoreError> {
        let version = self.meta(Self::VERSION)?.and_then(|version| version.parse::<u64>().ok()).unwrap_or(0);
        overwrite_from_now_on(&self.conn()).in_file(&self.path)?;
        self.replace_all([], &[(Self::VERSION.to_owned(), (version + 1).to_string())])?;
        scrub(&self.conn()).in_file(&self.path)
    }

    /// Removes the ledger of a connection's folder, damaged or not. No handle may be open on it.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn delete(connection_dir: &Path) -> Result<(), StoreError> {
        remove_database(&connection_dir.join(FILE_NAME))
    }

    fn write(&self, write: impl FnOnce(&Transaction<'_>) -> Result<(), Fault>) -> Result<(), StoreError> {
        let mut conn = self.conn();
        let attempt = || -> Result<(), Fault> {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            write(&tx)?;
            Ok(tx.commit()?)
        };
        attempt().in_file(&self.path)
    }

    fn conn(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `synchronous = NORMAL`: a power cut may take the last update, and an older ledger says so by its facts.
fn prepare(conn: &mut Connection, path: &Path) -> Result<(), Fault> {
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "normal")?;
    conn.pragma_update(None, "journal_size_limit", 16_i64 << 20)?;
    tables::ensure(conn, path, TABLES, FORMAT)
}

fn put<I>(tx: &Transaction<'_>, chunks: I, meta: &[(String, String)]) -> Result<(), Fault>
where
    I: IntoIterator<Item = (u32, Vec<u8>)>,
{
    let mut statement = tx.prepare_cached("INSERT OR REPLACE INTO chunks (id, body) VALUES (?1, ?2)")?;
    for (id, body) in chunks {
        statement.execute(params![id, body])?;
    }
    let mut statement = tx.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?;
    for (key, value) in meta {
        statement.execute([key, value])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(rules: &str) -> Vec<(String, String)> {
        vec![("rules".to_owned(), rules.to_owned())]
    }

    #[test]
    fn chunks_come_back_in_order_and_are_replaced_by_number() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = LedgerFile::open(dir.path()).unwrap();
        assert_eq!(ledger.load().unwrap(), []);
        ledger.replace_all([(2, vec![2]), (1, vec![1])], &meta("a")).unwrap();
        ledger.put([(2, vec![22]), (3, vec![3])], &[]).unwrap();
        assert_eq!(ledger.load().unwrap(), [(1, vec![1]), (2, vec![22]), (3, vec![3])]);
        assert_eq!(ledger.meta("rules").unwrap().as_deref(), Some("a"));

        ledger.replace_all([(7, vec![7])], &[]).unwrap();
        drop(ledger);
        let ledger = LedgerFile::open(dir.path()).unwrap();
        assert_eq!(ledger.load().unwrap(), [(7, vec![7])]);
        assert_eq!(ledger.meta("rules").unwrap(), None);
    }

    #[test]
    fn the_stamp_is_the_same_until_somebody_writes() {
        let dir = tempfile::tempdir().unwrap();
        let put = |byte: u8| {
            let ledger = LedgerFile::open(dir.path()).unwrap();
            ledger.replace_all([(1, vec![byte; usize::from(byte) * 5000])], &[]).unwrap();
        };
        put(1);
        let stamp = LedgerStamp::of(dir.path());
        assert_eq!(LedgerFile::open(dir.path()).unwrap().load().unwrap().len(), 1);
        assert_eq!(LedgerStamp::of(dir.path()), stamp, "reading leaves it");
        put(2);
        assert_ne!(LedgerStamp::of(dir.path()), stamp);
    }

    #[test]
    fn a_damaged_ledger_says_so_and_can_be_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = LedgerFile::open(dir.path()).unwrap();
        ledger.replace_all((0..50).map(|n| (n, vec![n as u8; 5000])), &meta("a")).unwrap();
        drop(ledger);
        let path = dir.path().join(FILE_NAME);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[..200].fill(0xff);
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(LedgerFile::open(dir.path()), Err(StoreError::Damaged { .. })));
        LedgerFile::delete(dir.path()).unwrap();
        assert_eq!(LedgerFile::open(dir.path()).unwrap().load().unwrap(), []);
        LedgerFile::delete(dir.path()).unwrap();
        LedgerFile::delete(dir.path()).unwrap();
    }
}

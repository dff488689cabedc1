//! Deliveries that have not been processed yet: only which object something happened to, never a payload.
//!
//! A delivery is on the disk before it is acknowledged, and stays until the object is fetched. Deliveries that arrive
//! together share one transaction, so that a burst waits for the disk once.

mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{ObjectKind, UnixSeconds};
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};

use self::writer::{Job, Writer};
use crate::data_dir::{create_private_dir, remove_database};
use crate::error::{Fault, InFile};
use crate::kinds::first_kind;
use crate::writer_thread::WriterThread;
use crate::{StoreError, tables};

pub(crate) const FILE_NAME: &str = "inbox.db";
const FORMAT: i64 = 1;
/// Deliveries that may wait for the writer; a caller that brings one more waits too.
const QUEUE: usize = 1024;

const TABLES: &str = "
    CREATE TABLE deliveries (
        number INTEGER PRIMARY KEY,
        event_id TEXT NOT NULL UNIQUE,
        event_type TEXT NOT NULL,
        kind INTEGER,
        object_id TEXT,
        created_at INTEGER NOT NULL,
        received_at_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_attempt_at INTEGER NOT NULL DEFAULT 0,
        last_error TEXT,
        is_dead INTEGER NOT NULL DEFAULT 0,
        kind_name TEXT
    ) STRICT;
    CREATE INDEX deliveries_due ON deliveries (is_dead, next_attempt_at, number);";

const COLUMNS: &str = "number, event_id, event_type, kind, object_id, created_at, received_at_ms, attempts,
    next_attempt_at, last_error, is_dead, kind_name";

/// An event that was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    pub event_id: String,
    pub event_type: String,
    /// `None`: of a kind that is not kept.
    pub kind: Option<ObjectKind>,
    pub object_id: Option<String>,
    /// By the provider's clock.
    pub created_at: UnixSeconds,
    /// By ours.
    pub received_at_ms: i64,
}

/// One that waits, or was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub number: i64,
    pub event: NewDelivery,
    /// How often processing it failed.
    pub attempts: u32,
    pub next_attempt_at: UnixSeconds,
    pub last_error: Option<String>,
    /// Given up: it needs a person.
    pub is_dead: bool,
}

/// How a failed attempt goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAttempt {
    At(UnixSeconds),
    Never,
}

/// What is in an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InboxFacts {
    pub waiting: u64,
    pub dead: u64,
    /// When the next of those waiting is due.
    pub next_attempt_at: Option<UnixSeconds>,
}

/// A handle on one `inbox.db`, cheap to clone. The errors are those of the file: full, read-only, damaged.
#[derive(Clone)]
pub struct Inbox {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    conn: Mutex<Connection>,
    /// Begins with the first delivery: of a thousand accounts, few deliver at the same time.
    writer: Mutex<Option<WriterThread<Job>>>,
}

impl Shared {
    fn writing(&self) -> MutexGuard<'_, Option<WriterThread<Job>>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The queue of the thread that writes, if it has begun.
    fn jobs(&self) -> Option<mpsc::Sender<Job>> {
        self.writing().as_ref().and_then(WriterThread::jobs).cloned()
    }

    /// The same; it begins where it has not.
    fn begin(&self) -> Result<mpsc::Sender<Job>, StoreError> {
        let mut begun = self.writing();
        if begun.is_none() {
            let writer = Writer::new(open(&self.path)?, &self.path);
            let thread = WriterThread::spawn("inbox-writer", QUEUE, move |jobs| writer.run(jobs));
            *begun = Some(thread.in_file(&self.path)?);
        }
        let jobs = begun.as_ref().and_then(WriterThread::jobs).cloned();
        jobs.ok_or_else(|| StoreError::WriterStopped { path: self.path.clone() })
    }
}

impl Inbox {
    /// Opens the inbox in a connection's folder; a new one is empty. A damaged one is recreated: its deliveries are
    /// in the provider's list of events too.
    ///
    /// # Errors
    /// `NewerFormat` when it cannot be used; what the file system says.
    pub(crate) fn open(connection_dir: &Path) -> Result<Self, StoreError> {
        create_private_dir(connection_dir)?;
        let path = connection_dir.join(FILE_NAME);
        let conn = match open_sound(&path) {
            Err(error @ StoreError::Damaged { .. }) => {
                tracing::warn!(%error, "the inbox was damaged and has been recreated; its deliveries are in the list of events too");
                remove_database(&path)?;
                open(&path)?
            }
            opened => opened?,
        };
        Ok(Self { shared: Arc::new(Shared { path, conn: Mutex::new(conn), writer: Mutex::default() }) })
    }

    /// What is in the inbox of a folder, for a process that only looks. An inbox that was never made is empty.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn look(connection_dir: &Path) -> Result<InboxFacts, StoreError> {
        let path = connection_dir.join(FILE_NAME);
        if !path.try_exists().in_file(&path)? {
            return Ok(InboxFacts::default());
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&path, flags).in_file(&path)?;
        match facts(&conn).in_file(&path) {
            // The process that works on it recreates it.
            Err(StoreError::Damaged { .. }) => Ok(InboxFacts::default()),
            looked => looked,
        }
    }

    /// Stores a delivery durably; returns whether it is new. The provider may be answered then.
    ///
    /// # Errors
    /// When it is not on the disk.
    pub async fn put(&self, delivery: NewDelivery) -> Result<bool, StoreError> {
        let stopped = || StoreError::WriterStopped { path: self.shared.path.clone() };
        let (reply, outcome) = oneshot::channel();
        let jobs = match self.shared.jobs() {
            Some(jobs) => jobs,
            None => {
                let shared = Arc::clone(&self.shared);
                let begun = tokio::task::spawn_blocking(move || shared.begin()).await;
                begun.map_err(|_| stopped())??
            }
        };
        jobs.send(Job { delivery, reply }).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }

    /// Deliveries due now, in order of arrival.
    ///
    /// # Errors
    /// Those of the file.
    pub fn due(&self, now: UnixSeconds, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries WHERE is_dead = 0 AND next_attempt_at <= ?1 ORDER BY number LIMIT ?2"
        );
        self.with(|conn| deliveries(conn, &sql, params![now.0, i64::try_from(limit).unwrap_or(i64::MAX)]))
    }

    /// Those that were given up, newest first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn dead(&self, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE is_dead = 1 ORDER BY number DESC LIMIT ?1");
        self.with(|conn| deliveries(conn, &sql, params![i64::try_from(limit).unwrap_or(i64::MAX)]))
    }

    /// Removes processed deliveries.
    ///
    /// # Errors
    /// Those of the file.
    pub fn done(&self, numbers: &[i64]) -> Result<(), StoreError> {
        self.change(numbers, |conn, number| {
            conn.prepare_cached("DELETE FROM deliveries WHERE number = ?1")?.execute([number])
        })
    }

    /// Records that processing these failed. `error` must not contain personal data, because it is shown.
    ///
    /// # Errors
    /// Those of the file.
    pub fn failed(&self, numbers: &[i64], error: &str, next: NextAttempt) -> Result<(), StoreError> {
        let (at, is_dead) = match next {
            NextAttempt::At(at) => (at.0, false),
            NextAttempt::Never => (0, true),
        };
        self.change(numbers, |conn, number| {
            let sql = "UPDATE deliveries SET attempts = attempts + 1, last_error = ?2, next_attempt_at = ?3,
                is_dead = ?4 WHERE number = ?1";
            conn.prepare_cached(sql)?.execute(params![number, error, at, is_dead])
        })
    }

    /// Makes all waiting deliveries due immediately.
    ///
    /// # Errors
    /// Those of the file.
    pub fn hasten(&self) -> Result<(), StoreError> {
        self.with(|conn| {
            conn.execute("UPDATE deliveries SET next_attempt_at = 0 WHERE is_dead = 0", [])?;
            Ok(())
        })
    }

    /// Makes all given-up deliveries due again; returns how many there were.
    ///
    /// # Errors
    /// Those of the file.
    pub fn revive(&self) -> Result<usize, StoreError> {
        self.with(|conn| {
            let sql =
                "UPDATE deliveries SET is_dead = 0, attempts = 0, next_attempt_at = 0 WHERE is_dead = 1";
            Ok(conn.execute(sql, [])?)
        })
    }

    /// # Errors
    /// Those of the file.
    pub fn facts(&self) -> Result<InboxFacts, StoreError> {
        self.with(facts)
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        let conn = self.shared.conn.lock().unwrap_or_else(PoisonError::into_inner);
        work(&conn).in_file(&self.shared.path)
    }

    fn change(
        &self,
        numbers: &[i64],
        change: impl Fn(&Connection, i64) -> rusqlite::Result<usize>,
    ) -> Result<(), StoreError> {
        let mut conn = self.shared.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut change_all = || -> Result<(), Fault> {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for number in numbers {
                change(&tx, *number)?;
            }
            Ok(tx.commit()?)
        };
        change_all().in_file(&self.shared.path)
    }
}

/// The same, where all of it can be read: it is small.
fn open_sound(path: &Path) -> Result<Connection, StoreError> {
    let conn = open(path)?;
    let check = || -> Result<(), Fault> {
        let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found == "ok" { Ok(()) } else { Err(Fault::Damaged(found)) }
    };
    check().in_file(path)?;
    Ok(conn)
}

/// `synchronous = FULL`: the provider is told that the delivery is stored, and does not deliver it again.
fn open(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path).in_file(path)?;
    prepare(&mut conn, path).in_file(path)?;
    Ok(conn)
}

fn prepare(conn: &mut Connection, path: &Path) -> Result<(), Fault> {
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    tables::ensure(conn, path, TABLES, FORMAT)?;
    name_kinds(conn)
}

/// Files from before kinds were kept by name have no column for it. Earlier readers need not know that there is one.
fn name_kinds(conn: &Connection) -> Result<(), Fault> {
    let sql = "SELECT count(*) FROM pragma_table_info('deliveries') WHERE name = 'kind_name'";
    let columns: i64 = conn.query_row(sql, [], |row| row.get(0))?;
    if columns == 0 {
        conn.execute("ALTER TABLE deliveries ADD COLUMN kind_name TEXT", [])?;
    }
    Ok(())
}

fn facts(conn: &Connection) -> Result<InboxFacts, Fault> {
    let sql = "SELECT count(*) FILTER (WHERE is_dead = 0), count(*) FILTER (WHERE is_dead = 1),
        min(next_attempt_at) FILTER (WHERE is_dead = 0) FROM deliveries";
    let facts = conn.query_row(sql, [], |row| {
        Ok(InboxFacts {
            waiting: row.get::<_, i64>(0)?.unsigned_abs(),
            dead: row.get::<_, i64>(1)?.unsigned_abs(),
            next_attempt_at: row.get::<_, Option<i64>>(2)?.map(UnixSeconds),
        })
    });
    Ok(facts?)
}

fn deliveries(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Delivery>, Fault> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(delivery(row)?);
    }
    Ok(found)
}

/// From the columns of `COLUMNS`.
fn delivery(row: &Row<'_>) -> Result<Delivery, Fault> {
    let (code, name): (Option<u8>, Option<String>) = (row.get(3)?, row.get(11)?);
    let kind = name.and_then(|name| ObjectKind::named(&name).ok()).or_else(|| first_kind(code?));
    Ok(Delivery {
        number: row.get(0)?,
        event: NewDelivery {
            event_id: row.get(1)?,
            event_type: row.get(2)?,
            kind,
            object_id: row.get(4)?,
            created_at: UnixSeconds(row.get(5)?),
            received_at_ms: row.get(6)?,
        },
        attempts: row.get(7)?,
        next_attempt_at: UnixSeconds(row.get(8)?),
        last_error: row.get(9)?,
        is_dead: row.get(10)?,
    })
}

#[cfg(test)]
mod tests;

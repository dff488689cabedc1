//! How the catalog is opened and brought up to date.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;
use crate::error::{Fault, InFile};
use crate::ids::new_id;
use crate::scrub::overwrite_from_now_on;

/// Each takes the catalog one version further. What has been released is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
    include_str!("migrations/0011.sql"),
    include_str!("migrations/0012.sql"),
    include_str!("migrations/0013.sql"),
    include_str!("migrations/0014.sql"),
    include_str!("migrations/0015.sql"),
    include_str!("migrations/0016.sql"),
    include_str!("migrations/0017.sql"),
    include_str!("migrations/0018.sql"),
];

/// Opens a connection to a catalog of the newest version, which is made or brought up to date first.
///
/// `synchronous = FULL`: what people decided is rare, small, and nowhere else.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path).in_file(path)?;
    migrate(&mut conn, path).in_file(path)?;
    Ok(conn)
}

fn migrate(conn: &mut Connection, path: &Path) -> Result<(), Fault> {
    conn.busy_timeout(Duration::from_secs(10))?;
    let known = MIGRATIONS.len();
    let found = version(conn)?;
    if found > known {
        let (found, known) = (found as i64, known as i64);
        return Err(StoreError::NewerFormat { path: path.to_owned(), found, known }.into());
    }
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    overwrite_from_now_on(conn)?;
    if found < known {
        bring_up_to_date(conn)?;
    }
    conn.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

fn bring_up_to_date(conn: &mut Connection) -> Result<(), Fault> {
    // A table that takes another's place would take with it what refers to that.
    conn.pragma_update(None, "foreign_keys", false)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again, now that nobody else can be at it.
    let found = version(&tx)?;
    for migration in MIGRATIONS.iter().skip(found) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    if found == 0 {
        tx.execute("INSERT INTO workspaces (id, name) VALUES (?1, 'Workspace')", [new_id("ws")?])?;
    }
    tx.commit()?;
    Ok(())
}

fn version(conn: &Connection) -> Result<usize, Fault> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    usize::try_from(version).map_err(|_| Fault::Damaged(format!("catalog version {version}")))
}

//! The tables of a database that has one format only, which its `user_version` tells.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;
use crate::error::Fault;

/// Makes the tables of a new file; refuses the file of a newer version.
pub(crate) fn ensure(conn: &mut Connection, path: &Path, tables: &str, format: i64) -> Result<(), Fault> {
    if version(conn)? == 0 {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked again, now that nobody else can be at it.
        if version(&tx)? == 0 {
            tx.execute_batch(tables)?;
            tx.pragma_update(None, "user_version", format)?;
        }
        tx.commit()?;
    }
    let found = version(conn)?;
    if found == format {
        return Ok(());
    }
    Err(StoreError::NewerFormat { path: path.to_owned(), found, known: format }.into())
}

fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

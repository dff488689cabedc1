//! Keys of the server itself. They are sealed under the master key, and sealed again when that is replaced.

use rusqlite::{OptionalExtension, params};

use super::Catalog;
use super::sealed::require_current;
use crate::StoreError;

impl Catalog {
    /// # Errors
    /// Those of the file.
    pub(crate) fn server_key(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT sealed FROM server_keys WHERE id = ?1")?;
            Ok(statement.query_row([id], |row| row.get(0)).optional()?)
        })
    }

    /// Keeps a key, unless there is one already.
    ///
    /// # Errors
    /// `KeyReplaced` when it is sealed under a key that is not the current one any more.
    pub(crate) fn begin_server_key(&self, id: &str, sealed: &[u8]) -> Result<(), StoreError> {
        self.write(|tx| {
            require_current(tx, sealed)?;
            let sql = "INSERT OR IGNORE INTO server_keys (id, sealed) VALUES (?1, ?2)";
            tx.prepare_cached(sql)?.execute(params![id, sealed])?;
            Ok(())
        })
    }
}

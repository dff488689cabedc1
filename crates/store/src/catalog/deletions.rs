//! What the command line wants deleted by the server that uses the folder, because the server has the files of the connections; or by
//! the next one that is started on it.

use model::{ConnectionId, WorkspaceId};
use rusqlite::{OptionalExtension, Transaction};

use super::Catalog;
use crate::StoreError;
use crate::error::Fault;

/// In the catalog's facts, before the id of what is to be deleted. The value is why it could not be, and empty until then.
const WORKSPACE: &str = "delete_workspace:";
const CONNECTION: &str = "delete_connection:";
/// Before the id of a connection that was deleted, for the command that waits for it: the receipt.
const RECEIPT: &str = "deleted_connection:";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    Workspace(WorkspaceId),
    Connection(ConnectionId),
}

impl Deletion {
    fn key(&self) -> String {
        match self {
            Self::Workspace(id) => format!("{WORKSPACE}{id}"),
            Self::Connection(id) => format!("{CONNECTION}{id}"),
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        if let Some(id) = key.strip_prefix(WORKSPACE) {
            return Some(Self::Workspace(id.into()));
        }
        key.strip_prefix(CONNECTION).map(|id| Self::Connection(id.into()))
    }
}

impl Catalog {
    /// Asks the server that uses the folder to delete something, or the next one that is started on it.
    ///
    /// # Errors
    /// Those of the file.
    pub fn ask_to_delete(&self, deletion: &Deletion) -> Result<(), StoreError> {
        self.set_meta(&deletion.key(), "")
    }

    /// What a server was asked to delete, and has not tried yet.
    ///
    /// # Errors
    /// Those of the file.
    pub fn wanted_deletions(&self) -> Result<Vec<Deletion>, StoreError> {
        let sql = "SELECT key FROM meta
            WHERE (substr(key, 1, length(?1)) = ?1 OR substr(key, 1, length(?2)) = ?2) AND value = '' ORDER BY key";
        self.read(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let keys = statement.query_map([WORKSPACE, CONNECTION], |row| row.get::<_, String>(0))?;
            let keys = keys.collect::<Result<Vec<_>, _>>()?;
            Ok(keys.iter().filter_map(|key| Deletion::of_key(key)).collect())
        })
    }

    /// Notes why something was not deleted, for the command that asked for it. It is not tried again until somebody asks again.
    ///
    /// # Errors
    /// Those of the file.
    pub fn refuse_to_delete(&self, deletion: &Deletion, why: &str) -> Result<(), StoreError> {
        self.set_meta(&deletion.key(), why)
    }

    /// Why a server did not delete something; told once.
    ///
    /// # Errors
    /// Those of the file.
    pub fn take_refusal_to_delete(&self, deletion: &Deletion) -> Result<Option<String>, StoreError> {
        self.take_meta(&deletion.key())
    }

    /// The receipt of a connection that a server deleted because the command line asked for it; told once.
    ///
    /// # Errors
    /// Those of the file.
    pub fn take_receipt(&self, of: &ConnectionId) -> Result<Option<String>, StoreError> {
        self.take_meta(&receipt_key(of))
    }

    fn take_meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        // Read first: whoever waits asks often, and a write would hold up others.
        if self.meta(key)?.is_none_or(|value| value.is_empty()) {
            return Ok(None);
        }
        self.write(|tx| {
            let sql = "DELETE FROM meta WHERE key = ?1 RETURNING value";
            Ok(tx.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?)
        })
    }
}

/// Within the transaction that deletes something: nobody wants it deleted anymore. Whether somebody did.
pub(super) fn forget(tx: &Transaction<'_>, deletion: &Deletion) -> Result<bool, Fault> {
    Ok(tx.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([deletion.key()])? > 0)
}

/// The same for a connection. Where a command waits for that, it gets the receipt.
pub(super) fn answer(tx: &Transaction<'_>, of: &ConnectionId, receipt: &str) -> Result<(), Fault> {
    if forget(tx, &Deletion::Connection(of.clone()))? {
        let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
        tx.prepare_cached(sql)?.execute([&*receipt_key(of), receipt])?;
    }
    Ok(())
}

fn receipt_key(of: &ConnectionId) -> String {
    format!("{RECEIPT}{of}")
}

#[cfg(test)]
mod tests;

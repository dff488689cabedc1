//! Deleting a workspace; also by a running server for the command line, because the server has the files of its connections.

use model::WorkspaceId;
use rusqlite::{OptionalExtension, Transaction};

use super::Catalog;
use super::audit::{Author, Deed, add_deed};
use crate::StoreError;
use crate::error::Fault;

/// Before the id of a workspace, in the catalog's facts: the command line wants it deleted. The value is why it could not be, and empty
/// until then.
const WANTED: &str = "delete_workspace:";

impl Catalog {
    /// Deletes a workspace, its memberships, tokens, rates and invitations, and records that in the audit log. Its connections have to be
    /// deleted before, because they have files and workers. Whether there was one.
    ///
    /// # Errors
    /// `OnlyWorkspace`; `WorkspaceHasConnections` while it has any.
    pub fn delete_workspace(&self, id: &WorkspaceId, author: &Author) -> Result<bool, StoreError> {
        self.write_and_scrub(|tx| {
            let sql = "DELETE FROM meta WHERE key = ?1";
            tx.prepare_cached(sql)?.execute([wanted(id)])?;
            let sql = "SELECT name FROM workspaces WHERE id = ?1";
            let name: Option<String> =
                tx.prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0)).optional()?;
            let Some(name) = name else { return Ok(false) };
            require_deletable(tx, id)?;
            super::email_keys::forget(tx, id)?;
            tx.prepare_cached("DELETE FROM workspaces WHERE id = ?1")?.execute([id.as_str()])?;
            let (workspace, action, subject) = (id, "workspace.deleted", Some(&*name));
            add_deed(tx, author, Deed { workspace, action, subject, detail: None })?;
            Ok(true)
        })
    }

    /// Asks the server that uses the folder to delete a workspace, or the next one that is started on it.
    ///
    /// # Errors
    /// Those of the file.
    pub fn ask_to_delete_workspace(&self, id: &WorkspaceId) -> Result<(), StoreError> {
        self.set_meta(&wanted(id), "")
    }

    /// The workspaces that a server was asked to delete, and has not tried yet.
    ///
    /// # Errors
    /// Those of the file.
    pub fn workspaces_to_delete(&self) -> Result<Vec<WorkspaceId>, StoreError> {
        let sql = "SELECT substr(key, length(?1) + 1) FROM meta
            WHERE substr(key, 1, length(?1)) = ?1 AND value = '' ORDER BY key";
        self.read(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let ids = statement.query_map([WANTED], |row| row.get::<_, String>(0))?;
            Ok(ids.map(|id| id.map(WorkspaceId::from)).collect::<Result<_, _>>()?)
        })
    }

    /// Notes why a workspace was not deleted, for the command that asked for it. It is not tried again until somebody asks again.
    ///
    /// # Errors
    /// Those of the file.
    pub fn refuse_to_delete_workspace(&self, id: &WorkspaceId, why: &str) -> Result<(), StoreError> {
        self.set_meta(&wanted(id), why)
    }

    /// Why a server did not delete a workspace; told once.
    ///
    /// # Errors
    /// Those of the file.
    pub fn take_refusal_to_delete_workspace(&self, id: &WorkspaceId) -> Result<Option<String>, StoreError> {
        let key = wanted(id);
        // Read first: whoever waits asks often, and a write would hold up others.
        if self.meta(&key)?.is_none_or(|why| why.is_empty()) {
            return Ok(None);
        }
        self.write(|tx| {
            let sql = "DELETE FROM meta WHERE key = ?1 RETURNING value";
            Ok(tx.prepare_cached(sql)?.query_row([&key], |row| row.get(0)).optional()?)
        })
    }
}

fn wanted(id: &WorkspaceId) -> String {
    format!("{WANTED}{id}")
}

fn require_deletable(tx: &Transaction<'_>, id: &WorkspaceId) -> Result<(), Fault> {
    if !tx.prepare_cached("SELECT 1 FROM workspaces WHERE id <> ?1")?.exists([id.as_str()])? {
        return Err(StoreError::OnlyWorkspace.into());
    }
    let mut statement =
        tx.prepare_cached("SELECT id FROM connections WHERE workspace = ?1 ORDER BY rowid")?;
    let left = statement.query_map([id.as_str()], |row| row.get::<_, String>(0))?;
    let left = left.collect::<Result<Vec<_>, _>>()?;
    if left.is_empty() {
        Ok(())
    } else {
        Err(StoreError::WorkspaceHasConnections { connections: left.join(", ") }.into())
    }
}

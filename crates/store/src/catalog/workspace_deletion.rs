//! Deleting a workspace.

use model::WorkspaceId;
use rusqlite::{OptionalExtension, Transaction};

use super::Catalog;
use super::audit::{Author, Deed, add_deed};
use super::deletions::{self, Deletion};
use crate::StoreError;
use crate::error::Fault;

impl Catalog {
    /// Deletes a workspace, its memberships, tokens, rates and invitations, and records that in the audit log. Its connections have to be
    /// deleted before, because they have files and workers. Whether there was one.
    ///
    /// # Errors
    /// `OnlyWorkspace`; `WorkspaceHasConnections` while it has any.
    pub fn delete_workspace(&self, id: &WorkspaceId, author: &Author) -> Result<bool, StoreError> {
        self.write_and_scrub(|tx| {
            deletions::forget(tx, &Deletion::Workspace(id.clone()))?;
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

//! How the connections of a workspace are shown together.

use model::{TogetherSettings, WorkspaceId};
use rusqlite::{OptionalExtension, params};

use super::Catalog;
use super::records::{from_json, to_json};
use crate::StoreError;

impl Catalog {
    /// # Errors
    /// Those of the file; `NotFound` when there is no such workspace.
    pub fn together_settings(&self, workspace: &WorkspaceId) -> Result<TogetherSettings, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT together FROM workspaces WHERE id = ?1")?;
            let found: Option<String> =
                statement.query_row([workspace.as_str()], |row| row.get(0)).optional()?;
            from_json(&found.ok_or_else(|| not_found(workspace))?)
        })
    }

    /// # Errors
    /// As [`Catalog::together_settings`].
    pub fn set_together_settings(
        &self,
        workspace: &WorkspaceId,
        settings: &TogetherSettings,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached("UPDATE workspaces SET together = ?2 WHERE id = ?1")?;
            let changed = statement.execute(params![workspace.as_str(), to_json(settings)?])?;
            if changed == 0 { Err(not_found(workspace).into()) } else { Ok(()) }
        })
    }
}

fn not_found(workspace: &WorkspaceId) -> StoreError {
    StoreError::NotFound { what: format!("workspace {workspace}") }
}

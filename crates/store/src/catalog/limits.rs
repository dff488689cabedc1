//! How much a workspace may have, on a server that is run for others.

use model::WorkspaceId;
use rusqlite::Transaction;

use super::Catalog;
use crate::StoreError;
use crate::error::Fault;

/// The most that each workspace may have; no limit by default. What is there already stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkspaceLimits {
    pub connections: Option<u32>,
    pub members: Option<u32>,
}

impl Catalog {
    /// Within the transaction that adds one: two at once can't both take the last place.
    pub(super) fn require_room_for_connection(
        &self,
        tx: &Transaction<'_>,
        workspace: &WorkspaceId,
    ) -> Result<(), Fault> {
        let Some(most) = self.workspace_limits().connections else { return Ok(()) };
        let sql = "SELECT count(*) FROM connections WHERE workspace = ?1";
        if is_full(tx, sql, workspace, most)? {
            return Err(StoreError::ConnectionsFull { most }.into());
        }
        Ok(())
    }

    /// As for a connection.
    pub(super) fn require_room_for_member(
        &self,
        tx: &Transaction<'_>,
        workspace: &WorkspaceId,
    ) -> Result<(), Fault> {
        let Some(most) = self.workspace_limits().members else { return Ok(()) };
        let sql = "SELECT count(*) FROM members WHERE workspace = ?1";
        if is_full(tx, sql, workspace, most)? {
            return Err(StoreError::MembersFull { most }.into());
        }
        Ok(())
    }
}

fn is_full(tx: &Transaction<'_>, sql: &str, workspace: &WorkspaceId, most: u32) -> Result<bool, Fault> {
    let count: i64 = tx.prepare_cached(sql)?.query_row([workspace.as_str()], |row| row.get(0))?;
    Ok(count >= i64::from(most))
}

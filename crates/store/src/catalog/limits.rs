//! How much a workspace or a person may have, on a server that is run for others.

use model::{UserId, WorkspaceId};
use rusqlite::Transaction;

use super::Catalog;
use crate::StoreError;
use crate::error::Fault;

/// The most that each workspace may have, and each person; no limit by default. What is there already stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkspaceLimits {
    pub connections: Option<u32>,
    pub members: Option<u32>,
    /// That one person owns.
    pub workspaces: Option<u32>,
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
        if is_full(tx, sql, workspace.as_str(), most)? {
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
        if is_full(tx, sql, workspace.as_str(), most)? {
            return Err(StoreError::MembersFull { most }.into());
        }
        Ok(())
    }

    /// As for a connection. Whoever is given a workspace needs room for it as well: else two accounts could own any number.
    pub(super) fn require_room_for_workspace(
        &self,
        tx: &Transaction<'_>,
        owner: &UserId,
    ) -> Result<(), Fault> {
        let Some(most) = self.workspace_limits().workspaces else { return Ok(()) };
        let sql = "SELECT count(*) FROM members WHERE user = ?1 AND role = 'owner'";
        if is_full(tx, sql, owner.as_str(), most)? {
            return Err(StoreError::WorkspacesFull { most }.into());
        }
        Ok(())
    }
}

fn is_full(tx: &Transaction<'_>, sql: &str, of: &str, most: u32) -> Result<bool, Fault> {
    let count: i64 = tx.prepare_cached(sql)?.query_row([of], |row| row.get(0))?;
    Ok(count >= i64::from(most))
}

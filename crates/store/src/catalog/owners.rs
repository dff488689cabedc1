//! That a workspace always has an owner who can sign in.

use model::{Role, UserId, WorkspaceId};
use rusqlite::{Connection, Transaction};

use super::Catalog;
use crate::StoreError;
use crate::error::Fault;

/// Of a row of `users`: the operator does not keep them out, and they have confirmed the address that they signed up with.
const CAN_SIGN_IN: &str = "users.locked_at IS NULL AND NOT users.awaits_confirmation";

impl Catalog {
    /// The workspaces that would have no owner who can sign in without this one, with their names.
    ///
    /// # Errors
    /// Those of the file.
    pub fn owned_alone(&self, user: &UserId) -> Result<Vec<(WorkspaceId, String)>, StoreError> {
        self.read(|conn| owned_alone(conn, user))
    }
}

pub(super) fn owned_alone(conn: &Connection, user: &UserId) -> Result<Vec<(WorkspaceId, String)>, Fault> {
    let sql = format!(
        "SELECT workspaces.id, workspaces.name FROM members
         JOIN workspaces ON workspaces.id = members.workspace
         WHERE members.user = ?1 AND members.role = 'owner' AND NOT EXISTS (
             SELECT 1 FROM members AS others JOIN users ON users.id = others.user
             WHERE others.workspace = members.workspace AND others.role = 'owner' AND others.user <> ?1
                 AND {CAN_SIGN_IN})
         ORDER BY workspaces.rowid"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let found =
        statement.query_map([user.as_str()], |row| Ok((row.get::<_, String>(0)?.into(), row.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// # Errors
/// `LastOwner` when nobody else owns the workspace who can sign in.
pub(super) fn keep_an_owner(
    tx: &Transaction<'_>,
    workspace: &WorkspaceId,
    leaving: &UserId,
) -> Result<(), Fault> {
    let sql = format!(
        "SELECT 1 FROM members JOIN users ON users.id = members.user
         WHERE members.workspace = ?1 AND members.role = ?2 AND members.user <> ?3 AND {CAN_SIGN_IN}"
    );
    let given = [workspace.as_str(), Role::Owner.as_str(), leaving.as_str()];
    if tx.prepare_cached(&sql)?.exists(given)? { Ok(()) } else { Err(StoreError::LastOwner.into()) }
}

/// # Errors
/// `MemberLocked` when somebody who is to be an owner could not sign in.
pub(super) fn require_can_sign_in(tx: &Transaction<'_>, user: &UserId) -> Result<(), Fault> {
    let sql = format!("SELECT 1 FROM users WHERE id = ?1 AND {CAN_SIGN_IN}");
    if tx.prepare_cached(&sql)?.exists([user.as_str()])? {
        Ok(())
    } else {
        Err(StoreError::MemberLocked.into())
    }
}

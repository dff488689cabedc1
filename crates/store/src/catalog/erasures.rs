//! Customers whose personal data was permanently erased.

use model::{ConnectionId, CustomerId, UnixSeconds, WorkspaceId};
use rusqlite::params;

use super::Catalog;
use crate::StoreError;

impl Catalog {
    /// Notes that customers' personal data is deleted from now on. Of those who are noted already, nothing changes.
    ///
    /// # Errors
    /// `NotFound` when the workspace has no such connection.
    pub fn add_erasures(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        customers: &[CustomerId],
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            let known = "SELECT count(*) FROM connections WHERE workspace = ?1 AND id = ?2";
            let known: i64 = tx.query_row(known, [workspace.as_str(), id.as_str()], |row| row.get(0))?;
            if known == 0 {
                return Err(StoreError::NotFound { what: format!("connection {id}") }.into());
            }
            let sql = "INSERT INTO erasures (connection, customer, erased_at) VALUES (?1, ?2, ?3)
                ON CONFLICT DO NOTHING";
            let mut statement = tx.prepare_cached(sql)?;
            for customer in customers {
                statement.execute(params![id.as_str(), customer.as_str(), now.0])?;
            }
            Ok(())
        })
    }

    /// Customers whose personal data is deleted whenever it arrives.
    ///
    /// # Errors
    /// Those of the file.
    pub fn erasures(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<Vec<CustomerId>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT customer FROM erasures JOIN connections ON connections.id = erasures.connection
                WHERE connections.workspace = ?1 AND connections.id = ?2 ORDER BY customer";
            let mut statement = conn.prepare_cached(sql)?;
            let ids =
                statement.query_map([workspace.as_str(), id.as_str()], |row| row.get::<_, String>(0))?;
            Ok(ids.map(|id| id.map(CustomerId::from)).collect::<Result<_, _>>()?)
        })
    }
}

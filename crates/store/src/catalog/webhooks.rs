//! Where providers deliver events, and the encrypted secrets that they sign them with.

use model::{ConnectionId, UnixSeconds, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, params};

use super::records::{from_json, to_json};
use super::sealed::require_current;
use super::{Catalog, LastError, WebhookRecord};
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

/// A rolled secret stays valid beside the new one; older ones do not.
const SECRETS_MAX: i64 = 3;

const COLUMNS: &str =
    "connections.id, connections.workspace, path, endpoint_id, endpoint_url, refused, last_received_at,
    newest_event_at, silent_since, left_url FROM webhooks JOIN connections ON connections.id = webhooks.connection";

impl Catalog {
    /// The connection's webhook; it gets its path when it is first asked for.
    ///
    /// # Errors
    /// `NotFound` when the workspace has no such connection.
    pub fn webhook(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<WebhookRecord, StoreError> {
        if let Some(found) = self.read(|conn| by_connection(conn, workspace, id))? {
            return Ok(found);
        }
        let path = new_id("wh")?;
        self.write(|tx| {
            let sql = "INSERT INTO webhooks (connection, path)
                SELECT id, ?3 FROM connections WHERE workspace = ?1 AND id = ?2 ON CONFLICT DO NOTHING";
            tx.prepare_cached(sql)?.execute(params![workspace.as_str(), id.as_str(), path])?;
            by_connection(tx, workspace, id)?.ok_or_else(|| not_found(id).into())
        })
    }

    /// Whose webhook a path is: for deliveries, which their signature lets in and nothing else.
    ///
    /// # Errors
    /// Those of the file.
    pub fn webhook_by_path(&self, path: &str) -> Result<Option<WebhookRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE path = ?1");
        self.read(|conn| one(conn, &sql, [path]))
    }

    /// Reads, changes and writes a webhook in one transaction. Its connection and path stay.
    ///
    /// # Errors
    /// `NotFound` when the workspace has no such webhook.
    pub fn update_webhook(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        change: impl FnOnce(&mut WebhookRecord),
    ) -> Result<WebhookRecord, StoreError> {
        self.write(|tx| {
            let mut record = by_connection(tx, workspace, id)?.ok_or_else(|| not_found(id))?;
            change(&mut record);
            let sql =
                "UPDATE webhooks SET endpoint_id = ?2, endpoint_url = ?3, refused = ?4, last_received_at = ?5,
                newest_event_at = ?6, silent_since = ?7, left_url = ?8 WHERE connection = ?1";
            tx.prepare_cached(sql)?.execute(params![
                id.as_str(),
                record.endpoint_id,
                record.endpoint_url,
                record.refused.as_ref().map(to_json).transpose()?,
                record.last_received_at.map(|at| at.0),
                record.newest_event_at.map(|at| at.0),
                record.silent_since.map(|at| at.0),
                record.left_url,
            ])?;
            Ok(record)
        })
    }

    /// Adds a sealed secret. The one before stays good, for deliveries that are on their way.
    ///
    /// # Errors
    /// `NotFound` when the workspace has no such webhook, `KeyReplaced` when it is sealed under a key that is not the current one
    /// any more.
    pub fn add_webhook_secret(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        sealed: &[u8],
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.write_and_scrub(|tx| {
            if by_connection(tx, workspace, id)?.is_none() {
                return Err(not_found(id).into());
            }
            require_current(tx, sealed)?;
            let sql = "INSERT INTO webhook_secrets (connection, sealed, added_at) VALUES (?1, ?2, ?3)";
            tx.prepare_cached(sql)?.execute(params![id.as_str(), sealed, now.0])?;
            let sql = "DELETE FROM webhook_secrets WHERE connection = ?1 AND number NOT IN
                (SELECT number FROM webhook_secrets WHERE connection = ?1 ORDER BY number DESC LIMIT ?2)";
            tx.prepare_cached(sql)?.execute(params![id.as_str(), SECRETS_MAX])?;
            Ok(())
        })
    }

    /// The sealed secrets, newest first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn webhook_secrets(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT sealed FROM webhook_secrets
                JOIN connections ON connections.id = webhook_secrets.connection
                WHERE workspace = ?1 AND connections.id = ?2 ORDER BY number DESC";
            let mut statement = conn.prepare_cached(sql)?;
            let secrets = statement.query_map([workspace.as_str(), id.as_str()], |row| row.get(0))?;
            Ok(secrets.collect::<Result<_, _>>()?)
        })
    }

    /// Forgets the secrets and what was registered. The path stays.
    ///
    /// # Errors
    /// Those of the file.
    pub fn forget_webhook(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<(), StoreError> {
        self.write_and_scrub(|tx| {
            let sql = "DELETE FROM webhook_secrets WHERE connection IN
                (SELECT id FROM connections WHERE workspace = ?1 AND id = ?2)";
            tx.prepare_cached(sql)?.execute([workspace.as_str(), id.as_str()])?;
            let sql = "UPDATE webhooks SET endpoint_id = NULL, endpoint_url = NULL, refused = NULL,
                newest_event_at = NULL, silent_since = NULL, left_url = NULL
                WHERE connection IN (SELECT id FROM connections WHERE workspace = ?1 AND id = ?2)";
            tx.prepare_cached(sql)?.execute([workspace.as_str(), id.as_str()])?;
            Ok(())
        })
    }
}

fn not_found(id: &ConnectionId) -> StoreError {
    StoreError::NotFound { what: format!("webhook of connection {id}") }
}

fn by_connection(
    conn: &Connection,
    workspace: &WorkspaceId,
    id: &ConnectionId,
) -> Result<Option<WebhookRecord>, Fault> {
    let sql = format!("SELECT {COLUMNS} WHERE workspace = ?1 AND connections.id = ?2");
    one(conn, &sql, [workspace.as_str(), id.as_str()])
}

fn one(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Option<WebhookRecord>, Fault> {
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_row(params, |row| {
        let refused: Option<String> = row.get(5)?;
        let instant = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(UnixSeconds));
        let record = WebhookRecord {
            connection: row.get::<_, String>(0)?.into(),
            workspace: row.get::<_, String>(1)?.into(),
            path: row.get(2)?,
            endpoint_id: row.get(3)?,
            endpoint_url: row.get(4)?,
            left_url: row.get(9)?,
            refused: None,
            last_received_at: instant(6)?,
            newest_event_at: instant(7)?,
            silent_since: instant(8)?,
        };
        Ok((record, refused))
    });
    let Some((record, refused)) = found.optional()? else { return Ok(None) };
    let refused: Option<LastError> = refused.map(|text| from_json(&text)).transpose()?;
    Ok(Some(WebhookRecord { refused, ..record }))
}

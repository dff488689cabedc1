//! Which accounts are connected, with their settings, their state and their sealed keys.

use model::{AccountId, ConnectionId, Currency, UnixSeconds, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::audit::{Author, Deed, add_deed};
use super::deletions::{self, Deletion};
use super::records::{from_json, to_json};
use super::sealed::require_current;
use super::{Catalog, ConnectionRecord, ConnectionState, NewConnection};
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

const COLUMNS: &str =
    "id, workspace, source, name, account_id, account_name, api_base, is_test_mode, is_sample,
    key_hint, created_at, settings, default_currency, state, data_through, loaded_at, last_error, absent";

impl Catalog {
    /// Adds a connection in the state `Loading`, without a key.
    ///
    /// # Errors
    /// `AlreadyConnected` when the workspace has this mode of this account of this server already, `ConnectionsFull`.
    pub fn create_connection(
        &self,
        connection: &NewConnection,
        now: UnixSeconds,
    ) -> Result<ConnectionRecord, StoreError> {
        let id = ConnectionId::from(new_id("conn")?);
        self.write(|tx| {
            let account = &connection.account_id;
            let NewConnection { workspace, source, api_base, is_test_mode, .. } = connection;
            let same = by_account(tx, workspace, source, account, api_base, *is_test_mode)?;
            if let Some(same) = same {
                let account = account.clone();
                return Err(StoreError::AlreadyConnected { connection: same.id, account }.into());
            }
            self.require_room_for_connection(tx, workspace)?;
            let sql =
                "INSERT INTO connections (id, workspace, source, name, account_id, account_name, api_base,
                is_test_mode, is_sample, created_at, settings, default_currency, state, absent)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
            tx.prepare_cached(sql)?.execute(params![
                id.as_str(),
                connection.workspace.as_str(),
                connection.source,
                connection.name,
                account.as_str(),
                connection.account_name,
                connection.api_base,
                connection.is_test_mode,
                connection.is_sample,
                now.0,
                to_json(&connection.settings)?,
                connection.default_currency.map(|currency| currency.to_string()),
                state_name(ConnectionState::Loading),
                to_json(&connection.absent)?,
            ])?;
            by_id(tx, &connection.workspace, &id)?.ok_or_else(|| not_found(&id).into())
        })
    }

    /// The connections of a workspace, oldest first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn connections(&self, workspace: &WorkspaceId) -> Result<Vec<ConnectionRecord>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM connections WHERE workspace = ?1 ORDER BY created_at, rowid");
        self.read(|conn| records(conn, &sql, [workspace.as_str()]))
    }

    /// One connection of a workspace; those of other workspaces are not found.
    ///
    /// # Errors
    /// Those of the file.
    pub fn connection(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        self.read(|conn| by_id(conn, workspace, id))
    }

    /// The connection of a mode of an account of a server, of which a workspace has at most one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn find_by_account(
        &self,
        workspace: &WorkspaceId,
        source: &str,
        account: &AccountId,
        api_base: &str,
        is_test_mode: bool,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        self.read(|conn| by_account(conn, workspace, source, account, api_base, is_test_mode))
    }

    /// For all tenants: only for the runner, never for a request.
    ///
    /// # Errors
    /// Those of the file.
    pub fn all_connections(&self) -> Result<Vec<ConnectionRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM connections ORDER BY created_at, rowid");
        self.read(|conn| records(conn, &sql, []))
    }

    /// One connection, for all tenants: only for the runner, never for a request.
    ///
    /// # Errors
    /// Those of the file.
    pub fn connection_of_any_workspace(
        &self,
        id: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM connections WHERE id = ?1");
        Ok(self.read(|conn| records(conn, &sql, [id.as_str()]))?.pop())
    }

    /// Reads, changes and writes a connection in one transaction. What identifies it (ids, source, account, base,
    /// mode, key hint, time of creation) stays, whatever `change` does to it.
    ///
    /// # Errors
    /// `NotFound` when the workspace has no such connection.
    pub fn update_connection(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        change: impl FnOnce(&mut ConnectionRecord),
    ) -> Result<ConnectionRecord, StoreError> {
        self.write(|tx| {
            let mut record = by_id(tx, workspace, id)?.ok_or_else(|| not_found(id))?;
            change(&mut record);
            let sql =
                "UPDATE connections SET name = ?3, account_name = ?4, settings = ?5, default_currency = ?6,
                state = ?7, data_through = ?8, loaded_at = ?9, last_error = ?10, absent = ?11
                WHERE workspace = ?1 AND id = ?2";
            tx.prepare_cached(sql)?.execute(params![
                workspace.as_str(),
                id.as_str(),
                record.name,
                record.account_name,
                to_json(&record.settings)?,
                record.default_currency.map(|currency| currency.to_string()),
                state_name(record.state),
                record.data_through.map(|at| at.0),
                record.loaded_at.map(|at| at.0),
                record.last_error.as_ref().map(to_json).transpose()?,
                to_json(&record.absent)?,
            ])?;
            by_id(tx, workspace, id)?.ok_or_else(|| not_found(id).into())
        })
    }

    /// Deletes a connection and its key; returns whether there was one. Its folder is deleted by
    /// [`ConnectionFiles::delete`](crate::ConnectionFiles::delete).
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_connection(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<bool, StoreError> {
        self.write_and_scrub(|tx| {
            deletions::forget(tx, &Deletion::Connection(id.clone()))?;
            delete(tx, workspace, id)
        })
    }

    /// The same for its author, which is recorded in the audit log with its name. Where the command line waits for it, it gets the receipt.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_connection_for(
        &self,
        author: &Author,
        workspace: &WorkspaceId,
        (id, name): (&ConnectionId, &str),
        receipt: &str,
    ) -> Result<bool, StoreError> {
        self.write_and_scrub(|tx| {
            deletions::answer(tx, id, receipt)?;
            let was_there = delete(tx, workspace, id)?;
            if was_there {
                let (action, subject, detail) = ("connection.deleted", Some(id.as_str()), Some(name));
                add_deed(tx, author, Deed { workspace, action, subject, detail })?;
            }
            Ok(was_there)
        })
    }

    /// Keeps the provider's key, sealed, and what may be shown of it, in place of the key before.
    ///
    /// # Errors
    /// `NotFound` when the workspace has no such connection, `KeyReplaced` when it is sealed under a key that is not the current
    /// one any more.
    pub fn set_sealed_key(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        sealed: &[u8],
        hint: &str,
    ) -> Result<(), StoreError> {
        self.write_and_scrub(|tx| {
            require_current(tx, sealed)?;
            let sql =
                "UPDATE connections SET sealed_key = ?3, key_hint = ?4 WHERE workspace = ?1 AND id = ?2";
            let changed =
                tx.prepare_cached(sql)?.execute(params![workspace.as_str(), id.as_str(), sealed, hint])?;
            if changed == 0 { Err(not_found(id).into()) } else { Ok(()) }
        })
    }

    /// The sealed key; `None` when there is no such connection or it has no key.
    ///
    /// # Errors
    /// Those of the file.
    pub fn sealed_key(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT sealed_key FROM connections WHERE workspace = ?1 AND id = ?2";
            let mut statement = conn.prepare_cached(sql)?;
            let found = statement.query_row([workspace.as_str(), id.as_str()], |row| row.get(0));
            Ok(found.optional()?.flatten())
        })
    }
}

fn delete(tx: &Transaction<'_>, workspace: &WorkspaceId, id: &ConnectionId) -> Result<bool, Fault> {
    let sql = "DELETE FROM connections WHERE workspace = ?1 AND id = ?2";
    Ok(tx.prepare_cached(sql)?.execute([workspace.as_str(), id.as_str()])? > 0)
}

fn not_found(id: &ConnectionId) -> StoreError {
    StoreError::NotFound { what: format!("connection {id}") }
}

fn by_id(
    conn: &Connection,
    workspace: &WorkspaceId,
    id: &ConnectionId,
) -> Result<Option<ConnectionRecord>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM connections WHERE workspace = ?1 AND id = ?2");
    Ok(records(conn, &sql, [workspace.as_str(), id.as_str()])?.pop())
}

fn by_account(
    conn: &Connection,
    workspace: &WorkspaceId,
    source: &str,
    account: &AccountId,
    api_base: &str,
    is_test_mode: bool,
) -> Result<Option<ConnectionRecord>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM connections
         WHERE workspace = ?1 AND source = ?2 AND account_id = ?3 AND api_base = ?4 AND is_test_mode = ?5"
    );
    let wanted = params![workspace.as_str(), source, account.as_str(), api_base, is_test_mode];
    Ok(records(conn, &sql, wanted)?.pop())
}

fn records(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<ConnectionRecord>, Fault> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

/// From the columns of `COLUMNS`.
fn record(row: &Row<'_>) -> Result<ConnectionRecord, Fault> {
    let default_currency: Option<String> = row.get(12)?;
    let last_error: Option<String> = row.get(16)?;
    Ok(ConnectionRecord {
        id: row.get::<_, String>(0)?.into(),
        workspace: row.get::<_, String>(1)?.into(),
        source: row.get(2)?,
        name: row.get(3)?,
        account_id: row.get::<_, String>(4)?.into(),
        account_name: row.get(5)?,
        api_base: row.get(6)?,
        is_test_mode: row.get(7)?,
        is_sample: row.get(8)?,
        key_hint: row.get(9)?,
        created_at: UnixSeconds(row.get(10)?),
        settings: from_json(&row.get::<_, String>(11)?)?,
        default_currency: default_currency
            .map(|code| code.parse::<Currency>().map_err(|error| Fault::Damaged(error.to_string())))
            .transpose()?,
        state: state(&row.get::<_, String>(13)?)?,
        data_through: row.get::<_, Option<i64>>(14)?.map(UnixSeconds),
        loaded_at: row.get::<_, Option<i64>>(15)?.map(UnixSeconds),
        last_error: last_error.map(|text| from_json(&text)).transpose()?,
        absent: from_json(&row.get::<_, String>(17)?)?,
    })
}

fn state_name(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Loading => "loading",
        ConnectionState::Live => "live",
        ConnectionState::Failed => "failed",
    }
}

fn state(name: &str) -> Result<ConnectionState, Fault> {
    let states = [ConnectionState::Loading, ConnectionState::Live, ConnectionState::Failed];
    let found = states.into_iter().find(|state| state_name(*state) == name);
    found.ok_or_else(|| Fault::Damaged(format!("'{name}' is not a connection state")))
}

//! Tokens for programs, each of one workspace.

use model::{ConnectionId, TokenScope, UnixSeconds, WorkspaceId};
use rusqlite::{OptionalExtension, Row, params};

use super::Catalog;
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

const TOKEN: &str = "id, workspace, name, prefix, created_at, last_used_at, scope, expires_at, created_by";

/// An API token, without its secret part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: String,
    pub workspace: WorkspaceId,
    pub name: String,
    /// The first characters, for telling tokens apart.
    pub prefix: String,
    pub created_at: UnixSeconds,
    pub last_used_at: Option<UnixSeconds>,
    pub scope: TokenScope,
    /// `None` where it lasts until it is revoked.
    pub expires_at: Option<UnixSeconds>,
    /// Whose it is: a username. `None` for one of before this was kept.
    pub created_by: Option<String>,
}

#[derive(Debug, Clone)]
pub struct NewToken {
    pub workspace: WorkspaceId,
    pub name: String,
    pub prefix: String,
    /// A hash of the whole token; the token itself is never kept.
    pub token_hash: Vec<u8>,
    pub scope: TokenScope,
    pub expires_at: Option<UnixSeconds>,
    pub created_by: Option<String>,
}

impl Catalog {
    /// Keeps a token by its hash.
    ///
    /// # Errors
    /// Those of the file; also when the workspace is not there.
    pub fn create_token(&self, token: &NewToken, now: UnixSeconds) -> Result<ApiToken, StoreError> {
        let id = new_id("tok")?;
        self.write(|tx| {
            let sql = "INSERT INTO tokens (id, workspace, name, prefix, token_hash, created_at, scope,
                expires_at, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            tx.prepare_cached(sql)?.execute(params![
                id,
                token.workspace.as_str(),
                token.name,
                token.prefix,
                token.token_hash,
                now.0,
                token.scope.as_str(),
                token.expires_at.map(|at| at.0),
                token.created_by,
            ])?;
            let sql = format!("SELECT {TOKEN} FROM tokens WHERE id = ?1");
            tx.prepare_cached(&sql)?.query_row([&id], |row| Ok(api_token(row)))?
        })
    }

    /// The token with this hash, unless it has expired. That it was used is noted at most once a minute, so that requests seldom
    /// write.
    ///
    /// # Errors
    /// Those of the file.
    pub fn use_token(&self, token_hash: &[u8], now: UnixSeconds) -> Result<Option<ApiToken>, StoreError> {
        let sql = format!(
            "SELECT {TOKEN} FROM tokens WHERE token_hash = ?1 AND (expires_at IS NULL OR expires_at > ?2)"
        );
        let found = self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_row(params![token_hash, now.0], |row| Ok(api_token(row)));
            found.optional()?.transpose()
        })?;
        let Some(token) = found else { return Ok(None) };
        if token.last_used_at.is_none_or(|last| now.0 - last.0 >= 60) {
            self.write(|tx| {
                let sql = "UPDATE tokens SET last_used_at = ?2 WHERE id = ?1";
                tx.prepare_cached(sql)?.execute(params![token.id, now.0])?;
                Ok(())
            })?;
        }
        Ok(Some(token))
    }

    /// The tokens of a workspace, oldest first. Those that have expired stay in the list until they are revoked.
    ///
    /// # Errors
    /// Those of the file.
    pub fn tokens(&self, workspace: &WorkspaceId) -> Result<Vec<ApiToken>, StoreError> {
        let sql = format!("SELECT {TOKEN} FROM tokens WHERE workspace = ?1 ORDER BY created_at, rowid");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([workspace.as_str()], |row| Ok(api_token(row)))?;
            found.map(|token| token?).collect()
        })
    }

    /// Whether a token is there that has not expired, of the workspace of a connection.
    ///
    /// # Errors
    /// Those of the file.
    pub fn has_token(
        &self,
        id: &str,
        connection: &ConnectionId,
        now: UnixSeconds,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM tokens JOIN connections ON connections.workspace = tokens.workspace
            WHERE tokens.id = ?1 AND connections.id = ?2
                AND (tokens.expires_at IS NULL OR tokens.expires_at > ?3)";
        self.read(|conn| Ok(conn.prepare_cached(sql)?.exists(params![id, connection.as_str(), now.0])?))
    }

    /// Deletes a token; returns whether there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_token(&self, workspace: &WorkspaceId, id: &str) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM tokens WHERE workspace = ?1 AND id = ?2";
            Ok(tx.prepare_cached(sql)?.execute([workspace.as_str(), id])? > 0)
        })
    }
}

/// From the columns of `TOKEN`.
fn api_token(row: &Row<'_>) -> Result<ApiToken, Fault> {
    let scope: String = row.get(6)?;
    Ok(ApiToken {
        id: row.get(0)?,
        workspace: row.get::<_, String>(1)?.into(),
        name: row.get(2)?,
        prefix: row.get(3)?,
        created_at: UnixSeconds(row.get(4)?),
        last_used_at: row.get::<_, Option<i64>>(5)?.map(UnixSeconds),
        scope: scope.parse().map_err(|_| Fault::Damaged(format!("token scope '{scope}'")))?,
        expires_at: row.get::<_, Option<i64>>(7)?.map(UnixSeconds),
        created_by: row.get(8)?,
    })
}

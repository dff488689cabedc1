//! Links that show one page of figures to people without an account, each of one connection, or of all of a workspace together: it
//! ends with that.

use model::{ConnectionId, Secret, UnixSeconds, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Catalog;
use super::records::{from_json, to_json};
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

const LINK: &str = "id, workspace, connection, name, page, view, password_hash, hides_amounts, hides_counts, scale, origins, \
     created_by, created_at, expires_at, last_opened_at, opened";

/// A link, without its secret part.
#[derive(Debug, Clone)]
pub struct ShareLink {
    pub id: String,
    pub workspace: WorkspaceId,
    /// `None` where the page shows all connections of the workspace together.
    pub connection: Option<ConnectionId>,
    pub name: String,
    /// The page that it shows: what its address has after the connection.
    pub page: String,
    /// What of it: the query of its address.
    pub view: String,
    /// Of the password that opens it, where it has one.
    pub password_hash: Option<Secret>,
    pub hides_amounts: bool,
    pub hides_counts: bool,
    /// By what amounts are divided where they are hidden, as JSON.
    pub scale: Option<Secret>,
    /// Who may show it in a frame, such as `https://example.com`. Without any, nobody.
    pub origins: Vec<String>,
    /// A user's or a token's name.
    pub created_by: String,
    pub created_at: UnixSeconds,
    /// `None` where it lasts until it is revoked.
    pub expires_at: Option<UnixSeconds>,
    pub last_opened_at: Option<UnixSeconds>,
    /// How often it was opened.
    pub opened: i64,
}

#[derive(Debug, Clone)]
pub struct NewShareLink {
    pub workspace: WorkspaceId,
    /// `None` for a page of all connections of the workspace together.
    pub connection: Option<ConnectionId>,
    pub name: String,
    /// Of the secret part of the link, which is not kept.
    pub code_hash: Vec<u8>,
    pub page: String,
    pub view: String,
    pub password_hash: Option<Secret>,
    pub hides_amounts: bool,
    pub hides_counts: bool,
    pub scale: Option<Secret>,
    pub origins: Vec<String>,
    pub created_by: String,
    pub expires_at: Option<UnixSeconds>,
}

impl ShareLink {
    /// By what the figures of its page are named: the connection's id, or the workspace's.
    pub fn of(&self) -> &str {
        self.connection.as_ref().map_or(self.workspace.as_str(), ConnectionId::as_str)
    }

    pub fn has_expired(&self, now: UnixSeconds) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

impl Catalog {
    /// Keeps a link by the hash of its code.
    ///
    /// # Errors
    /// Those of the file; also when the connection or the workspace is not there.
    pub fn create_share_link(&self, new: &NewShareLink, now: UnixSeconds) -> Result<ShareLink, StoreError> {
        let id = new_id("link")?;
        self.write(|tx| {
            let sql = "INSERT INTO share_links (id, workspace, connection, name, code_hash, page, view,
                password_hash, hides_amounts, hides_counts, scale, origins, created_by, created_at, expires_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
            tx.prepare_cached(sql)?.execute(params![
                id,
                new.workspace.as_str(),
                new.connection.as_ref().map(ConnectionId::as_str),
                new.name,
                new.code_hash,
                new.page,
                new.view,
                new.password_hash.as_ref().map(Secret::expose),
                new.hides_amounts,
                new.hides_counts,
                new.scale.as_ref().map(Secret::expose),
                to_json(&new.origins)?,
                new.created_by,
                now.0,
                new.expires_at.map(|at| at.0),
            ])?;
            found(tx, "id = ?1", &id)?
                .ok_or_else(|| Fault::Damaged("share link was not kept".to_owned()))
        })
    }

    /// The link with the code of this hash, unless it has expired.
    ///
    /// # Errors
    /// Those of the file.
    pub fn share_link_by_code(
        &self,
        code_hash: &[u8],
        now: UnixSeconds,
    ) -> Result<Option<ShareLink>, StoreError> {
        let link = self.read(|conn| found(conn, "code_hash = ?1", code_hash))?;
        Ok(link.filter(|link| !link.has_expired(now)))
    }

    /// A link by its id, also when it has expired. Whoever asks has to have shown that they may see it.
    ///
    /// # Errors
    /// Those of the file.
    pub fn share_link(&self, id: &str) -> Result<Option<ShareLink>, StoreError> {
        self.read(|conn| found(conn, "id = ?1", id))
    }

    /// The links of a workspace, the newest first. Those that have expired stay in the list until they are revoked.
    ///
    /// # Errors
    /// Those of the file.
    pub fn share_links(&self, workspace: &WorkspaceId) -> Result<Vec<ShareLink>, StoreError> {
        let sql = format!(
            "SELECT {LINK} FROM share_links WHERE workspace = ?1 ORDER BY created_at DESC, rowid DESC"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([workspace.as_str()], |row| Ok(share_link(row)))?;
            found.map(|link| link?).collect()
        })
    }

    /// Counts that a link was opened.
    ///
    /// # Errors
    /// Those of the file.
    pub fn note_share_link_opened(&self, id: &str, now: UnixSeconds) -> Result<(), StoreError> {
        self.write(|tx| {
            let sql = "UPDATE share_links SET opened = opened + 1, last_opened_at = ?2 WHERE id = ?1";
            tx.prepare_cached(sql)?.execute(params![id, now.0])?;
            Ok(())
        })
    }

    /// Deletes a link; returns what it was, if there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_share_link(
        &self,
        workspace: &WorkspaceId,
        id: &str,
    ) -> Result<Option<ShareLink>, StoreError> {
        self.write(|tx| {
            let link = found(tx, "id = ?1", id)?.filter(|link| link.workspace == *workspace);
            if link.is_some() {
                tx.prepare_cached("DELETE FROM share_links WHERE id = ?1")?.execute([id])?;
            }
            Ok(link)
        })
    }
}

fn found(
    conn: &Connection,
    condition: &str,
    value: impl rusqlite::ToSql,
) -> Result<Option<ShareLink>, Fault> {
    let sql = format!("SELECT {LINK} FROM share_links WHERE {condition}");
    conn.prepare_cached(&sql)?.query_row([value], |row| Ok(share_link(row))).optional()?.transpose()
}

/// From the columns of `LINK`.
fn share_link(row: &Row<'_>) -> Result<ShareLink, Fault> {
    Ok(ShareLink {
        id: row.get(0)?,
        workspace: row.get::<_, String>(1)?.into(),
        connection: row.get::<_, Option<String>>(2)?.map(ConnectionId::from),
        name: row.get(3)?,
        page: row.get(4)?,
        view: row.get(5)?,
        password_hash: row.get::<_, Option<String>>(6)?.map(Secret::new),
        hides_amounts: row.get(7)?,
        hides_counts: row.get(8)?,
        scale: row.get::<_, Option<String>>(9)?.map(Secret::new),
        origins: from_json(&row.get::<_, String>(10)?)?,
        created_by: row.get(11)?,
        created_at: UnixSeconds(row.get(12)?),
        expires_at: row.get::<_, Option<i64>>(13)?.map(UnixSeconds),
        last_opened_at: row.get::<_, Option<i64>>(14)?.map(UnixSeconds),
        opened: row.get(15)?,
    })
}

#[cfg(test)]
mod tests;

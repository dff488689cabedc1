//! The keys by which email addresses are compared that are not stored: one for each workspace that needs one, sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Secret, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::Catalog;
use super::sealed::require_current;
use crate::error::Fault;
use crate::{Keyring, StoreError};

/// Of `meta`: before the workspace's id.
const EMAIL_KEY: &str = "email_key/";

impl Catalog {
    /// The sealed key; `None` where the workspace has none.
    pub(crate) fn sealed_email_key(&self, workspace: &WorkspaceId) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
            let found: Option<String> =
                statement.query_row([row_of(workspace)], |row| row.get(0)).optional()?;
            found.map(|text| decoded(&text)).transpose()
        })
    }

    /// Keeps a key, unless the workspace has one already.
    pub(crate) fn begin_email_key(&self, workspace: &WorkspaceId, sealed: &[u8]) -> Result<(), StoreError> {
        self.write(|tx| {
            require_current(tx, sealed)?;
            let sql = "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)";
            tx.prepare_cached(sql)?.execute(params![row_of(workspace), STANDARD.encode(sealed)])?;
            Ok(())
        })
    }

    /// Deletes a workspace's key: what was hashed under it can be compared with nothing any more.
    ///
    /// # Errors
    /// Those of the file.
    pub fn forget_email_key(&self, workspace: &WorkspaceId) -> Result<(), StoreError> {
        self.write_and_scrub(|tx| forget(tx, workspace))
    }
}

pub(crate) fn context_of(workspace: &str) -> String {
    format!("workspace/{workspace}/email_key")
}

pub(super) fn forget(tx: &Transaction<'_>, workspace: &WorkspaceId) -> Result<(), Fault> {
    tx.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([row_of(workspace)])?;
    Ok(())
}

/// Seals every key under the ring's current one. Those that no key opens stay as they are, or are deleted.
pub(super) fn reseal(tx: &Transaction<'_>, keyring: &Keyring, drops_lost: bool) -> Result<(), Fault> {
    for (workspace, sealed) in all(tx)? {
        let context = context_of(&workspace);
        match keyring.open(&context, &sealed) {
            Ok(secret) => {
                let sealed = seal(keyring, &context, &secret)?;
                let sql = "UPDATE meta SET value = ?2 WHERE key = ?1";
                tx.prepare_cached(sql)?.execute(params![format!("{EMAIL_KEY}{workspace}"), sealed])?;
            }
            Err(_) if drops_lost => forget(tx, &workspace.as_str().into())?,
            Err(_) => {}
        }
    }
    Ok(())
}

fn seal(keyring: &Keyring, context: &str, secret: &Secret) -> Result<String, Fault> {
    Ok(STANDARD.encode(keyring.seal(context, secret)?))
}

fn all(conn: &Connection) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let sql = "SELECT substr(key, length(?1) + 1), value FROM meta WHERE substr(key, 1, length(?1)) = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([EMAIL_KEY], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let rows: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    rows.into_iter().map(|(workspace, text)| Ok((workspace, decoded(&text)?))).collect()
}

fn decoded(text: &str) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(text).map_err(|_| Fault::Damaged("an email key is not base64".to_owned()))
}

fn row_of(workspace: &WorkspaceId) -> String {
    format!("{EMAIL_KEY}{workspace}")
}

//! Under which master key the catalog's secrets are sealed, and how another takes its place.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{ConnectionId, Secret, UnixSeconds};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::records::to_json;
use super::{Catalog, LastError, email_keys};
use crate::error::Fault;
use crate::keyring::KeyId;
use crate::sealed::{SEALED, SealedColumn, WhenLost};
use crate::{Keyring, StoreError};

/// Of `meta`: a value that is sealed under the master key. Whoever opens it has the right one.
const CHECK: &str = "master_key_check";
const CHECK_CONTEXT: &str = "master key";
const CHECK_TEXT: &str = "chartsy";

/// How many secrets of one sort there are, and under which keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCount {
    /// In the plural.
    pub what: &'static str,
    pub count: usize,
    /// Of these, those that none of the keys at hand opens.
    pub unreadable: usize,
    /// Of these, those that an older key opens, and not the current one.
    pub outdated: usize,
}

/// A row with its secret.
struct Row {
    key: Value,
    of: String,
    sealed: Vec<u8>,
}

impl Catalog {
    /// The check value, if a key has been used before.
    pub(crate) fn master_key_check(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(check)
    }

    /// Takes a keyring's key for the catalog's, unless it has one already.
    pub(crate) fn begin_master_key(&self, keyring: &Keyring) -> Result<(), StoreError> {
        let value = new_check(keyring)?;
        self.write(|tx| {
            tx.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)", [CHECK, &value])?;
            Ok(())
        })
    }

    /// What is sealed, as far as a keyring opens it.
    pub(crate) fn sealed_counts(&self, keyring: Option<&Keyring>) -> Result<Vec<SealedCount>, StoreError> {
        self.read(|conn| {
            let counts = SEALED.iter().map(|column| {
                let rows = rows(conn, column)?;
                let opener = |row: &Row| keyring?.opener(&(column.context)(&row.of), &row.sealed);
                let openers: Vec<Option<KeyId>> = rows.iter().map(opener).collect();
                let current = keyring.map(Keyring::current);
                let is_outdated = |opener: &&Option<KeyId>| opener.is_some() && **opener != current;
                Ok(SealedCount {
                    what: column.what,
                    count: rows.len(),
                    unreadable: openers.iter().filter(|opener| opener.is_none()).count(),
                    outdated: openers.iter().filter(is_outdated).count(),
                })
            });
            counts.collect()
        })
    }

    /// A key of the ring that opens something of what is sealed. The outer `None`: nothing is.
    pub(crate) fn opening_key(&self, keyring: Option<&Keyring>) -> Result<Option<Option<KeyId>>, StoreError> {
        self.read(|conn| {
            let mut is_any = false;
            for column in SEALED {
                for row in rows(conn, column)? {
                    is_any = true;
                    let context = (column.context)(&row.of);
                    if let Some(id) = keyring.and_then(|keyring| keyring.opener(&context, &row.sealed)) {
                        return Ok(Some(Some(id)));
                    }
                }
            }
            Ok(is_any.then_some(None))
        })
    }

    /// Seals everything that is sealed under another key of the ring under its current one, all of it or nothing. What no key
    /// opens stays as it is. Leaves no trace of what was sealed before.
    pub(crate) fn reseal(&self, keyring: &Keyring) -> Result<Vec<(&'static str, usize)>, StoreError> {
        let value = new_check(keyring)?;
        self.write_and_scrub(|tx| {
            let resealed = SEALED.iter().map(|column| Ok((column.what, reseal(tx, column, keyring)?)));
            let resealed = resealed.collect::<Result<_, Fault>>()?;
            email_keys::reseal(tx, keyring, false)?;
            tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [CHECK, &value])?;
            Ok(resealed)
        })
    }

    /// The same where the key before is lost: what no key opens is deleted. Returns the connections that need their key again.
    pub(crate) fn drop_lost(
        &self,
        keyring: &Keyring,
        now: UnixSeconds,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        let value = new_check(keyring)?;
        let needs_key = LastError {
            code: "key_missing".to_owned(),
            message:
                "the stored key could not be decrypted anymore, because the server's master key was lost"
                    .to_owned(),
            action: "Enter the key of this connection again.".to_owned(),
            at: now,
        };
        self.write_and_scrub(|tx| {
            let mut connections = Vec::new();
            for column in SEALED {
                for row in rows(tx, column)? {
                    if opened(Some(keyring), column, &row).is_some() {
                        continue;
                    }
                    let SealedColumn { table, column: name, key, .. } = column;
                    let sql = match column.when_lost {
                        WhenLost::Emptied => format!("UPDATE {table} SET {name} = NULL WHERE {key} = ?1"),
                        WhenLost::RowDeleted => format!("DELETE FROM {table} WHERE {key} = ?1"),
                    };
                    tx.execute(&sql, [&row.key])?;
                    let id = ConnectionId::from(row.of);
                    match *table {
                        "connections" => connections.push(id),
                        "webhook_secrets" => forget_endpoint(tx, &id)?,
                        _ => {}
                    }
                }
                reseal(tx, column, keyring)?;
            }
            email_keys::reseal(tx, keyring, true)?;
            for id in &connections {
                let sql =
                    "UPDATE connections SET state = 'failed', key_hint = NULL, last_error = ?2 WHERE id = ?1";
                tx.execute(sql, params![id.as_str(), to_json(&needs_key)?])?;
            }
            tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [CHECK, &value])?;
            Ok(connections)
        })
    }
}

/// Refuses what was sealed under a key that has been replaced meanwhile.
pub(super) fn require_current(tx: &Transaction<'_>, sealed: &[u8]) -> Result<(), Fault> {
    let current = check(tx)?.as_deref().and_then(KeyId::named_by);
    match (current, KeyId::named_by(sealed)) {
        (Some(current), Some(used)) if used != current => Err(StoreError::KeyReplaced.into()),
        _ => Ok(()),
    }
}

/// Which key the catalog says is the current one, where it is in the ring.
pub(crate) fn of_check(keyring: Keyring, check: &[u8]) -> Option<Keyring> {
    let keyring = keyring.sealing_with(KeyId::named_by(check)?)?;
    let is_right = keyring.open(CHECK_CONTEXT, check).is_ok_and(|text| text.expose() == CHECK_TEXT);
    is_right.then_some(keyring)
}

fn new_check(keyring: &Keyring) -> Result<String, StoreError> {
    Ok(STANDARD.encode(keyring.seal(CHECK_CONTEXT, &Secret::new(CHECK_TEXT))?))
}

fn check(conn: &Connection) -> Result<Option<Vec<u8>>, Fault> {
    let mut statement = conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    let value: Option<String> = statement.query_row([CHECK], |row| row.get(0)).optional()?;
    let unreadable = |_| Fault::Damaged(format!("'{CHECK}' is not base64"));
    value.map(|value| STANDARD.decode(value).map_err(unreadable)).transpose()
}

fn rows(conn: &Connection, sealed: &SealedColumn) -> Result<Vec<Row>, Fault> {
    let SealedColumn { table, column, key, of, .. } = sealed;
    // One that is empty was deleted.
    let sql = format!("SELECT {key}, {of}, {column} FROM {table} WHERE length({column}) > 0 ORDER BY {key}");
    let mut statement = conn.prepare(&sql)?;
    let rows =
        statement.query_map([], |row| Ok(Row { key: row.get(0)?, of: row.get(1)?, sealed: row.get(2)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn opened(keyring: Option<&Keyring>, column: &SealedColumn, row: &Row) -> Option<Secret> {
    keyring?.open(&(column.context)(&row.of), &row.sealed).ok()
}

fn reseal(tx: &Transaction<'_>, column: &SealedColumn, keyring: &Keyring) -> Result<usize, Fault> {
    let SealedColumn { table, column: name, key, .. } = column;
    let sql = format!("UPDATE {table} SET {name} = ?2 WHERE {key} = ?1");
    let mut resealed = 0;
    for row in rows(tx, column)? {
        if KeyId::named_by(&row.sealed) == Some(keyring.current()) {
            continue;
        }
        let Some(secret) = opened(Some(keyring), column, &row) else { continue };
        let sealed = keyring.seal(&(column.context)(&row.of), &secret)?;
        tx.prepare_cached(&sql)?.execute(params![row.key, sealed])?;
        resealed += 1;
    }
    Ok(resealed)
}

/// Without its secret nothing that arrives there can be believed: it is registered again.
fn forget_endpoint(tx: &Transaction<'_>, connection: &ConnectionId) -> Result<(), Fault> {
    let sql = "UPDATE webhooks SET endpoint_id = NULL, endpoint_url = NULL, refused = NULL,
        newest_event_at = NULL, silent_since = NULL, last_received_at = NULL WHERE connection = ?1";
    tx.execute(sql, [connection.as_str()])?;
    Ok(())
}

//! Passkeys: keys on a person's devices, of which only the public half is here.

use model::{UnixSeconds, UserId};
use rusqlite::{OptionalExtension, Row, params};

use super::Catalog;
use super::people::{USER, USER_COLUMNS, User, user};
use super::sessions;
use crate::StoreError;
use crate::ids::new_id;

const PASSKEY: &str = "passkeys.id, passkeys.credential_id, passkeys.public_key, passkeys.state, \
     passkeys.transports, passkeys.host, passkeys.name, passkeys.created_at, passkeys.last_used_at";

/// So that nobody fills the catalog.
const MAX_PASSKEYS: i64 = 50;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Ours; `credential_id` is the authenticator's.
    pub id: String,
    pub credential_id: Vec<u8>,
    /// As `webauthn_rp` encodes it, like the two that follow.
    pub public_key: Vec<u8>,
    /// What changes with each sign-in: how often the authenticator has signed, and whether the passkey is backed up.
    pub state: Vec<u8>,
    /// How browsers reach the authenticator.
    pub transports: u8,
    /// The host that it was created for.
    pub host: String,
    pub name: String,
    pub created_at: UnixSeconds,
    pub last_used_at: Option<UnixSeconds>,
}

#[derive(Debug, Clone)]
pub struct NewPasskey {
    pub credential_id: Vec<u8>,
    /// As `webauthn_rp` encodes it, like the two that follow.
    pub public_key: Vec<u8>,
    /// What changes with each sign-in: how often the authenticator has signed, and whether the passkey is backed up.
    pub state: Vec<u8>,
    /// How browsers reach the authenticator.
    pub transports: u8,
    pub host: String,
    pub name: String,
}

impl Catalog {
    /// The passkeys of a user, oldest first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn passkeys(&self, of: &UserId) -> Result<Vec<Passkey>, StoreError> {
        let sql = format!("SELECT {PASSKEY} FROM passkeys WHERE user = ?1 ORDER BY created_at, rowid");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([of.as_str()], |row| passkey(row, 0))?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// The passkey that an authenticator calls so, and whose it is.
    ///
    /// # Errors
    /// Those of the file.
    pub fn passkey_by_credential(&self, credential_id: &[u8]) -> Result<Option<(User, Passkey)>, StoreError> {
        let sql = format!(
            "SELECT {USER}, {PASSKEY} FROM passkeys JOIN users ON users.id = passkeys.user
             WHERE passkeys.credential_id = ?1"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found =
                statement.query_row([credential_id], |row| Ok((user(row)?, passkey(row, USER_COLUMNS)?)));
            Ok(found.optional()?)
        })
    }

    /// Adds a passkey to an account. The session that it was added in counts as begun with it: whoever gave the password for it has
    /// just used it as well.
    ///
    /// # Errors
    /// `PasskeyTaken` when the authenticator's id is known already, `TooManyPasskeys`.
    pub fn create_passkey(
        &self,
        of: &UserId,
        new: &NewPasskey,
        session: Option<&str>,
        now: UnixSeconds,
    ) -> Result<Passkey, StoreError> {
        let id = new_id("pk")?;
        self.write(|tx| {
            let sql = "SELECT 1 FROM passkeys WHERE credential_id = ?1";
            if tx.prepare_cached(sql)?.exists([&new.credential_id])? {
                return Err(StoreError::PasskeyTaken.into());
            }
            let sql = "SELECT count(*) FROM passkeys WHERE user = ?1";
            let count: i64 = tx.prepare_cached(sql)?.query_row([of.as_str()], |row| row.get(0))?;
            if count >= MAX_PASSKEYS {
                return Err(StoreError::TooManyPasskeys.into());
            }
            let sql = "INSERT INTO passkeys (id, user, credential_id, public_key, state, transports,
                host, name, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            tx.prepare_cached(sql)?.execute(params![
                id,
                of.as_str(),
                new.credential_id,
                new.public_key,
                new.state,
                new.transports,
                new.host,
                new.name,
                now.0,
            ])?;
            let sql = "UPDATE sessions SET method = ?3 WHERE user = ?1 AND id = ?2";
            tx.prepare_cached(sql)?.execute(params![of.as_str(), session, sessions::PASSKEY])?;
            let sql = format!("SELECT {PASSKEY} FROM passkeys WHERE id = ?1");
            Ok(tx.prepare_cached(&sql)?.query_row([&id], |row| passkey(row, 0))?)
        })
    }

    /// Notes that somebody signed in with it, and what its state is from then on: whether it was still there.
    ///
    /// # Errors
    /// Those of the file.
    pub fn use_passkey(&self, id: &str, state: &[u8], now: UnixSeconds) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "UPDATE passkeys SET state = ?2, last_used_at = ?3 WHERE id = ?1";
            Ok(tx.prepare_cached(sql)?.execute(params![id, state, now.0])? > 0)
        })
    }

    /// # Errors
    /// `NotFound` when the user has no such passkey.
    pub fn rename_passkey(&self, of: &UserId, id: &str, name: &str) -> Result<Passkey, StoreError> {
        self.write(|tx| {
            let sql = "UPDATE passkeys SET name = ?3 WHERE user = ?1 AND id = ?2";
            if tx.prepare_cached(sql)?.execute([of.as_str(), id, name])? == 0 {
                return Err(StoreError::NotFound { what: format!("passkey {id}") }.into());
            }
            let sql = format!("SELECT {PASSKEY} FROM passkeys WHERE id = ?1");
            Ok(tx.prepare_cached(&sql)?.query_row([id], |row| passkey(row, 0))?)
        })
    }

    /// Deletes a passkey and ends the user's sessions but for `kept`: whoever has the device is out. Without any passkey, that one
    /// counts as begun with the password. Its name, if there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_passkey(
        &self,
        of: &UserId,
        id: &str,
        kept: Option<&str>,
    ) -> Result<Option<String>, StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM passkeys WHERE user = ?1 AND id = ?2 RETURNING name";
            let name: Option<String> =
                tx.prepare_cached(sql)?.query_row([of.as_str(), id], |row| row.get(0)).optional()?;
            if name.is_some() {
                super::people::end_sessions(tx, of, kept)?;
                let sql = "UPDATE sessions SET method = ?2 WHERE user = ?1 AND method = ?3
                    AND NOT EXISTS (SELECT 1 FROM passkeys WHERE user = ?1)";
                tx.prepare_cached(sql)?.execute([of.as_str(), sessions::PASSWORD, sessions::PASSKEY])?;
            }
            Ok(name)
        })
    }
}

/// From the columns of `PASSKEY`, which begin at `first`.
fn passkey(row: &Row<'_>, first: usize) -> rusqlite::Result<Passkey> {
    Ok(Passkey {
        id: row.get(first)?,
        credential_id: row.get(first + 1)?,
        public_key: row.get(first + 2)?,
        state: row.get(first + 3)?,
        transports: row.get(first + 4)?,
        host: row.get(first + 5)?,
        name: row.get(first + 6)?,
        created_at: UnixSeconds(row.get(first + 7)?),
        last_used_at: row.get::<_, Option<i64>>(first + 8)?.map(UnixSeconds),
    })
}

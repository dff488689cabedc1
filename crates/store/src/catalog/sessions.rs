//! How people stay signed in.

use std::borrow::Cow;

use model::{UnixSeconds, UserId};
use rusqlite::{OptionalExtension, Row, params};

use super::Catalog;
use super::people::{USER, USER_COLUMNS, User, user};
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

/// For how long the credential that a renewal replaced is still taken: requests of other tabs may be on their way with it.
const RENEWAL_GRACE_S: i64 = 30;
/// The same where it was replaced because the password or a second factor changed. Whoever has copied it must not do anything with it.
const REPLACED_GRACE_S: i64 = 10;
/// That a session was used is noted at most so often, so that requests seldom write.
const NOTED_EVERY_S: i64 = 60;

const SESSION: &str = "sessions.id, sessions.created_at, sessions.expires_at, sessions.renewed_at, \
     sessions.last_seen_at, sessions.address, sessions.agent, sessions.method";
const SESSION_COLUMNS: usize = 8;

/// How somebody signed in. Not each way proves two factors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SignInMethod {
    /// With a code as well, where the account has an authenticator app.
    #[default]
    Password,
    /// The device was there, and it made sure that its owner was: two factors.
    Passkey,
    /// At the identity provider of this id: two factors where a workspace says so.
    SignOn(String),
}

impl SignInMethod {
    pub(super) fn text(&self) -> Cow<'static, str> {
        match self {
            Self::Password => Cow::Borrowed(PASSWORD),
            Self::Passkey => Cow::Borrowed(PASSKEY),
            Self::SignOn(provider) => Cow::Owned(format!("{SIGN_ON}{provider}")),
        }
    }

    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        match (text, text.strip_prefix(SIGN_ON)) {
            (_, Some(provider)) => Ok(Self::SignOn(provider.to_owned())),
            (PASSWORD, _) => Ok(Self::Password),
            (PASSKEY, _) => Ok(Self::Passkey),
            _ => Err(Fault::Damaged(format!("method of a session '{text}'"))),
        }
    }
}

pub(super) const PASSWORD: &str = "password";
pub(super) const PASSKEY: &str = "passkey";
/// Before the id of a provider.
pub(super) const SIGN_ON: &str = "sign_on:";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Safe to show: it opens nothing.
    pub id: String,
    pub user: User,
    pub created_at: UnixSeconds,
    pub expires_at: UnixSeconds,
    /// When its credential was last replaced.
    pub renewed_at: UnixSeconds,
    pub last_seen_at: UnixSeconds,
    /// The address from which it was started.
    pub address: Option<String>,
    /// What the browser said it is.
    pub agent: Option<String>,
    pub method: SignInMethod,
    /// The request came with a credential that was replaced a moment ago: it may read, and change nothing.
    pub may_only_read: bool,
}

/// Where a session is started from, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub address: Option<String>,
    pub agent: Option<String>,
    pub method: SignInMethod,
}

impl Catalog {
    /// Keeps a session under the hash of its credential.
    ///
    /// # Errors
    /// Those of the file; also when the user is not there.
    pub fn create_session(
        &self,
        token_hash: &[u8],
        user: &UserId,
        origin: &Origin,
        now: UnixSeconds,
        expires_at: UnixSeconds,
    ) -> Result<(), StoreError> {
        let id = new_id("ses")?;
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM sessions WHERE expires_at <= ?1")?.execute([now.0])?;
            let sql = "INSERT INTO sessions (id, token_hash, user, created_at, renewed_at, last_seen_at,
                expires_at, address, agent, method) VALUES (?1, ?2, ?3, ?4, ?4, ?4, ?5, ?6, ?7, ?8)";
            tx.prepare_cached(sql)?.execute(params![
                id,
                token_hash,
                user.as_str(),
                now.0,
                expires_at.0,
                origin.address,
                origin.agent,
                origin.method.text(),
            ])?;
            Ok(())
        })
    }

    /// The session with its user; `None` when it is unknown or expired, or its user is locked.
    ///
    /// # Errors
    /// Those of the file.
    pub fn session(&self, token_hash: &[u8], now: UnixSeconds) -> Result<Option<Session>, StoreError> {
        let sql = format!(
            "SELECT {USER}, {SESSION}, sessions.token_hash <> ?1 AND sessions.old_only_reads
             FROM sessions JOIN users ON users.id = sessions.user
             WHERE (sessions.token_hash = ?1 OR (sessions.old_token_hash = ?1 AND sessions.old_until > ?2))
                AND sessions.expires_at > ?2 AND users.locked_at IS NULL"
        );
        let found = self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_row(params![token_hash, now.0], |row| {
                let may_only_read = row.get(USER_COLUMNS + SESSION_COLUMNS)?;
                Ok(session(row).map(|session| Session { may_only_read, ..session }))
            });
            found.optional()?.transpose()
        })?;
        if let Some(session) = &found
            && now.0 - session.last_seen_at.0 >= NOTED_EVERY_S
        {
            self.write(|tx| {
                let sql = "UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1";
                tx.prepare_cached(sql)?.execute(params![session.id, now.0])?;
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// Replaces the credential of a session that was last renewed at `renewed_at`. It lasts until `expires_at` from now on, and the
    /// old credential ends half a minute later. Of two requests that renew it at once, one does: whether this one did.
    ///
    /// # Errors
    /// Those of the file.
    pub fn renew_session(
        &self,
        id: &str,
        renewed_at: UnixSeconds,
        token_hash: &[u8],
        now: UnixSeconds,
        expires_at: UnixSeconds,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "UPDATE sessions SET old_token_hash = token_hash, token_hash = ?2, renewed_at = ?3,
                expires_at = ?4, old_until = ?6, old_only_reads = 0 WHERE id = ?1 AND renewed_at = ?5";
            let until = now.0 + RENEWAL_GRACE_S;
            let given = params![id, token_hash, now.0, expires_at.0, renewed_at.0, until];
            Ok(tx.prepare_cached(sql)?.execute(given)? > 0)
        })
    }

    /// Replaces the credential of a session because what protects the account has changed. The old one changes nothing from then on;
    /// what other tabs are reading with it is answered for ten seconds.
    ///
    /// # Errors
    /// Those of the file.
    pub fn replace_credential(
        &self,
        id: &str,
        token_hash: &[u8],
        now: UnixSeconds,
        expires_at: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            let sql = "UPDATE sessions SET old_token_hash = token_hash, token_hash = ?2, renewed_at = ?3,
                expires_at = ?4, old_until = ?5, old_only_reads = 1 WHERE id = ?1";
            let until = now.0 + REPLACED_GRACE_S;
            tx.prepare_cached(sql)?.execute(params![id, token_hash, now.0, expires_at.0, until])?;
            Ok(())
        })
    }

    /// The sessions of a user that have not expired, the last used first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn sessions(&self, of: &UserId, now: UnixSeconds) -> Result<Vec<Session>, StoreError> {
        let sql = format!(
            "SELECT {USER}, {SESSION} FROM sessions JOIN users ON users.id = sessions.user
             WHERE sessions.user = ?1 AND sessions.expires_at > ?2
             ORDER BY sessions.last_seen_at DESC, sessions.rowid DESC"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map(params![of.as_str(), now.0], |row| Ok(session(row)))?;
            found.map(|session| session?).collect()
        })
    }

    /// Ends the session with this credential, if it is there: whose it was.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_session(&self, token_hash: &[u8]) -> Result<Option<UserId>, StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM sessions WHERE token_hash = ?1 OR old_token_hash = ?1 RETURNING user";
            let ended: Option<String> =
                tx.prepare_cached(sql)?.query_row([token_hash], |row| row.get(0)).optional()?;
            Ok(ended.map(UserId::from))
        })
    }

    /// Ends one session of a user, by its id; returns whether there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn end_session(&self, of: &UserId, id: &str) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM sessions WHERE user = ?1 AND id = ?2";
            Ok(tx.prepare_cached(sql)?.execute([of.as_str(), id])? > 0)
        })
    }

    /// Ends the sessions of a user but for `kept`; how many.
    ///
    /// # Errors
    /// Those of the file.
    pub fn end_sessions(&self, of: &UserId, kept: Option<&str>) -> Result<usize, StoreError> {
        self.write(|tx| super::people::end_sessions(tx, of, kept))
    }
}

/// From the columns of `USER` and `SESSION`.
fn session(row: &Row<'_>) -> Result<Session, Fault> {
    let at = |column: usize| Ok::<_, rusqlite::Error>(UnixSeconds(row.get(USER_COLUMNS + column)?));
    Ok(Session {
        id: row.get(USER_COLUMNS)?,
        user: user(row)?,
        created_at: at(1)?,
        expires_at: at(2)?,
        renewed_at: at(3)?,
        last_seen_at: at(4)?,
        address: row.get(USER_COLUMNS + 5)?,
        agent: row.get(USER_COLUMNS + 6)?,
        method: SignInMethod::read(&row.get::<_, String>(USER_COLUMNS + 7)?)?,
        may_only_read: false,
    })
}

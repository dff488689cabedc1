//! The second factor of a user: an authenticator app's secret, and recovery codes.

use model::{UnixSeconds, UserId, WorkspaceId};
use rusqlite::{OptionalExtension, params};

use super::Catalog;
use super::sealed::require_current;
use crate::StoreError;
use crate::sealed::two_factor_of;

/// A user's authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoFactor {
    /// Sealed under the master key, for the context [`TwoFactor::context`].
    pub sealed_secret: Vec<u8>,
    /// `None` while it is being set up.
    pub confirmed_at: Option<UnixSeconds>,
    pub recovery_codes_left: u32,
}

impl TwoFactor {
    /// What a user's secret is sealed for.
    pub fn context(user: &UserId) -> String {
        two_factor_of(user.as_str())
    }
}

impl Catalog {
    /// # Errors
    /// Those of the file.
    pub fn two_factor(&self, user: &UserId) -> Result<Option<TwoFactor>, StoreError> {
        let sql = "SELECT sealed_secret, confirmed_at,
                (SELECT count(*) FROM recovery_codes WHERE recovery_codes.user = two_factor.user)
            FROM two_factor WHERE user = ?1";
        self.read(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let found = statement.query_row([user.as_str()], |row| {
                Ok(TwoFactor {
                    sealed_secret: row.get(0)?,
                    confirmed_at: row.get::<_, Option<i64>>(1)?.map(UnixSeconds),
                    recovery_codes_left: row.get(2)?,
                })
            });
            Ok(found.optional()?)
        })
    }

    /// Begins to set one up, in the place of one that was begun and not confirmed. Whether it could be: one that is confirmed stays.
    ///
    /// # Errors
    /// `KeyReplaced` when it is sealed under a key that is not the current one any more.
    pub fn begin_two_factor(&self, user: &UserId, sealed_secret: &[u8]) -> Result<bool, StoreError> {
        self.write(|tx| {
            require_current(tx, sealed_secret)?;
            let sql = "INSERT INTO two_factor (user, sealed_secret) VALUES (?1, ?2)
                ON CONFLICT (user) DO UPDATE SET sealed_secret = excluded.sealed_secret
                WHERE two_factor.confirmed_at IS NULL";
            Ok(tx.prepare_cached(sql)?.execute(params![user.as_str(), sealed_secret])? > 0)
        })
    }

    /// Takes a code of the time step `step`, once: whether it was not taken before. The first one confirms.
    ///
    /// # Errors
    /// Those of the file.
    pub fn take_two_factor_step(
        &self,
        user: &UserId,
        step: i64,
        now: UnixSeconds,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "UPDATE two_factor SET last_step = ?2, confirmed_at = coalesce(confirmed_at, ?3)
                WHERE user = ?1 AND last_step < ?2";
            Ok(tx.prepare_cached(sql)?.execute(params![user.as_str(), step, now.0])? > 0)
        })
    }

    /// Replaces the recovery codes.
    ///
    /// # Errors
    /// Those of the file; also when the user has no second factor.
    pub fn set_recovery_codes(&self, user: &UserId, hashes: &[[u8; 32]]) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM recovery_codes WHERE user = ?1")?.execute([user.as_str()])?;
            let mut insert =
                tx.prepare_cached("INSERT INTO recovery_codes (user, code_hash) VALUES (?1, ?2)")?;
            for hash in hashes {
                insert.execute(params![user.as_str(), hash])?;
            }
            Ok(())
        })
    }

    /// Uses up a recovery code: whether there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn take_recovery_code(&self, user: &UserId, hash: &[u8]) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM recovery_codes WHERE user = ?1 AND code_hash = ?2";
            Ok(tx.prepare_cached(sql)?.execute(params![user.as_str(), hash])? > 0)
        })
    }

    /// Turns the second factor off; returns whether there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_two_factor(&self, user: &UserId) -> Result<bool, StoreError> {
        self.write_and_scrub(|tx| {
            Ok(tx.prepare_cached("DELETE FROM two_factor WHERE user = ?1")?.execute([user.as_str()])? > 0)
        })
    }

    /// Takes the authenticator app and all passkeys from somebody who lost them; returns whether there were any.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_second_factors(&self, user: &UserId) -> Result<bool, StoreError> {
        self.write_and_scrub(|tx| {
            let mut deleted = 0;
            for sql in ["DELETE FROM two_factor WHERE user = ?1", "DELETE FROM passkeys WHERE user = ?1"] {
                deleted += tx.prepare_cached(sql)?.execute([user.as_str()])?;
            }
            Ok(deleted > 0)
        })
    }

    /// Sets whether the members of a workspace have to have a second factor.
    ///
    /// # Errors
    /// Those of the file.
    pub fn require_two_factor(&self, workspace: &WorkspaceId, required: bool) -> Result<(), StoreError> {
        self.write(|tx| {
            let sql = "UPDATE workspaces SET requires_two_factor = ?2 WHERE id = ?1";
            tx.prepare_cached(sql)?.execute(params![workspace.as_str(), required])?;
            Ok(())
        })
    }
}

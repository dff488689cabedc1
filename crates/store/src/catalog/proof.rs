//! That whoever writes still may: asked once more within the transaction that writes.
//!
//! A request is judged before its work begins, and the work may take a while: a provider is asked, a password is hashed. Somebody who
//! is removed, demoted or signed out meanwhile must not leave anything behind, such as a token.

use std::sync::Arc;

use model::{Permission, UserId, WorkspaceId};
use rusqlite::{OptionalExtension, Transaction};

use super::members::membership_in;
use super::{Catalog, SignInMethod};
use crate::StoreError;
use crate::error::Fault;

/// By what a request was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub credential: Credential,
    /// What it needs, and where. Without it, it is only about the account.
    pub needs: Option<(WorkspaceId, Permission)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// By its id.
    Session(String),
    /// By its id.
    Token(String),
}

impl Catalog {
    /// The same catalog, for whoever sent a request. It writes only as long as they may: every transaction asks first.
    ///
    /// Its writes fail with `SignedOut` when the session or the token has ended, and with `AccessEnded` when the membership has, or
    /// no longer permits it.
    #[must_use]
    pub fn on_behalf_of(&self, proof: Proof) -> Self {
        Self { shared: Arc::clone(&self.shared), proof: Some(Arc::new(proof)) }
    }

    /// The same catalog for the server itself: to undo what somebody began who may no longer finish it.
    #[must_use]
    pub fn for_server(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), proof: None }
    }
}

pub(super) fn require(tx: &Transaction<'_>, proof: &Proof) -> Result<(), Fault> {
    match &proof.credential {
        Credential::Session(id) => {
            let sql = "SELECT users.id, sessions.method FROM sessions JOIN users ON users.id = sessions.user
                WHERE sessions.id = ?1 AND users.locked_at IS NULL";
            let mut statement = tx.prepare_cached(sql)?;
            let found = statement
                .query_row([id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
                .optional()?;
            let Some((user, method)) = found else { return Err(StoreError::SignedOut.into()) };
            let Some((workspace, needed)) = &proof.needs else { return Ok(()) };
            let method = SignInMethod::read(&method)?;
            let membership = membership_in(tx, &UserId::from(user), &method, workspace)?;
            match membership.filter(|one| one.is_open() && one.role.permission() >= *needed) {
                Some(_) => Ok(()),
                None => Err(StoreError::AccessEnded.into()),
            }
        }
        Credential::Token(id) => {
            let exists = tx.prepare_cached("SELECT 1 FROM tokens WHERE id = ?1")?.exists([id])?;
            if exists { Ok(()) } else { Err(StoreError::SignedOut.into()) }
        }
    }
}

#[cfg(test)]
mod tests;

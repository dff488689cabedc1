//! Deleting an account. What it did stays in the audit log.

use model::{UserId, WorkspaceId};
use rusqlite::Transaction;

use super::Catalog;
use super::audit::{Actor, Author, Deed, add_deed, add_deed_to_account};
use super::former_members;
use super::owners::owned_alone;
use super::people::{User, by_id};
use crate::StoreError;
use crate::error::Fault;

impl Catalog {
    /// Deletes an account with its memberships and all that signs in to it: sessions, passkeys, the authenticator app, accounts at
    /// identity providers, links that were sent to it. Invitations that it made are withdrawn. API tokens, share links and exchange
    /// rates belong to their workspaces, and stay. Recorded in the audit log of each workspace that it belonged to. The user that it was.
    ///
    /// # Errors
    /// `NotFound` when there is no such user, `OnlyOwner` when a workspace would be left without an owner who can sign in.
    pub fn delete_user(&self, id: &UserId, author: &Author) -> Result<User, StoreError> {
        self.write_and_scrub(|tx| {
            let user = by_id(tx, id)?;
            let workspaces = owned_alone(tx, id)?;
            if !workspaces.is_empty() {
                return Err(StoreError::OnlyOwner { workspaces }.into());
            }
            record(tx, &user, author)?;
            tx.prepare_cached("DELETE FROM invitations WHERE invited_by = ?1")?.execute([&user.username])?;
            former_members::keep_marks(tx, id)?;
            // What else is theirs goes with the row.
            tx.prepare_cached("DELETE FROM users WHERE id = ?1")?.execute([id.as_str()])?;
            Ok(user)
        })
    }
}

/// In each of their workspaces: what is only about an account is seen where that is a member, and soon it is none.
fn record(tx: &Transaction<'_>, user: &User, author: &Author) -> Result<(), Fault> {
    let is_by_themselves = matches!(&author.actor, Actor::User { id, .. } if *id == user.id);
    let (action, subject) =
        if is_by_themselves { ("account.deleted", None) } else { ("user.deleted", Some(&*user.username)) };
    let mut statement =
        tx.prepare_cached("SELECT workspace FROM members WHERE user = ?1 ORDER BY joined_at")?;
    let of = statement.query_map([user.id.as_str()], |row| row.get::<_, String>(0))?;
    let of = of.map(|id| id.map(WorkspaceId::from)).collect::<Result<Vec<_>, _>>()?;
    if of.is_empty() {
        return add_deed_to_account(tx, author, action, subject, None);
    }
    of.iter()
        .try_for_each(|workspace| add_deed(tx, author, Deed { workspace, action, subject, detail: None }))
}

#[cfg(test)]
mod tests;

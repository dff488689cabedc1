//! Signing up: an account, the links for its address and the mail about it are written together or not at all.

use model::{UnixSeconds, UserId};
use rusqlite::{OptionalExtension, Transaction, params};

use super::Catalog;
use super::audit::{Actor, Author, add_deed_to_account};
use super::email_links::{LinkPurpose, forget_unconfirmed, insert_unconfirmed, insert_user_link};
use super::invitations::require_open;
use super::outbox::{NewOutboxMessage, insert_sealed, sealed_message};
use super::people::{NewUser, USER, User, by_id, is_email_taken, user};
use crate::error::Fault;
use crate::ids::new_id;
use crate::{Keyring, StoreError};

/// Somebody who signs up by themselves, or by the link of an invitation that anybody may have.
#[derive(Debug, Clone)]
pub struct NewSignUp {
    pub user: NewUser,
    /// What the catalog knows the link of the invitation by. The account becomes a member once its address is confirmed, if the
    /// invitation is still open then.
    pub invitation: Option<Vec<u8>>,
    /// By which the address is confirmed.
    pub confirmation: NewLink,
    /// By which whoever signed up can correct the address until it is confirmed.
    pub correction: NewLink,
    /// From which network address they do it.
    pub address: Option<String>,
}

/// What the catalog knows a link by, and until when it works.
#[derive(Debug, Clone)]
pub struct NewLink {
    pub token_hash: Vec<u8>,
    pub expires_at: UnixSeconds,
}

/// The mails of which one is written.
#[derive(Debug, Clone)]
pub struct SignUpMails {
    /// With the link.
    pub confirmation: NewOutboxMessage,
    /// For the owner of the account that the address has already.
    pub already_registered: NewOutboxMessage,
}

/// An account that waits for its address to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingUser {
    pub user: User,
    /// The address has another account. This one has one in its place at which nobody gets mail: whoever signed up must not see a
    /// difference.
    pub is_taken: bool,
}

impl Catalog {
    /// Creates an account that can't be used until its address is confirmed, and records that in the audit log. `mails` is `None` where
    /// none are sent.
    ///
    /// # Errors
    /// `NameTaken`; `InvitationEnded`; `MembersFull`; `OutboxFull`; `KeyReplaced`.
    pub fn sign_up(
        &self,
        new: &NewSignUp,
        mails: Option<(&Keyring, &SignUpMails)>,
        now: UnixSeconds,
    ) -> Result<PendingUser, StoreError> {
        // Both are sealed: the time that it takes must not tell which of them is sent.
        let sealed = match mails {
            Some((keyring, mails)) => Some((
                sealed_message(keyring, &mails.confirmation)?,
                sealed_message(keyring, &mails.already_registered)?,
            )),
            None => None,
        };
        self.write(|tx| {
            let invitation = match &new.invitation {
                Some(token_hash) => Some(require_open(tx, token_hash, now)?),
                None => None,
            };
            if let Some(invitation) = &invitation {
                self.require_room_for_member(tx, &invitation.workspace.id)?;
            }
            let invitation = invitation.map(|one| one.id);
            let pending = insert_pending(tx, &new.user, invitation.as_deref(), now)?;
            insert_user_link(tx, &pending.user, LinkPurpose::ConfirmAddress, &new.confirmation, now)?;
            insert_user_link(tx, &pending.user, LinkPurpose::CorrectAddress, &new.correction, now)?;
            // Nobody has proved yet that they are the person.
            let author = Author { actor: Actor::Visitor, address: new.address.clone(), at: now };
            add_deed_to_account(tx, &author, "account.created", Some(&pending.user.username), None)?;
            if let Some((confirmation, already_registered)) = &sealed {
                let mail = if pending.is_taken { already_registered } else { confirmation };
                insert_sealed(tx, mail, now)?;
            }
            Ok(pending)
        })
    }

    /// Who signed up and can correct the address, by what they were given for it; `None` once the address is confirmed, and when it was
    /// too long ago.
    ///
    /// # Errors
    /// Those of the file.
    pub fn correctable_user(&self, token_hash: &[u8], now: UnixSeconds) -> Result<Option<User>, StoreError> {
        let sql = format!(
            "SELECT {USER} FROM email_links JOIN users ON users.id = email_links.user
             WHERE email_links.token_hash = ?1 AND email_links.purpose = ?2 AND email_links.expires_at > ?3
                AND users.awaits_confirmation"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let purpose = LinkPurpose::CorrectAddress.as_str();
            Ok(statement.query_row(params![token_hash, purpose, now.0], user).optional()?)
        })
    }

    /// Gives an account whose address is not confirmed another one. Links to the former one end, whether the new one is taken or not:
    /// else whoever reads its mail would learn which.
    ///
    /// # Errors
    /// `NotFound` when the account is not there, or its address is confirmed.
    pub fn correct_email(&self, id: &UserId, email: &str) -> Result<PendingUser, StoreError> {
        self.write(|tx| {
            let is_taken = is_email_taken(tx, email, Some(id))?;
            let email = if is_taken { nobodys_address()? } else { email.to_owned() };
            let sql = "UPDATE users SET email = ?2 WHERE id = ?1 AND awaits_confirmation";
            if tx.prepare_cached(sql)?.execute([id.as_str(), email.as_str()])? == 0 {
                return Err(StoreError::NotFound { what: format!("user {id}") }.into());
            }
            Ok(PendingUser { user: by_id(tx, id)?, is_taken })
        })
    }
}

fn insert_pending(
    tx: &Transaction<'_>,
    new: &NewUser,
    invitation: Option<&str>,
    now: UnixSeconds,
) -> Result<PendingUser, Fault> {
    forget_unconfirmed(tx, now)?;
    let is_taken = is_email_taken(tx, &new.email, None)?;
    let email = if is_taken { nobodys_address()? } else { new.email.clone() };
    let user = insert_unconfirmed(tx, &NewUser { email, ..new.clone() }, invitation, now)?;
    Ok(PendingUser { user, is_taken })
}

/// Not to be guessed: whoever signs up with it first would learn by that whether it is given to others.
fn nobodys_address() -> Result<String, StoreError> {
    Ok(format!("{}@taken.invalid", new_id("nobody")?))
}

#[cfg(test)]
mod tests;

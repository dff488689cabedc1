//! Links that prove an address: whoever opens one has read the mail.

use model::{Role, Secret, UnixSeconds, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::Catalog;
use super::audit::{Author, add_deed_to_account};
use super::former_members;
use super::members::{add_member, insert_workspace};
use super::people::{NewUser, USER, User, by_id, end_sessions, insert_user, is_email_taken, user};
use super::sign_on::require_free_to_move;
use super::sign_up::NewLink;
use crate::StoreError;
use crate::error::Fault;

/// How many links for one purpose work at a time. Asking for another one must not end a link that is on its way.
const LINKS_KEPT: i64 = 5;
/// An account whose address was never confirmed is deleted after so long, unless its owner was invited: its names are free again.
const UNCONFIRMED_SECONDS: i64 = 7 * 86_400;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    ConfirmAddress,
    ResetPassword,
    /// Gives an account another address: the one that the link is sent to.
    ChangeAddress,
    /// Corrects the address of an account that was never confirmed. It is given to whoever signs up, and sent to nobody.
    CorrectAddress,
}

impl LinkPurpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmAddress => "confirm_address",
            Self::ResetPassword => "reset_password",
            Self::ChangeAddress => "change_address",
            Self::CorrectAddress => "correct_address",
        }
    }
}

impl Catalog {
    /// Creates an account of its own, without a workspace. It can't be used until its address is confirmed.
    ///
    /// # Errors
    /// `NameTaken` or `EmailTaken`.
    pub fn create_unconfirmed_user(&self, new: &NewUser, now: UnixSeconds) -> Result<User, StoreError> {
        self.write(|tx| insert_unconfirmed(tx, new, None, now))
    }

    /// Keeps a link for a user. Of those for the same purpose, the newest few work.
    ///
    /// # Errors
    /// Those of the file.
    pub fn create_email_link(
        &self,
        user: &User,
        purpose: LinkPurpose,
        token_hash: &[u8],
        now: UnixSeconds,
        expires_at: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            let link = NewLink { token_hash: token_hash.to_vec(), expires_at };
            insert_user_link(tx, user, purpose, &link, now)
        })
    }

    /// Ends the links by which a user would get another address.
    ///
    /// # Errors
    /// Those of the file.
    pub fn end_address_links(&self, user: &UserId) -> Result<(), StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM email_links WHERE user = ?1 AND purpose = ?2";
            tx.prepare_cached(sql)?.execute([user.as_str(), LinkPurpose::ChangeAddress.as_str()])?;
            Ok(())
        })
    }

    /// Keeps a link that gives a user another address. One for another address than that ends.
    ///
    /// # Errors
    /// `EmailTaken`; `AddressManaged` when a workspace requires single sign-on of whoever has an address like the present one.
    pub fn create_address_link(
        &self,
        user: &User,
        new_email: &str,
        token_hash: &[u8],
        now: UnixSeconds,
        expires_at: UnixSeconds,
    ) -> Result<(), StoreError> {
        let purpose = LinkPurpose::ChangeAddress.as_str();
        self.write(|tx| {
            require_free_to_move(tx, &user.id)?;
            require_free(tx, new_email, &user.id)?;
            let sql = "DELETE FROM email_links WHERE expires_at <= ?1
                OR (user = ?2 AND purpose = ?3 AND new_email <> ?4)";
            tx.prepare_cached(sql)?.execute(params![now.0, user.id.as_str(), purpose, new_email])?;
            let sql = "INSERT INTO email_links (token_hash, user, purpose, email, new_email, created_at, expires_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            tx.prepare_cached(sql)?.execute(params![
                token_hash,
                user.id.as_str(),
                purpose,
                user.email,
                new_email,
                now.0,
                expires_at.0
            ])?;
            keep_newest(tx, &user.id, purpose, token_hash)
        })
    }

    /// Gives a user the address that a link was sent to, which proves that it is theirs. All their links end, and their sessions
    /// stay. The user as they were before, and as they are now.
    ///
    /// # Errors
    /// `LinkEnded`, as [`Catalog::confirm_email`]; `LinkForOther` when somebody else asked for it; `EmailTaken` when the address has got another account since;
    /// `AddressManaged`, as [`Catalog::create_address_link`].
    pub fn change_email(
        &self,
        token_hash: &[u8],
        of: &UserId,
        now: UnixSeconds,
    ) -> Result<(User, User), StoreError> {
        self.write(|tx| {
            let before = find(tx, token_hash, LinkPurpose::ChangeAddress, now)?;
            if before.id != *of {
                return Err(StoreError::LinkForOther.into());
            }
            let sql = "SELECT new_email FROM email_links WHERE token_hash = ?1";
            let email: String = tx.prepare_cached(sql)?.query_row([token_hash], |row| row.get(0))?;
            require_free_to_move(tx, &before.id)?;
            require_free(tx, &email, &before.id)?;
            end_links(tx, &before.id)?;
            former_members::keep_marks(tx, &before.id)?;
            let sql =
                "UPDATE users SET email = ?2, email_confirmed_at = ?3, awaits_confirmation = 0 WHERE id = ?1";
            tx.prepare_cached(sql)?.execute(params![before.id.as_str(), email, now.0])?;
            let after = by_id(tx, &before.id)?;
            Ok((before, after))
        })
    }

    /// Whose link it is, as long as it works. It stays.
    ///
    /// # Errors
    /// `LinkEnded`, as [`Catalog::confirm_email`].
    pub fn email_link(
        &self,
        token_hash: &[u8],
        purpose: LinkPurpose,
        now: UnixSeconds,
    ) -> Result<User, StoreError> {
        self.read(|conn| find(conn, token_hash, purpose, now))
    }

    /// Confirms the address that a link was sent to. Whoever signed up by the link of an invitation joins by that, which is returned, if
    /// it is still open. Somebody else who belongs to no workspace gets one, called `workspace`.
    ///
    /// # Errors
    /// `LinkEnded` when it was used, has expired, or was sent to an address that the account no longer has; `MembersFull`.
    pub fn confirm_email(
        &self,
        token_hash: &[u8],
        workspace: impl FnOnce(&User) -> String,
        address: Option<&str>,
        now: UnixSeconds,
    ) -> Result<User, StoreError> {
        self.write(|tx| {
            let user = take(tx, token_hash, LinkPurpose::ConfirmAddress, now)?;
            if user.email_confirmed_at.is_some() {
                return Err(StoreError::LinkEnded.into());
            }
            confirm(tx, &user.id, now)?;
            let author = Author::of_user(&user, address, now);
            add_deed_to_account(tx, &author, "account.confirmed", None, None)?;
            let is_invited = self.join_as_invited(tx, &user.id, &author)?;
            let sql = "SELECT 1 FROM members WHERE user = ?1";
            // Whose invitation has ended gets no more than they were invited to.
            if !is_invited && !tx.prepare_cached(sql)?.exists([user.id.as_str()])? {
                let workspace = insert_workspace(tx, &workspace(&user), now)?;
                add_member(tx, &workspace.id, &user.id, Role::Owner, now)?;
            }
            by_id(tx, &user.id)
        })
    }

    /// Sets the password of whoever a link was sent to, and ends their sessions. The address is confirmed by it.
    ///
    /// # Errors
    /// `LinkEnded`, as [`Catalog::confirm_email`].
    pub fn reset_password(
        &self,
        token_hash: &[u8],
        password_hash: &Secret,
        now: UnixSeconds,
    ) -> Result<User, StoreError> {
        self.write(|tx| {
            let user = take(tx, token_hash, LinkPurpose::ResetPassword, now)?;
            if user.email_confirmed_at.is_none() {
                former_members::keep_marks(tx, &user.id)?;
                // Whoever set it up did not prove the address.
                tx.prepare_cached("DELETE FROM two_factor WHERE user = ?1")?.execute([user.id.as_str()])?;
                tx.prepare_cached("DELETE FROM identities WHERE user = ?1")?.execute([user.id.as_str()])?;
                tx.prepare_cached("DELETE FROM passkeys WHERE user = ?1")?.execute([user.id.as_str()])?;
            }
            let sql = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
            tx.prepare_cached(sql)?.execute([user.id.as_str(), password_hash.expose()])?;
            confirm(tx, &user.id, now)?;
            end_sessions(tx, &user.id, None)?;
            by_id(tx, &user.id)
        })
    }
}

/// `invitation` is the id of the one that they join by once their address is confirmed.
pub(super) fn insert_unconfirmed(
    tx: &Transaction<'_>,
    new: &NewUser,
    invitation: Option<&str>,
    now: UnixSeconds,
) -> Result<User, Fault> {
    forget_unconfirmed(tx, now)?;
    let user = insert_user(tx, &NewUser { is_email_confirmed: false, ..new.clone() }, now)?;
    let sql = "UPDATE users SET awaits_confirmation = 1, invitation = ?2 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![user.id.as_str(), invitation])?;
    by_id(tx, &user.id)
}

/// Deletes accounts whose addresses were not confirmed in time.
pub(super) fn forget_unconfirmed(tx: &Transaction<'_>, now: UnixSeconds) -> Result<(), Fault> {
    let sql = "DELETE FROM users WHERE awaits_confirmation AND created_at < ?1";
    tx.prepare_cached(sql)?.execute([now.0 - UNCONFIRMED_SECONDS])?;
    Ok(())
}

/// Keeps a link for the address that a user has. Of those for the same purpose, the newest few work.
pub(super) fn insert_user_link(
    tx: &Transaction<'_>,
    user: &User,
    purpose: LinkPurpose,
    link: &NewLink,
    now: UnixSeconds,
) -> Result<(), Fault> {
    tx.prepare_cached("DELETE FROM email_links WHERE expires_at <= ?1")?.execute([now.0])?;
    let sql = "INSERT INTO email_links (token_hash, user, purpose, email, created_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.prepare_cached(sql)?.execute(params![
        link.token_hash,
        user.id.as_str(),
        purpose.as_str(),
        user.email,
        now.0,
        link.expires_at.0
    ])?;
    keep_newest(tx, &user.id, purpose.as_str(), &link.token_hash)
}

fn require_free(tx: &Transaction<'_>, email: &str, user: &UserId) -> Result<(), Fault> {
    if is_email_taken(tx, email, Some(user))? {
        return Err(StoreError::EmailTaken.into());
    }
    Ok(())
}

/// The newest is `newest`, also where others were made within the same second.
fn keep_newest(tx: &Transaction<'_>, user: &UserId, purpose: &str, newest: &[u8]) -> Result<(), Fault> {
    let sql = "DELETE FROM email_links WHERE user = ?1 AND purpose = ?2 AND token_hash NOT IN (
        SELECT token_hash FROM email_links WHERE user = ?1 AND purpose = ?2
        ORDER BY created_at DESC, token_hash = ?4 DESC LIMIT ?3)";
    tx.prepare_cached(sql)?.execute(params![user.as_str(), purpose, LINKS_KEPT, newest])?;
    Ok(())
}

/// With it, all links of its user end: what they were for has happened, or is out of date.
fn take(
    tx: &Transaction<'_>,
    token_hash: &[u8],
    purpose: LinkPurpose,
    now: UnixSeconds,
) -> Result<User, Fault> {
    let user = find(tx, token_hash, purpose, now)?;
    end_links(tx, &user.id)?;
    Ok(user)
}

pub(super) fn end_links(tx: &Transaction<'_>, user: &UserId) -> Result<(), Fault> {
    tx.prepare_cached("DELETE FROM email_links WHERE user = ?1")?.execute([user.as_str()])?;
    Ok(())
}

fn find(conn: &Connection, token_hash: &[u8], purpose: LinkPurpose, now: UnixSeconds) -> Result<User, Fault> {
    let sql = format!(
        "SELECT {USER} FROM email_links JOIN users ON users.id = email_links.user
         WHERE email_links.token_hash = ?1 AND email_links.purpose = ?2 AND email_links.expires_at > ?3
            AND email_links.email = users.email"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_row(params![token_hash, purpose.as_str(), now.0], user);
    found.optional()?.ok_or_else(|| StoreError::LinkEnded.into())
}

fn confirm(tx: &Transaction<'_>, id: &UserId, now: UnixSeconds) -> Result<(), Fault> {
    let sql = "UPDATE users SET email_confirmed_at = coalesce(email_confirmed_at, ?2),
            awaits_confirmation = 0 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![id.as_str(), now.0])?;
    Ok(())
}

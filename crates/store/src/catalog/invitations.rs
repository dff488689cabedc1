//! Invitations to a workspace, each for as long as its link is valid.

use model::{Role, UnixSeconds, UserId, WorkspaceId};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::Catalog;
use super::audit::Author;
use super::members::{Workspace, join, role_of, workspace};
use super::people::{NewUser, User, insert_user};
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

const INVITATION: &str = "invitations.id, invitations.email, invitations.role, invitations.invited_by, \
     invitations.created_at, invitations.expires_at, workspaces.id, workspaces.name, workspaces.created_at, \
     workspaces.requires_two_factor";

/// How many may be open in one workspace.
const OPEN_MAX: i64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: String,
    pub workspace: Workspace,
    /// Whom it is for. Without one, whoever has the link.
    pub email: Option<String>,
    pub role: Role,
    /// A username.
    pub invited_by: String,
    pub created_at: UnixSeconds,
    pub expires_at: UnixSeconds,
}

#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub workspace: WorkspaceId,
    pub email: Option<String>,
    pub role: Role,
    pub invited_by: String,
    /// Of the secret part of its link, which is not kept.
    pub token_hash: Vec<u8>,
    pub expires_at: UnixSeconds,
}

impl Catalog {
    /// Keeps an invitation. One that the same address had to the same workspace is withdrawn: its link ends.
    ///
    /// # Errors
    /// `AlreadyMember` when the address is a member's, `TooManyInvitations` when too many are open.
    pub fn create_invitation(&self, new: &NewInvitation, now: UnixSeconds) -> Result<Invitation, StoreError> {
        let id = new_id("inv")?;
        self.write(|tx| {
            if let Some(email) = &new.email {
                let sql = "SELECT 1 FROM members JOIN users ON users.id = members.user
                    WHERE members.workspace = ?1 AND users.email = ?2";
                if tx.prepare_cached(sql)?.exists([new.workspace.as_str(), email])? {
                    return Err(StoreError::AlreadyMember.into());
                }
                let sql = "DELETE FROM invitations WHERE workspace = ?1 AND email = ?2";
                tx.prepare_cached(sql)?.execute([new.workspace.as_str(), email])?;
            }
            self.require_room_for_member(tx, &new.workspace)?;
            let sql = "SELECT count(*) FROM invitations WHERE workspace = ?1 AND expires_at > ?2";
            let open: i64 = tx
                .prepare_cached(sql)?
                .query_row(params![new.workspace.as_str(), now.0], |row| row.get(0))?;
            if open >= OPEN_MAX {
                return Err(StoreError::TooManyInvitations.into());
            }
            let sql =
                "INSERT INTO invitations (id, workspace, email, role, token_hash, invited_by, created_at,
                expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            tx.prepare_cached(sql)?.execute(params![
                id,
                new.workspace.as_str(),
                new.email,
                new.role.as_str(),
                new.token_hash,
                new.invited_by,
                now.0,
                new.expires_at.0
            ])?;
            found(tx, "invitations.id = ?1", &id)?.ok_or_else(|| no_invitation().into())
        })
    }

    /// The invitations of a workspace that nobody has accepted, the newest first. Those that have expired are among them: they can
    /// be sent again.
    ///
    /// # Errors
    /// Those of the file.
    pub fn invitations(&self, of: &WorkspaceId) -> Result<Vec<Invitation>, StoreError> {
        let sql = format!(
            "SELECT {INVITATION} FROM invitations JOIN workspaces ON workspaces.id = invitations.workspace
             WHERE invitations.workspace = ?1 ORDER BY invitations.created_at DESC, invitations.rowid DESC"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([of.as_str()], |row| Ok(invitation(row)))?;
            found.map(|row| row?).collect()
        })
    }

    /// The invitation of a link, also when it has expired.
    ///
    /// # Errors
    /// Those of the file.
    pub fn invitation_by_link(&self, token_hash: &[u8]) -> Result<Option<Invitation>, StoreError> {
        self.read(|conn| found(conn, "invitations.token_hash = ?1", token_hash))
    }

    /// Withdraws an invitation: its link ends. The invitation that it was, if there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_invitation(&self, of: &WorkspaceId, id: &str) -> Result<Option<Invitation>, StoreError> {
        self.write(|tx| {
            let Some(invitation) = found(tx, "invitations.id = ?1", id)? else { return Ok(None) };
            if invitation.workspace.id != *of {
                return Ok(None);
            }
            tx.prepare_cached("DELETE FROM invitations WHERE id = ?1")?.execute([id])?;
            Ok(Some(invitation))
        })
    }

    /// Makes somebody who has an account a member, and records that in the audit log. The invitation is used up by it.
    ///
    /// # Errors
    /// `InvitationEnded` when it was used, withdrawn or has expired, `InvitationForOther` when it is for another address.
    pub fn accept_invitation(
        &self,
        token_hash: &[u8],
        user: &User,
        address: Option<&str>,
        now: UnixSeconds,
    ) -> Result<Invitation, StoreError> {
        self.write(|tx| {
            let invitation = take(tx, token_hash, &user.email, now)?;
            let sql = "SELECT 1 FROM members WHERE workspace = ?1 AND user = ?2";
            if tx.prepare_cached(sql)?.exists([invitation.workspace.id.as_str(), user.id.as_str()])? {
                // Which also undoes that it was taken.
                return Err(StoreError::AlreadyMember.into());
            }
            self.require_room_for_member(tx, &invitation.workspace.id)?;
            if invitation.role == Role::Owner {
                self.require_room_for_workspace(tx, &user.id)?;
            }
            let author = Author::of_user(user, address, now);
            join(tx, &author, &invitation.workspace.id, &user.id, invitation.role)?;
            Ok(invitation)
        })
    }

    /// Creates an account for whoever has an invitation's link, makes it a member, and records that in the audit log. `new` says whether
    /// the link is only known from a mail: then one for an address proves that it is theirs.
    ///
    /// # Errors
    /// Those of [`Catalog::accept_invitation`]; `NameTaken` or `EmailTaken`, by which the invitation is not used up.
    pub fn create_user_by_invitation(
        &self,
        token_hash: &[u8],
        new: &NewUser,
        address: Option<&str>,
        now: UnixSeconds,
    ) -> Result<User, StoreError> {
        self.write(|tx| {
            let invitation = take(tx, token_hash, &new.email, now)?;
            let is_email_confirmed = invitation.email.is_some() && new.is_email_confirmed;
            self.require_room_for_member(tx, &invitation.workspace.id)?;
            let user = insert_user(tx, &NewUser { is_email_confirmed, ..new.clone() }, now)?;
            let author = Author::of_user(&user, address, now);
            join(tx, &author, &invitation.workspace.id, &user.id, invitation.role)?;
            Ok(user)
        })
    }

    /// Makes somebody a member who signed up by the link of an invitation, unless it has ended since. Whether they did.
    pub(super) fn join_as_invited(
        &self,
        tx: &Transaction<'_>,
        user: &UserId,
        author: &Author,
    ) -> Result<bool, Fault> {
        let sql = "SELECT invitation FROM users WHERE id = ?1";
        let id: Option<String> = tx.prepare_cached(sql)?.query_row([user.as_str()], |row| row.get(0))?;
        let Some(id) = id else { return Ok(false) };
        tx.prepare_cached("UPDATE users SET invitation = NULL WHERE id = ?1")?.execute([user.as_str()])?;
        let invitation = found(tx, "invitations.id = ?1", &id)?.filter(|one| one.expires_at > author.at);
        let Some(invitation) = invitation else { return Ok(true) };
        self.require_room_for_member(tx, &invitation.workspace.id)?;
        tx.prepare_cached("DELETE FROM invitations WHERE id = ?1")?.execute([&invitation.id])?;
        join(tx, author, &invitation.workspace.id, user, invitation.role)?;
        Ok(true)
    }
}

/// The invitation that a link leads to, as long as it is open.
pub(super) fn require_open(
    tx: &Transaction<'_>,
    token_hash: &[u8],
    now: UnixSeconds,
) -> Result<Invitation, Fault> {
    let invitation = found(tx, "invitations.token_hash = ?1", token_hash)?;
    invitation.filter(|one| one.expires_at > now).ok_or_else(|| no_invitation().into())
}

/// Deletes the invitation that an address accepts.
fn take(tx: &Transaction<'_>, token_hash: &[u8], email: &str, now: UnixSeconds) -> Result<Invitation, Fault> {
    let invitation = require_open(tx, token_hash, now)?;
    if invitation.email.as_ref().is_some_and(|invited| !invited.eq_ignore_ascii_case(email)) {
        return Err(StoreError::InvitationForOther.into());
    }
    tx.prepare_cached("DELETE FROM invitations WHERE id = ?1")?.execute([&invitation.id])?;
    Ok(invitation)
}

fn no_invitation() -> StoreError {
    StoreError::InvitationEnded
}

fn found(
    conn: &rusqlite::Connection,
    condition: &str,
    value: impl rusqlite::ToSql,
) -> Result<Option<Invitation>, Fault> {
    let sql = format!(
        "SELECT {INVITATION} FROM invitations JOIN workspaces ON workspaces.id = invitations.workspace
         WHERE {condition}"
    );
    conn.prepare_cached(&sql)?.query_row([value], |row| Ok(invitation(row))).optional()?.transpose()
}

/// From the columns of `INVITATION`.
fn invitation(row: &Row<'_>) -> Result<Invitation, Fault> {
    Ok(Invitation {
        id: row.get(0)?,
        email: row.get(1)?,
        role: role_of(&row.get::<_, String>(2)?)?,
        invited_by: row.get(3)?,
        created_at: UnixSeconds(row.get(4)?),
        expires_at: UnixSeconds(row.get(5)?),
        workspace: workspace(row, 6)?,
    })
}

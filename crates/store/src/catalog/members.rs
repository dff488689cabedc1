//! Workspaces, and who belongs to them in which role.

use model::{ConnectionId, Role, UnixSeconds, UserId, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::audit::{Author, Deed, add_deed};
use super::former_members;
use super::owners::{keep_an_owner, require_can_sign_in};
use super::people::{USER, USER_COLUMNS, User, by_id, end_sessions, user};
use super::sessions::SIGN_ON;
use super::sign_on::IS_OF_DOMAIN;
use super::{Catalog, ConnectionRecord, SignInMethod};
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

const WORKSPACE: &str =
    "workspaces.id, workspaces.name, workspaces.created_at, workspaces.requires_two_factor";
/// How many columns `WORKSPACE` has.
const WORKSPACE_COLUMNS: usize = 4;

/// Of rows of `members`, `workspaces` and `users`, for a session that was begun by the method `?2`: what somebody is in a workspace, and
/// what it requires that the session does not prove.
///
/// Where a provider is required, nothing but signing in there can count as two factors. Its owners are exempt from that: a provider
/// that is away must not close the door on all of them.
fn membership_columns() -> String {
    format!(
        "{WORKSPACE}, members.role,
        workspaces.requires_two_factor AND ?2 <> 'passkey' AND NOT (?2 = 'password'
            AND EXISTS (SELECT 1 FROM two_factor
                WHERE two_factor.user = users.id AND two_factor.confirmed_at IS NOT NULL))
            AND NOT EXISTS (SELECT 1 FROM sign_on_rules
                WHERE sign_on_rules.workspace = workspaces.id
                    AND (sign_on_rules.is_two_factor OR sign_on_rules.is_required)
                    AND '{SIGN_ON}' || sign_on_rules.provider = ?2 AND {IS_OF_DOMAIN}),
        members.role <> 'owner' AND EXISTS (SELECT 1 FROM sign_on_rules
            WHERE sign_on_rules.workspace = workspaces.id AND sign_on_rules.is_required
                AND '{SIGN_ON}' || sign_on_rules.provider <> ?2 AND {IS_OF_DOMAIN})"
    )
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// 0 for one of before this was kept.
    pub created_at: UnixSeconds,
    /// Whether its members have to have a second factor.
    pub requires_two_factor: bool,
}

/// That somebody belongs to a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub workspace: Workspace,
    pub role: Role,
    /// The workspace requires a second factor that the user has not proved: nothing of it may be shown until they do.
    pub lacks_two_factor: bool,
    /// The same where the workspace requires single sign-on of them, and they signed in by other means.
    pub lacks_sign_on: bool,
}

impl Membership {
    /// Whether anything of the workspace may be shown to whoever signed in this way.
    pub fn is_open(&self) -> bool {
        !self.lacks_two_factor && !self.lacks_sign_on
    }
}

/// Somebody who belongs to a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub user: User,
    pub role: Role,
    pub joined_at: UnixSeconds,
}

/// How many of what a workspace has: for the operator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceFacts {
    pub workspace: Workspace,
    pub members: u64,
    pub connections: u64,
}

impl Catalog {
    /// The default workspace: the first owner's, and the command line's.
    ///
    /// # Errors
    /// Those of the file.
    pub fn default_workspace(&self) -> Result<Workspace, StoreError> {
        self.read(default_workspace)
    }

    /// Adds a workspace without members: another tenant of the same installation.
    ///
    /// # Errors
    /// Those of the file.
    pub fn create_workspace(&self, name: &str, now: UnixSeconds) -> Result<Workspace, StoreError> {
        self.write(|tx| insert_workspace(tx, name, now))
    }

    /// Adds a workspace that `owner` owns.
    ///
    /// # Errors
    /// `WorkspacesFull`; those of the file, also when there is no such user.
    pub fn create_workspace_for(
        &self,
        owner: &UserId,
        name: &str,
        now: UnixSeconds,
    ) -> Result<Workspace, StoreError> {
        self.write(|tx| {
            self.require_room_for_workspace(tx, owner)?;
            let workspace = insert_workspace(tx, name, now)?;
            add_member(tx, &workspace.id, owner, Role::Owner, now)?;
            Ok(workspace)
        })
    }

    /// # Errors
    /// Those of the file.
    pub fn rename_workspace(&self, id: &WorkspaceId, name: &str) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "UPDATE workspaces SET name = ?2 WHERE id = ?1";
            Ok(tx.prepare_cached(sql)?.execute([id.as_str(), name])? > 0)
        })
    }

    /// All workspaces, oldest first, for the operator alone.
    ///
    /// # Errors
    /// Those of the file.
    pub fn all_workspaces(&self) -> Result<Vec<WorkspaceFacts>, StoreError> {
        let sql = format!(
            "SELECT {WORKSPACE}, (SELECT count(*) FROM members WHERE workspace = workspaces.id),
                (SELECT count(*) FROM connections WHERE workspace = workspaces.id)
             FROM workspaces ORDER BY rowid"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([], |row| {
                Ok(WorkspaceFacts {
                    workspace: workspace(row, 0)?,
                    members: row.get::<_, i64>(WORKSPACE_COLUMNS)?.unsigned_abs(),
                    connections: row.get::<_, i64>(WORKSPACE_COLUMNS + 1)?.unsigned_abs(),
                })
            })?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// What somebody who signed in by `method` belongs to, in the order in which they joined.
    ///
    /// # Errors
    /// Those of the file.
    pub fn memberships(&self, user: &UserId, method: &SignInMethod) -> Result<Vec<Membership>, StoreError> {
        let sql = format!(
            "SELECT {} FROM members
             JOIN workspaces ON workspaces.id = members.workspace JOIN users ON users.id = members.user
             WHERE members.user = ?1 ORDER BY members.joined_at, workspaces.rowid",
            membership_columns()
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let rows = statement.query_map([user.as_str(), &*method.text()], |row| Ok(membership(row)))?;
            rows.map(|row| row?).collect()
        })
    }

    /// A connection of any workspace that somebody who signed in by `method` belongs to, with what they are there.
    ///
    /// # Errors
    /// Those of the file.
    pub fn connection_for(
        &self,
        user: &UserId,
        method: &SignInMethod,
        id: &ConnectionId,
    ) -> Result<Option<(ConnectionRecord, Membership)>, StoreError> {
        let sql = format!(
            "SELECT {} FROM connections
             JOIN members ON members.workspace = connections.workspace AND members.user = ?1
             JOIN workspaces ON workspaces.id = members.workspace JOIN users ON users.id = members.user
             WHERE connections.id = ?3",
            membership_columns()
        );
        let found = self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let method = method.text();
            let given = [user.as_str(), &*method, id.as_str()];
            let found = statement.query_row(given, |row| Ok(membership(row)));
            found.optional()?.transpose()
        })?;
        let Some(membership) = found else { return Ok(None) };
        Ok(self.connection(&membership.workspace.id, id)?.map(|record| (record, membership)))
    }

    /// The members of a workspace, in the order in which they joined.
    ///
    /// # Errors
    /// Those of the file.
    pub fn members(&self, workspace: &WorkspaceId) -> Result<Vec<Member>, StoreError> {
        let sql = format!(
            "SELECT {USER}, members.role, members.joined_at FROM members JOIN users ON users.id = members.user
             WHERE members.workspace = ?1 ORDER BY members.joined_at, users.rowid"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let rows = statement.query_map([workspace.as_str()], |row| {
                Ok((user(row)?, row.get::<_, String>(USER_COLUMNS)?, row.get(USER_COLUMNS + 1)?))
            })?;
            rows.map(|row| {
                let (user, role, joined_at) = row?;
                Ok(Member { user, role: role_of(&role)?, joined_at: UnixSeconds(joined_at) })
            })
            .collect()
        })
    }

    /// Gives a member another role; `by` is the role of whoever does it. Recorded in the audit log. The role that they had.
    ///
    /// # Errors
    /// `NotFound` when nobody of that id is a member, `RoleTooLow` when `by` may not do it, `LastOwner` when nobody else owns the
    /// workspace who can sign in, `MemberLocked` when a new owner can't, `WorkspacesFull` when they own as many as they may.
    pub fn set_role(
        &self,
        workspace: &WorkspaceId,
        user: &UserId,
        role: Role,
        by: Role,
        author: &Author,
    ) -> Result<Role, StoreError> {
        self.write(|tx| {
            let before = member_role(tx, workspace, user)?.ok_or_else(|| no_member(user))?;
            if !by.may_assign(before) || !by.may_assign(role) {
                return Err(StoreError::RoleTooLow.into());
            }
            if before == Role::Owner && role != Role::Owner {
                keep_an_owner(tx, workspace, user)?;
            }
            if before != Role::Owner && role == Role::Owner {
                require_can_sign_in(tx, user)?;
                self.require_room_for_workspace(tx, user)?;
            }
            let sql = "UPDATE members SET role = ?3 WHERE workspace = ?1 AND user = ?2";
            tx.prepare_cached(sql)?.execute([workspace.as_str(), user.as_str(), role.as_str()])?;
            if role.permission() < before.permission() {
                withdraw_invitations_of(tx, workspace, user)?;
            }
            let subject = by_id(tx, user)?.username;
            let detail = format!("from {} to {}", before.as_str(), role.as_str());
            let action = "member.role_changed";
            add_deed(tx, author, Deed { workspace, action, subject: Some(&subject), detail: Some(&detail) })?;
            Ok(before)
        })
    }

    /// Makes another member the owner in one step; `from` becomes an admin. Recorded in the audit log.
    ///
    /// # Errors
    /// `NotFound` when nobody of that id is a member, `RoleTooLow` when `from` is not an owner, `MemberLocked` when `to` can't sign in,
    /// `WorkspacesFull` when they own as many as they may.
    pub fn transfer_ownership(
        &self,
        workspace: &WorkspaceId,
        from: &UserId,
        to: &UserId,
        author: &Author,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            if member_role(tx, workspace, from)? != Some(Role::Owner) {
                return Err(StoreError::RoleTooLow.into());
            }
            let before = member_role(tx, workspace, to)?.ok_or_else(|| no_member(to))?;
            require_can_sign_in(tx, to)?;
            if before != Role::Owner {
                self.require_room_for_workspace(tx, to)?;
            }
            let sql = "UPDATE members SET role = ?3 WHERE workspace = ?1 AND user = ?2";
            let mut statement = tx.prepare_cached(sql)?;
            statement.execute([workspace.as_str(), from.as_str(), Role::Admin.as_str()])?;
            statement.execute([workspace.as_str(), to.as_str(), Role::Owner.as_str()])?;
            let subject = by_id(tx, to)?.username;
            let action = "workspace.transferred";
            add_deed(tx, author, Deed { workspace, action, subject: Some(&subject), detail: None })
        })
    }

    /// Takes a member out of a workspace; `by` is the role of whoever does it, or `None` where they leave by themselves. What
    /// they may see ends with it at once, because every request asks for the membership. Somebody who is removed and belongs to no
    /// other workspace is signed out. Recorded in the audit log with the name that they had.
    ///
    /// # Errors
    /// As [`Catalog::set_role`].
    pub fn remove_member(
        &self,
        workspace: &WorkspaceId,
        user: &UserId,
        by: Option<Role>,
        author: &Author,
    ) -> Result<Role, StoreError> {
        self.write(|tx| {
            let before = member_role(tx, workspace, user)?.ok_or_else(|| no_member(user))?;
            if by.is_some_and(|by| !by.may_assign(before)) {
                return Err(StoreError::RoleTooLow.into());
            }
            if before == Role::Owner {
                keep_an_owner(tx, workspace, user)?;
            }
            withdraw_invitations_of(tx, workspace, user)?;
            let sql = "DELETE FROM members WHERE workspace = ?1 AND user = ?2";
            tx.prepare_cached(sql)?.execute([workspace.as_str(), user.as_str()])?;
            former_members::add(tx, workspace, user)?;
            let others = "SELECT 1 FROM members WHERE user = ?1";
            if by.is_some() && !tx.prepare_cached(others)?.exists([user.as_str()])? {
                end_sessions(tx, user, None)?;
            }
            let subject = by_id(tx, user)?.username;
            // Whoever leaves is the author.
            let (action, subject) =
                if by.is_some() { ("member.removed", Some(&*subject)) } else { ("member.left", None) };
            add_deed(tx, author, Deed { workspace, action, subject, detail: None })?;
            Ok(before)
        })
    }
}

pub(super) fn default_workspace(conn: &Connection) -> Result<Workspace, Fault> {
    let sql = format!("SELECT {WORKSPACE} FROM workspaces ORDER BY rowid LIMIT 1");
    Ok(conn.prepare_cached(&sql)?.query_row([], |row| workspace(row, 0))?)
}

pub(super) fn insert_workspace(
    tx: &Transaction<'_>,
    name: &str,
    now: UnixSeconds,
) -> Result<Workspace, Fault> {
    let id = WorkspaceId::from(new_id("ws")?);
    tx.prepare_cached("INSERT INTO workspaces (id, name, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![id.as_str(), name, now.0])?;
    Ok(Workspace { id, name: name.to_owned(), created_at: now, requires_two_factor: false })
}

/// Somebody who is a member already keeps the role that they have.
pub(super) fn add_member(
    tx: &Transaction<'_>,
    workspace: &WorkspaceId,
    user: &UserId,
    role: Role,
    now: UnixSeconds,
) -> Result<(), Fault> {
    let sql = "INSERT INTO members (workspace, user, role, joined_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (workspace, user) DO NOTHING";
    tx.prepare_cached(sql)?.execute(params![workspace.as_str(), user.as_str(), role.as_str(), now.0])?;
    former_members::forget(tx, workspace, user)
}

/// Makes somebody a member who joins by themselves, and records that in the audit log.
pub(super) fn join(
    tx: &Transaction<'_>,
    author: &Author,
    workspace: &WorkspaceId,
    user: &UserId,
    role: Role,
) -> Result<(), Fault> {
    add_member(tx, workspace, user, role, author.at)?;
    let (action, detail) = ("member.joined", Some(role.as_str()));
    add_deed(tx, author, Deed { workspace, action, subject: None, detail })
}

/// What somebody who signed in by `method` is in a workspace.
pub(super) fn membership_in(
    conn: &Connection,
    user: &UserId,
    method: &SignInMethod,
    of: &WorkspaceId,
) -> Result<Option<Membership>, Fault> {
    let sql = format!(
        "SELECT {} FROM members
         JOIN workspaces ON workspaces.id = members.workspace JOIN users ON users.id = members.user
         WHERE members.user = ?1 AND members.workspace = ?3",
        membership_columns()
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let given = [user.as_str(), &*method.text(), of.as_str()];
    statement.query_row(given, |row| Ok(membership(row))).optional()?.transpose()
}

fn member_role(tx: &Transaction<'_>, workspace: &WorkspaceId, user: &UserId) -> Result<Option<Role>, Fault> {
    let sql = "SELECT role FROM members WHERE workspace = ?1 AND user = ?2";
    let found: Option<String> = tx
        .prepare_cached(sql)?
        .query_row([workspace.as_str(), user.as_str()], |row| row.get(0))
        .optional()?;
    found.map(|role| role_of(&role)).transpose()
}

/// Nobody comes back by an invitation that they made while they still could.
fn withdraw_invitations_of(
    tx: &Transaction<'_>,
    workspace: &WorkspaceId,
    user: &UserId,
) -> Result<(), Fault> {
    let sql = "DELETE FROM invitations WHERE workspace = ?1
        AND invited_by = (SELECT username FROM users WHERE id = ?2)";
    tx.prepare_cached(sql)?.execute([workspace.as_str(), user.as_str()])?;
    Ok(())
}

fn no_member(user: &UserId) -> Fault {
    StoreError::NotFound { what: format!("member {user}") }.into()
}

pub(super) fn role_of(text: &str) -> Result<Role, Fault> {
    text.parse().map_err(|_| Fault::Damaged(format!("role '{text}'")))
}

/// From [`membership_columns`].
fn membership(row: &Row<'_>) -> Result<Membership, Fault> {
    Ok(Membership {
        workspace: workspace(row, 0)?,
        role: role_of(&row.get::<_, String>(WORKSPACE_COLUMNS)?)?,
        lacks_two_factor: row.get(WORKSPACE_COLUMNS + 1)?,
        lacks_sign_on: row.get(WORKSPACE_COLUMNS + 2)?,
    })
}

/// From the columns of `WORKSPACE`, which begin at `first`.
pub(super) fn workspace(row: &Row<'_>, first: usize) -> rusqlite::Result<Workspace> {
    Ok(Workspace {
        id: row.get::<_, String>(first)?.into(),
        name: row.get(first + 1)?,
        created_at: UnixSeconds(row.get(first + 2)?),
        requires_two_factor: row.get(first + 3)?,
    })
}

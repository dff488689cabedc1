//! Who has an account.

use model::{Role, Secret, UnixSeconds, UserId};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::Catalog;
use super::audit::{Author, Deed, add_deed};
use super::members::{add_member, default_workspace};
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

pub(super) const USER: &str = "users.id, users.full_name, users.email, users.username, users.created_at, \
     users.email_confirmed_at, users.locked_at, users.awaits_confirmation";
/// How many columns `USER` has: what a query selects after it begins there.
pub(super) const USER_COLUMNS: usize = 8;

/// Names that would pass for the operator's, the server's or another actor's of the audit log. No account gets one by signing up.
const RESERVED_USERNAMES: [&str; 34] = [
    "abuse",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "billing",
    "chartsy",
    "daemon",
    "everyone",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "mailer",
    "moderator",
    "noreply",
    "null",
    "official",
    "operator",
    "person",
    "postmaster",
    "root",
    "security",
    "server",
    "service",
    "staff",
    "superuser",
    "support",
    "sysadmin",
    "system",
    "team",
    "token",
    "visitor",
    "webmaster",
];

/// Whether nobody can get this username by signing up, in any case of letters.
pub fn is_reserved_username(username: &str) -> bool {
    RESERVED_USERNAMES.iter().any(|reserved| username.eq_ignore_ascii_case(reserved))
}

const ANY_OWNER: &str = "SELECT 1 FROM members WHERE role = 'owner' LIMIT 1";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub full_name: String,
    pub email: String,
    pub username: String,
    pub created_at: UnixSeconds,
    /// When the address was proved to be theirs.
    pub email_confirmed_at: Option<UnixSeconds>,
    /// Since when the operator keeps them out.
    pub locked_at: Option<UnixSeconds>,
    /// They signed up by themselves, and have not confirmed their address: they can't use the account yet.
    pub awaits_confirmation: bool,
}

#[derive(Debug, Clone)]
pub struct NewUser {
    pub full_name: String,
    pub email: String,
    pub username: String,
    /// As the password hasher writes it, with its salt and parameters. Without one, they sign in by other means only.
    pub password_hash: Option<Secret>,
    /// Whether the address is known to be theirs.
    pub is_email_confirmed: bool,
}

impl Catalog {
    /// Whether the owner account exists.
    ///
    /// # Errors
    /// Those of the file.
    pub fn has_owner(&self) -> Result<bool, StoreError> {
        self.read(|conn| Ok(conn.prepare_cached(ANY_OWNER)?.exists([])?))
    }

    /// Creates the first user, who owns the default workspace.
    ///
    /// # Errors
    /// `OwnerExists` when somebody owns a workspace already.
    pub fn create_owner(&self, owner: &NewUser, now: UnixSeconds) -> Result<User, StoreError> {
        self.write(|tx| insert_owner(tx, owner, now))
    }

    /// The same for somebody who does it from this address, with their entry in the audit log.
    ///
    /// # Errors
    /// As [`Catalog::create_owner`].
    pub fn create_owner_from(
        &self,
        address: Option<String>,
        owner: &NewUser,
        at: UnixSeconds,
    ) -> Result<User, StoreError> {
        self.write(|tx| {
            let user = insert_owner(tx, owner, at)?;
            let author = Author::of_user(&user, address.as_deref(), at);
            let workspace = &default_workspace(tx)?.id;
            let (action, subject) = ("account.created", Some(&*user.username));
            add_deed(tx, &author, Deed { workspace, action, subject, detail: Some(Role::Owner.as_str()) })?;
            Ok(user)
        })
    }

    /// By username or email address, in any case of letters; with the hash of the password.
    ///
    /// # Errors
    /// Those of the file.
    pub fn user_by_login(&self, login: &str) -> Result<Option<(User, Option<Secret>)>, StoreError> {
        let sql = format!("SELECT {USER}, password_hash FROM users WHERE username = ?1 OR email = ?1");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_row([login], |row| {
                Ok((user(row)?, row.get::<_, Option<String>>(USER_COLUMNS)?.map(Secret::new)))
            });
            Ok(found.optional()?)
        })
    }

    /// The hash of a user's password; `None` where there is no such user, or no password.
    ///
    /// # Errors
    /// Those of the file.
    pub fn password_hash(&self, id: &UserId) -> Result<Option<Secret>, StoreError> {
        let sql = "SELECT password_hash FROM users WHERE id = ?1";
        self.read(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let found = statement.query_row([id.as_str()], |row| row.get::<_, Option<String>>(0));
            Ok(found.optional()?.flatten().map(Secret::new))
        })
    }

    /// Some usernames like `wanted` that nobody has.
    ///
    /// # Errors
    /// Those of the file.
    pub fn free_usernames(&self, wanted: &str) -> Result<Vec<String>, StoreError> {
        const OFFERED: usize = 3;
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT 1 FROM users WHERE username = ?1")?;
            let mut free = Vec::new();
            for number in 1..1000 {
                let name = format!("{wanted}{number}");
                if !statement.exists([&name])? {
                    free.push(name);
                }
                if free.len() == OFFERED {
                    break;
                }
            }
            Ok(free)
        })
    }

    /// # Errors
    /// Those of the file.
    pub fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {USER} FROM users WHERE id = ?1");
        self.read(|conn| Ok(conn.prepare_cached(&sql)?.query_row([id.as_str()], user).optional()?))
    }

    /// Everybody who has an account, oldest first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn users(&self) -> Result<Vec<User>, StoreError> {
        let sql = format!("SELECT {USER} FROM users ORDER BY created_at, rowid");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([], user)?.collect::<Result<_, _>>()?;
            Ok(found)
        })
    }

    /// # Errors
    /// `NotFound` when there is no such user.
    pub fn rename_user(&self, id: &UserId, full_name: &str) -> Result<User, StoreError> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE users SET full_name = ?2 WHERE id = ?1")?
                .execute(params![id.as_str(), full_name])?;
            by_id(tx, id)
        })
    }

    /// Replaces the hash of a user's password and ends their sessions: whoever knew the old password is out. The session
    /// `kept`, by its id, goes on. How many sessions ended.
    ///
    /// # Errors
    /// Those of the file.
    pub fn set_password(
        &self,
        user: &UserId,
        password_hash: &Secret,
        kept: Option<&str>,
    ) -> Result<usize, StoreError> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE users SET password_hash = ?2 WHERE id = ?1")?
                .execute(params![user.as_str(), password_hash.expose()])?;
            super::email_links::end_links(tx, user)?;
            end_sessions(tx, user, kept)
        })
    }

    /// Keeps somebody out, and ends their sessions; or lets them in again.
    ///
    /// # Errors
    /// `NotFound` when there is no such user.
    pub fn lock_user(&self, id: &UserId, since: Option<UnixSeconds>) -> Result<User, StoreError> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE users SET locked_at = ?2 WHERE id = ?1")?
                .execute(params![id.as_str(), since.map(|at| at.0)])?;
            if since.is_some() {
                end_sessions(tx, id, None)?;
                // Whoever has got hold of a link can't use it to come back.
                super::email_links::end_links(tx, id)?;
            }
            by_id(tx, id)
        })
    }
}

fn insert_owner(tx: &Transaction<'_>, owner: &NewUser, now: UnixSeconds) -> Result<User, Fault> {
    if tx.prepare_cached(ANY_OWNER)?.exists([])? {
        return Err(StoreError::OwnerExists.into());
    }
    let user = insert_user(tx, owner, now)?;
    add_member(tx, &default_workspace(tx)?.id, &user.id, Role::Owner, now)?;
    Ok(user)
}

/// # Errors
/// `NameTaken` or `EmailTaken` when somebody else has it.
pub(super) fn insert_user(tx: &Transaction<'_>, new: &NewUser, now: UnixSeconds) -> Result<User, Fault> {
    if tx.prepare_cached("SELECT 1 FROM users WHERE username = ?1")?.exists([&new.username])? {
        return Err(StoreError::NameTaken.into());
    }
    if is_email_taken(tx, &new.email, None)? {
        return Err(StoreError::EmailTaken.into());
    }
    let id = UserId::from(new_id("user")?);
    let sql =
        "INSERT INTO users (id, full_name, email, username, password_hash, created_at, email_confirmed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    tx.prepare_cached(sql)?.execute(params![
        id.as_str(),
        new.full_name,
        new.email,
        new.username,
        new.password_hash.as_ref().map(Secret::expose),
        now.0,
        new.is_email_confirmed.then_some(now.0),
    ])?;
    by_id(tx, &id)
}

/// Whether an account has the address, other than that of `user`.
pub(super) fn is_email_taken(
    tx: &Transaction<'_>,
    email: &str,
    user: Option<&UserId>,
) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM users WHERE email = ?1 AND id IS NOT ?2";
    Ok(tx.prepare_cached(sql)?.exists(params![email, user.map(UserId::as_str)])?)
}

pub(super) fn by_id(tx: &Transaction<'_>, id: &UserId) -> Result<User, Fault> {
    let sql = format!("SELECT {USER} FROM users WHERE id = ?1");
    let found = tx.prepare_cached(&sql)?.query_row([id.as_str()], user).optional()?;
    found.ok_or_else(|| StoreError::NotFound { what: format!("user {id}") }.into())
}

pub(super) fn end_sessions(tx: &Transaction<'_>, user: &UserId, kept: Option<&str>) -> Result<usize, Fault> {
    let sql = "DELETE FROM sessions WHERE user = ?1 AND id IS NOT ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![user.as_str(), kept])?)
}

/// From the columns of `USER`, which come first.
pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get::<_, String>(0)?.into(),
        full_name: row.get(1)?,
        email: row.get(2)?,
        username: row.get(3)?,
        created_at: UnixSeconds(row.get(4)?),
        email_confirmed_at: row.get::<_, Option<i64>>(5)?.map(UnixSeconds),
        locked_at: row.get::<_, Option<i64>>(6)?.map(UnixSeconds),
        awaits_confirmation: row.get(7)?,
    })
}

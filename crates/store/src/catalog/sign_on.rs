//! Single sign-on: who signs in with which account at an identity provider.

mod providers;
mod rules;

use model::{Role, UnixSeconds, UserId, WorkspaceId};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::audit::{Author, add_deed_to_account};
use super::former_members;
use super::members::{join, role_of};
use super::people::{NewUser, USER, User, by_id, end_sessions, insert_user, is_reserved_username, user};
use super::{Catalog, SignInMethod};
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

pub use providers::{IdentityProvider, NewIdentityProvider};
pub use rules::{NewSignOnRule, SignOnRule, SignOnTerms};

/// Whether a row of `users` is somebody whom a row of `sign_on_rules` is about.
pub(super) const IS_OF_DOMAIN: &str =
    "sign_on_rules.domain = substr(users.email, instr(users.email, '@') + 1)";

const IDENTITY: &str = "id, provider, email, created_at, last_used_at";

/// Somebody's account at an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub id: String,
    pub provider: String,
    /// The address that the provider named last.
    pub email: String,
    pub created_at: UnixSeconds,
    pub last_used_at: Option<UnixSeconds>,
}

/// What a provider says of whoever signed in there. The address is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIdentity {
    pub provider: String,
    pub issuer: String,
    /// The provider's name for the account, which it never gives to another.
    pub subject: String,
    pub email: String,
    pub full_name: String,
}

/// What comes of signing in at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignOn {
    /// The account is connected.
    Known(User),
    /// An account with that address exists, and its owner has not connected it.
    Unconnected(User),
    /// A new account, with the workspaces that it belongs to.
    Created(User, Vec<(WorkspaceId, Role)>),
    /// The provider may not name that address, or no workspace takes in people with it, or those that do have removed them.
    NotTakenIn,
}

impl Catalog {
    /// Finds the account of whoever signed in at a provider, or creates it where a workspace takes them in. What is new is recorded in
    /// the audit log.
    ///
    /// A provider signs in only accounts whose address has a domain that the operator has given it. An account that has got another
    /// address since it was connected is out of its reach.
    ///
    /// # Errors
    /// `MembersFull` when no workspace that takes them in has room.
    pub fn sign_on(
        &self,
        who: &NewIdentity,
        address: Option<&str>,
        now: UnixSeconds,
    ) -> Result<SignOn, StoreError> {
        self.write(|tx| {
            if !may_name(tx, &who.provider, &who.email)? {
                return Ok(SignOn::NotTakenIn);
            }
            if let Some(user) = connected(tx, who)? {
                // One that serves several domains vouches for each apart: they may be of different tenants.
                if !domain_of(&who.email).eq_ignore_ascii_case(domain_of(&user.email)) {
                    return Ok(SignOn::NotTakenIn);
                }
                let sql = "UPDATE identities SET last_used_at = ?4, email = ?5
                    WHERE provider = ?1 AND issuer = ?2 AND subject = ?3";
                tx.prepare_cached(sql)?.execute(params![
                    who.provider,
                    who.issuer,
                    who.subject,
                    now.0,
                    who.email
                ])?;
                return Ok(SignOn::Known(user));
            }
            let sql = format!("SELECT {USER} FROM users WHERE email = ?1");
            let same_address = tx.prepare_cached(&sql)?.query_row([&who.email], user).optional()?;
            let counts = |user: &&User| !user.awaits_confirmation || user.locked_at.is_some();
            if let Some(user) = same_address.as_ref().filter(counts) {
                return Ok(SignOn::Unconnected(user.clone()));
            }
            let mut taken_in = taken_in(tx, who)?;
            for at in (0..taken_in.len()).rev() {
                if former_members::keeps_out(tx, &taken_in[at].0, who, now)? {
                    taken_in.remove(at);
                }
            }
            let Some((first, _)) = taken_in.first() else { return Ok(SignOn::NotTakenIn) };
            let with_room = self.with_room(tx, &taken_in)?;
            if with_room.is_empty() {
                // Says how many members it may have.
                self.require_room_for_member(tx, first)?;
            }
            // Somebody signed up with the address and never confirmed it. That account can't be used, and has nothing.
            if let Some(unproved) = same_address {
                tx.prepare_cached("DELETE FROM users WHERE id = ?1")?.execute([unproved.id.as_str()])?;
            }
            let user = insert_user(tx, &new_user(tx, who)?, now)?;
            insert_identity(tx, &user.id, who, now)?;
            let author = Author::of_user(&user, address, now);
            add_deed_to_account(tx, &author, "account.created", None, Some(&who.provider))?;
            join_all(tx, &author, &user.id, &with_room)?;
            Ok(SignOn::Created(user, with_room))
        })
    }

    /// Connects an account with one at a provider, whose owner proved that both are theirs, and records that in the audit log. The
    /// workspaces that it joined by that.
    ///
    /// # Errors
    /// `IdentityTaken` when it is connected with another account, or the account has another address by now.
    pub fn connect_identity(
        &self,
        of: &UserId,
        who: &NewIdentity,
        address: Option<&str>,
        now: UnixSeconds,
    ) -> Result<Vec<(WorkspaceId, Role)>, StoreError> {
        self.write(|tx| {
            let account = by_id(tx, of)?;
            if !account.email.eq_ignore_ascii_case(&who.email) || !may_name(tx, &who.provider, &who.email)? {
                return Err(StoreError::IdentityTaken.into());
            }
            match connected(tx, who)? {
                Some(known) if known.id == *of => return Ok(Vec::new()),
                Some(_) => return Err(StoreError::IdentityTaken.into()),
                None => {}
            }
            insert_identity(tx, of, who, now)?;
            // The provider says that the address is theirs, and they signed in to the account.
            let confirmed =
                "UPDATE users SET email_confirmed_at = coalesce(email_confirmed_at, ?2) WHERE id = ?1";
            tx.prepare_cached(confirmed)?.execute(params![of.as_str(), now.0])?;
            let is_or_was_member = "SELECT 1 FROM members WHERE workspace = ?1 AND user = ?2
                UNION ALL SELECT 1 FROM former_members WHERE workspace = ?1 AND user = ?2";
            let mut joined = Vec::new();
            for (workspace, role) in taken_in(tx, who)? {
                if !tx.prepare_cached(is_or_was_member)?.exists([workspace.as_str(), of.as_str()])?
                    && !former_members::is_known(tx, &workspace, who)?
                {
                    joined.push((workspace, role));
                }
            }
            let joined = self.with_room(tx, &joined)?;
            let author = Author::of_user(&account, address, now);
            add_deed_to_account(tx, &author, "sign_on.connected", Some(&who.provider), None)?;
            join_all(tx, &author, of, &joined)?;
            Ok(joined)
        })
    }

    /// The accounts at providers with which a user signs in, oldest first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn identities(&self, of: &UserId) -> Result<Vec<Identity>, StoreError> {
        let sql = format!("SELECT {IDENTITY} FROM identities WHERE user = ?1 ORDER BY created_at, rowid");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([of.as_str()], identity)?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// Disconnects an account at a provider, and ends the user's sessions but for `kept`. Its provider, if there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_identity(
        &self,
        of: &UserId,
        id: &str,
        kept: Option<&str>,
    ) -> Result<Option<String>, StoreError> {
        self.write(|tx| {
            former_members::keep_marks(tx, of)?;
            let sql = "DELETE FROM identities WHERE user = ?1 AND id = ?2 RETURNING provider";
            let provider: Option<String> =
                tx.prepare_cached(sql)?.query_row([of.as_str(), id], |row| row.get(0)).optional()?;
            if let Some(provider) = &provider {
                end_sessions(tx, of, kept)?;
                // The one that goes on was just proved by the password, and by no code.
                let by_password = "UPDATE sessions SET method = 'password' WHERE user = ?1 AND method = ?2
                    AND NOT EXISTS (SELECT 1 FROM two_factor WHERE user = ?1 AND confirmed_at IS NOT NULL)";
                let of_others = "DELETE FROM sessions WHERE user = ?1 AND method = ?2";
                let method = SignInMethod::SignOn(provider.clone()).text();
                for sql in [by_password, of_others] {
                    tx.prepare_cached(sql)?.execute([of.as_str(), &method])?;
                }
            }
            Ok(provider)
        })
    }

    /// Those of the workspaces that have room for another member: a full one keeps nobody out of the others.
    fn with_room(
        &self,
        tx: &Transaction<'_>,
        workspaces: &[(WorkspaceId, Role)],
    ) -> Result<Vec<(WorkspaceId, Role)>, Fault> {
        let mut with_room = Vec::new();
        for one in workspaces {
            match self.require_room_for_member(tx, &one.0) {
                Ok(()) => with_room.push(one.clone()),
                Err(Fault::Told(StoreError::MembersFull { .. })) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(with_room)
    }
}

fn join_all(
    tx: &Transaction<'_>,
    author: &Author,
    user: &UserId,
    workspaces: &[(WorkspaceId, Role)],
) -> Result<(), Fault> {
    workspaces.iter().try_for_each(|(workspace, role)| join(tx, author, workspace, user, *role))
}

/// Refuses another address to somebody whose workspace requires single sign-on of their domain: they would be outside of the rule.
pub(super) fn require_free_to_move(tx: &Transaction<'_>, user: &UserId) -> Result<(), Fault> {
    let sql = format!(
        "SELECT 1 FROM members
        JOIN users ON users.id = members.user
        JOIN sign_on_rules ON sign_on_rules.workspace = members.workspace
        WHERE members.user = ?1 AND members.role <> 'owner' AND sign_on_rules.is_required
            AND {IS_OF_DOMAIN}"
    );
    if tx.prepare_cached(&sql)?.exists([user.as_str()])? {
        return Err(StoreError::AddressManaged.into());
    }
    Ok(())
}

fn domain_of(email: &str) -> &str {
    email.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Whether the operator has given the address's domain to the provider.
fn may_name(tx: &Transaction<'_>, provider: &str, email: &str) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM sign_on_rules WHERE provider = ?1 AND domain = ?2";
    Ok(tx.prepare_cached(sql)?.exists([provider, domain_of(email)])?)
}

fn connected(tx: &Transaction<'_>, who: &NewIdentity) -> Result<Option<User>, Fault> {
    let sql = format!(
        "SELECT {USER} FROM identities JOIN users ON users.id = identities.user
         WHERE identities.provider = ?1 AND identities.issuer = ?2 AND identities.subject = ?3"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_row([&who.provider, &who.issuer, &who.subject], user).optional()?)
}

/// The workspaces that take in whoever signed in, with the role that they get.
fn taken_in(tx: &Transaction<'_>, who: &NewIdentity) -> Result<Vec<(WorkspaceId, Role)>, Fault> {
    let sql = "SELECT workspace, role FROM sign_on_rules WHERE provider = ?1 AND domain = ?2
        AND role IS NOT NULL ORDER BY created_at, rowid";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([who.provider.as_str(), domain_of(&who.email)], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (workspace, role) = row?;
        Ok((workspace.into(), role_of(&role)?))
    })
    .collect()
}

fn insert_identity(
    tx: &Transaction<'_>,
    of: &UserId,
    who: &NewIdentity,
    now: UnixSeconds,
) -> Result<(), Fault> {
    let sql = "INSERT INTO identities (id, user, provider, issuer, subject, email, created_at, last_used_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
    tx.prepare_cached(sql)?.execute(params![
        new_id("idn")?,
        of.as_str(),
        who.provider,
        who.issuer,
        who.subject,
        who.email,
        now.0,
    ])?;
    Ok(())
}

/// Without a password: they sign in at the provider. The username is made of their address.
fn new_user(tx: &Transaction<'_>, who: &NewIdentity) -> Result<NewUser, Fault> {
    let local = who.email.split('@').next().unwrap_or_default();
    let base: String = local.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let base = if base.is_empty() { "user".to_owned() } else { base.to_ascii_lowercase() };
    let mut username = base.clone();
    let mut number = 1_u32;
    while is_reserved_username(&username)
        || tx.prepare_cached("SELECT 1 FROM users WHERE username = ?1")?.exists([&username])?
    {
        number += 1;
        username = format!("{base}{number}");
    }
    let full_name = if who.full_name.trim().is_empty() { local } else { who.full_name.trim() };
    Ok(NewUser {
        full_name: full_name.chars().filter(|c| !model::is_disguising(*c)).take(200).collect(),
        email: who.email.clone(),
        username,
        password_hash: None,
        is_email_confirmed: true,
    })
}

/// From the columns of `IDENTITY`.
fn identity(row: &Row<'_>) -> rusqlite::Result<Identity> {
    Ok(Identity {
        id: row.get(0)?,
        provider: row.get(1)?,
        email: row.get(2)?,
        created_at: UnixSeconds(row.get(3)?),
        last_used_at: row.get::<_, Option<i64>>(4)?.map(UnixSeconds),
    })
}

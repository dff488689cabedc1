//! Who did what, when and from where. Entries are added and read; nothing changes them.

use model::{UnixSeconds, UserId, WorkspaceId};
use rusqlite::{Row, Transaction, params};

use super::{Catalog, User};
use crate::StoreError;
use crate::error::Fault;

const ENTRY: &str =
    "number, at, workspace, actor_kind, actor_id, actor_name, action, subject, detail, address";

/// Who changes something, when and from where: for an entry that is written in the same transaction as the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    pub actor: Actor,
    /// From which address.
    pub address: Option<String>,
    pub at: UnixSeconds,
}

impl Author {
    /// Whoever runs the server.
    pub fn operator(at: UnixSeconds) -> Self {
        Self { actor: Actor::Operator, address: None, at }
    }

    /// Somebody with an account, from this address.
    pub(super) fn of_user(user: &User, address: Option<&str>, at: UnixSeconds) -> Self {
        let actor = Actor::User { id: user.id.clone(), username: user.username.clone() };
        Self { actor, address: address.map(str::to_owned), at }
    }
}

/// What an author did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed<'a> {
    pub workspace: &'a WorkspaceId,
    pub action: &'static str,
    pub subject: Option<&'a str>,
    pub detail: Option<&'a str>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    User {
        id: UserId,
        username: String,
    },
    Token {
        id: String,
        name: String,
    },
    /// Somebody who is not signed in.
    Visitor,
    /// Whoever runs the server, on its command line.
    Operator,
    /// The server by itself.
    Server,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAuditEntry {
    /// `None` where it concerns the installation or an account, and no workspace.
    pub workspace: Option<WorkspaceId>,
    pub actor: Actor,
    /// A stable name such as `member.removed`.
    pub action: &'static str,
    /// What it was done to: an id or a name.
    pub subject: Option<String>,
    /// What else has to be known. No secret, and no personal data of customers.
    pub detail: Option<String>,
    /// From which address.
    pub address: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Grows with each entry.
    pub number: i64,
    pub at: UnixSeconds,
    pub workspace: Option<WorkspaceId>,
    pub actor_kind: String,
    pub actor_id: Option<String>,
    pub actor_name: Option<String>,
    pub action: String,
    pub subject: Option<String>,
    pub detail: Option<String>,
    pub address: Option<String>,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// A whole name, or the part before its dot for all of its kind.
    pub action: Option<String>,
    /// The name of a user or token.
    pub actor: Option<String>,
    pub from: Option<UnixSeconds>,
    /// Exclusive.
    pub until: Option<UnixSeconds>,
    /// Only entries with lower numbers: where the page before ended.
    pub before: Option<i64>,
}

impl Catalog {
    /// Adds an entry.
    ///
    /// # Errors
    /// Those of the file.
    pub fn add_audit_entry(&self, entry: &NewAuditEntry, now: UnixSeconds) -> Result<(), StoreError> {
        self.write(|tx| add(tx, entry, now))
    }

    /// The entries of a workspace, with those by or about its members' own accounts since they joined, the newest first; at most `limit`.
    ///
    /// # Errors
    /// Those of the file.
    pub fn audit(
        &self,
        workspace: &WorkspaceId,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let sql = format!(
            "SELECT {ENTRY} FROM audit
             WHERE (workspace = ?1 OR (workspace IS NULL
                    AND EXISTS (SELECT 1 FROM members JOIN users ON users.id = members.user
                        WHERE members.workspace = ?1 AND audit.at >= members.joined_at
                            AND (audit.actor_id = members.user OR audit.subject = users.username))))
                AND (?2 IS NULL OR action = ?2 OR substr(action, 1, length(?2) + 1) = ?2 || '.')
                AND (?3 IS NULL OR actor_name = ?3 COLLATE NOCASE)
                AND (?4 IS NULL OR at >= ?4) AND (?5 IS NULL OR at < ?5) AND (?6 IS NULL OR number < ?6)
             ORDER BY number DESC LIMIT ?7"
        );
        self.entries(&sql, Some(workspace), filter, limit)
    }

    /// The entries of all workspaces, deleted ones among them, and those of none; or of one. The newest first, at most `limit`.
    /// Only for the person who runs Chartsy.
    ///
    /// # Errors
    /// Those of the file.
    pub fn whole_audit(
        &self,
        workspace: Option<&WorkspaceId>,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let sql = format!(
            "SELECT {ENTRY} FROM audit
             WHERE (?1 IS NULL OR workspace = ?1)
                AND (?2 IS NULL OR action = ?2 OR substr(action, 1, length(?2) + 1) = ?2 || '.')
                AND (?3 IS NULL OR actor_name = ?3 COLLATE NOCASE)
                AND (?4 IS NULL OR at >= ?4) AND (?5 IS NULL OR at < ?5) AND (?6 IS NULL OR number < ?6)
             ORDER BY number DESC LIMIT ?7"
        );
        self.entries(&sql, workspace, filter, limit)
    }

    fn entries(
        &self,
        sql: &str,
        workspace: Option<&WorkspaceId>,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let wanted = params![
                workspace.map(WorkspaceId::as_str),
                filter.action,
                filter.actor,
                filter.from.map(|at| at.0),
                filter.until.map(|at| at.0),
                filter.before,
                limit
            ];
            Ok(statement.query_map(wanted, entry)?.collect::<Result<_, _>>()?)
        })
    }

    /// Deletes entries that are older than `before`: the only way in which entries go. How many.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_old_audit_entries(&self, before: UnixSeconds) -> Result<usize, StoreError> {
        self.write(|tx| Ok(tx.prepare_cached("DELETE FROM audit WHERE at < ?1")?.execute([before.0])?))
    }
}

/// Adds an entry within the transaction of what it is about: either both are there, or neither is.
pub(super) fn add_deed(tx: &Transaction<'_>, author: &Author, deed: Deed<'_>) -> Result<(), Fault> {
    add_by(tx, author, Some(deed.workspace), (deed.action, deed.subject, deed.detail))
}

/// The same about an account and no workspace: what was done, to what, and what else has to be known.
pub(super) fn add_deed_to_account(
    tx: &Transaction<'_>,
    author: &Author,
    action: &'static str,
    subject: Option<&str>,
    detail: Option<&str>,
) -> Result<(), Fault> {
    add_by(tx, author, None, (action, subject, detail))
}

fn add_by(
    tx: &Transaction<'_>,
    author: &Author,
    workspace: Option<&WorkspaceId>,
    (action, subject, detail): (&'static str, Option<&str>, Option<&str>),
) -> Result<(), Fault> {
    let entry = NewAuditEntry {
        workspace: workspace.cloned(),
        actor: author.actor.clone(),
        action,
        subject: subject.map(str::to_owned),
        detail: detail.map(str::to_owned),
        address: author.address.clone(),
    };
    add(tx, &entry, author.at)
}

fn add(tx: &Transaction<'_>, entry: &NewAuditEntry, now: UnixSeconds) -> Result<(), Fault> {
    let (kind, id, name) = match &entry.actor {
        Actor::User { id, username } => ("user", Some(id.as_str()), Some(username.as_str())),
        Actor::Token { id, name } => ("token", Some(id.as_str()), Some(name.as_str())),
        Actor::Visitor => ("visitor", None, None),
        Actor::Operator => ("operator", None, None),
        Actor::Server => ("server", None, None),
    };
    let sql = "INSERT INTO audit (at, workspace, actor_kind, actor_id, actor_name, action, subject, detail,
        address) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    tx.prepare_cached(sql)?.execute(params![
        now.0,
        entry.workspace.as_ref().map(WorkspaceId::as_str),
        kind,
        id,
        name,
        entry.action,
        entry.subject,
        entry.detail,
        entry.address,
    ])?;
    Ok(())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    Ok(AuditEntry {
        number: row.get(0)?,
        at: UnixSeconds(row.get(1)?),
        workspace: row.get::<_, Option<String>>(2)?.map(WorkspaceId::from),
        actor_kind: row.get(3)?,
        actor_id: row.get(4)?,
        actor_name: row.get(5)?,
        action: row.get(6)?,
        subject: row.get(7)?,
        detail: row.get(8)?,
        address: row.get(9)?,
    })
}

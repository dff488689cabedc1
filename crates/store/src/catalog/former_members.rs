//! Who left a workspace or was removed from it. An identity provider does not bring them back: not to the account that they had, and
//! not to a new one either, once that is deleted.
//!
//! An account is remembered by its id for as long as it exists. Beside that, hashes of what would lead back to it are kept, under a
//! random key of the workspace: its address, and its accounts at identity providers.

use model::{EmailKey, Secret, UnixSeconds, UserId, WorkspaceId};
use rusqlite::{OptionalExtension, Transaction, params};

use super::sign_on::NewIdentity;
use crate::error::Fault;
use crate::ids::new_id;

/// Remembers that somebody is no longer a member.
pub(super) fn add(tx: &Transaction<'_>, workspace: &WorkspaceId, user: &UserId) -> Result<(), Fault> {
    let sql = "INSERT OR IGNORE INTO former_members (workspace, user) VALUES (?1, ?2)";
    tx.prepare_cached(sql)?.execute([workspace.as_str(), user.as_str()])?;
    keep_marks(tx, user)
}

/// To be called before an account loses its address, an account at a provider, or itself: where it was a member, all of these are
/// remembered.
pub(super) fn keep_marks(tx: &Transaction<'_>, user: &UserId) -> Result<(), Fault> {
    let sql = "SELECT workspace FROM former_members WHERE user = ?1";
    for workspace in texts(tx, sql, &[user.as_str()])? {
        let workspace = WorkspaceId::from(workspace);
        let key = match key_of(tx, &workspace)? {
            Some(key) => key,
            None => begin_key(tx, &workspace)?,
        };
        let person = person(&key, user);
        let sql = "INSERT OR IGNORE INTO former_marks (workspace, person, mark) VALUES (?1, ?2, ?3)";
        for mark in marks_of(tx, &key, user)? {
            tx.prepare_cached(sql)?.execute([workspace.as_str(), &person, &mark])?;
        }
    }
    Ok(())
}

/// Forgets that somebody was removed: they are a member again.
pub(super) fn forget(tx: &Transaction<'_>, workspace: &WorkspaceId, user: &UserId) -> Result<(), Fault> {
    let sql = "DELETE FROM former_members WHERE workspace = ?1 AND user = ?2";
    tx.prepare_cached(sql)?.execute([workspace.as_str(), user.as_str()])?;
    let Some(key) = key_of(tx, workspace)? else { return Ok(()) };
    let mut people = vec![person(&key, user)];
    for mark in marks_of(tx, &key, user)? {
        let sql = "SELECT person FROM former_marks WHERE workspace = ?1 AND mark = ?2";
        people.append(&mut texts(tx, sql, &[workspace.as_str(), &mark])?);
    }
    for person in people {
        let sql = "DELETE FROM former_marks WHERE workspace = ?1 AND person = ?2";
        tx.prepare_cached(sql)?.execute([workspace.as_str(), &person])?;
    }
    Ok(())
}

/// Whether whoever signs in at a provider was removed from the workspace, with an account that may be gone.
pub(super) fn is_known(
    tx: &Transaction<'_>,
    workspace: &WorkspaceId,
    who: &NewIdentity,
) -> Result<bool, Fault> {
    let Some(key) = key_of(tx, workspace)? else { return Ok(false) };
    let sql = "SELECT 1 FROM former_marks WHERE workspace = ?1 AND mark IN (?2, ?3)";
    let given =
        [workspace.as_str(), &of_address(&key, &who.email), &of_identity(&key, &who.issuer, &who.subject)];
    Ok(tx.prepare_cached(sql)?.exists(given)?)
}

/// Whether that keeps a new account of theirs out. An open invitation to the address lets them in.
pub(super) fn keeps_out(
    tx: &Transaction<'_>,
    workspace: &WorkspaceId,
    who: &NewIdentity,
    now: UnixSeconds,
) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM invitations WHERE workspace = ?1 AND email = ?2 AND expires_at > ?3";
    let given = params![workspace.as_str(), who.email, now.0];
    Ok(is_known(tx, workspace, who)? && !tx.prepare_cached(sql)?.exists(given)?)
}

fn marks_of(tx: &Transaction<'_>, key: &EmailKey, user: &UserId) -> Result<Vec<String>, Fault> {
    let addresses = texts(tx, "SELECT email FROM users WHERE id = ?1", &[user.as_str()])?;
    let mut marks: Vec<String> = addresses.iter().map(|email| of_address(key, email)).collect();
    let mut statement = tx.prepare_cached("SELECT issuer, subject, email FROM identities WHERE user = ?1")?;
    let mut rows = statement.query([user.as_str()])?;
    while let Some(row) = rows.next()? {
        let (issuer, subject, email): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        marks.push(of_identity(key, &issuer, &subject));
        marks.push(of_address(key, &email));
    }
    Ok(marks)
}

fn person(key: &EmailKey, user: &UserId) -> String {
    key.hash_of("account", user.as_str())
}

fn of_address(key: &EmailKey, email: &str) -> String {
    key.hash_of("address", &email.to_ascii_lowercase())
}

/// By the issuer and not by our name for the provider, which the operator may change.
fn of_identity(key: &EmailKey, issuer: &str, subject: &str) -> String {
    // Neither text is ambiguous: the length says where the first one ends.
    key.hash_of("identity", &format!("{} {issuer}{subject}", issuer.len()))
}

fn key_of(tx: &Transaction<'_>, workspace: &WorkspaceId) -> Result<Option<EmailKey>, Fault> {
    let sql = "SELECT key FROM former_keys WHERE workspace = ?1";
    let key: Option<String> =
        tx.prepare_cached(sql)?.query_row([workspace.as_str()], |row| row.get(0)).optional()?;
    Ok(key.map(|key| EmailKey::new(Secret::new(&*key))))
}

fn begin_key(tx: &Transaction<'_>, workspace: &WorkspaceId) -> Result<EmailKey, Fault> {
    let key = new_id("key")?;
    let sql = "INSERT INTO former_keys (workspace, key) VALUES (?1, ?2)";
    tx.prepare_cached(sql)?.execute([workspace.as_str(), &key])?;
    Ok(EmailKey::new(Secret::new(&*key)))
}

fn texts(tx: &Transaction<'_>, sql: &str, given: &[&str]) -> Result<Vec<String>, Fault> {
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_map(rusqlite::params_from_iter(given), |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

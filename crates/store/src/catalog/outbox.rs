//! Messages that wait to be emailed or posted. For all tenants: only for the task that sends them, never for a request.

use model::{Secret, UnixSeconds, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::Catalog;
use super::sealed::require_current;
use crate::error::Fault;
use crate::ids::new_id;
use crate::sealed::outbox_of as context;
use crate::{Keyring, StoreError};

/// More are not taken: with a mail server that is down, whoever can make the server write emails must not fill the disk.
const WAITING_MAX: i64 = 10_000;

/// How a message leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Mail,
    /// Of the person who runs Chartsy.
    Webhook,
}

impl Channel {
    fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }

    fn parse(text: &str) -> Self {
        if text == Self::Webhook.as_str() { Self::Webhook } else { Self::Mail }
    }
}

/// A message to write to the outbox.
#[derive(Debug, Clone)]
pub struct NewOutboxMessage {
    pub channel: Channel,
    /// Deleting this workspace deletes the message.
    pub workspace: Option<WorkspaceId>,
    /// What the message is about, for logs and lists.
    pub kind: &'static str,
    pub recipient: String,
    /// Subject, bodies and all else that only its reader may see.
    pub contents: Secret,
    /// When it is no longer useful.
    pub expires_at: Option<UnixSeconds>,
    /// No more than these of its kind may wait. Otherwise there is one limit for all.
    pub most_of_its_kind: Option<u32>,
}

/// A message that waits, without its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    pub id: String,
    pub channel: Channel,
    pub kind: String,
    pub recipient: String,
    pub created_at: UnixSeconds,
    pub expires_at: Option<UnixSeconds>,
    /// How often sending it has failed.
    pub attempts: u32,
}

/// How the outbox is doing, without anybody's address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxFacts {
    pub waiting: u32,
    /// When the oldest of them was written.
    pub waiting_since: Option<UnixSeconds>,
    /// Of a waiting message.
    pub last_error: Option<String>,
    /// Messages that were given up lately.
    pub given_up: u32,
}

impl Catalog {
    /// Writes a message to the outbox, where it survives whatever happens to the process; its id.
    ///
    /// # Errors
    /// `OutboxFull` when too many are waiting already, `KeyReplaced` when the keyring's key is not the current one any more.
    pub fn add_to_outbox(
        &self,
        keyring: &Keyring,
        message: &NewOutboxMessage,
        now: UnixSeconds,
    ) -> Result<String, StoreError> {
        let sealed = sealed_message(keyring, message)?;
        self.write(|tx| insert_sealed(tx, &sealed, now))?;
        Ok(sealed.id)
    }

    /// The same for several messages: either all wait from then on, or none.
    ///
    /// # Errors
    /// As [`Catalog::add_to_outbox`].
    pub fn add_all_to_outbox(
        &self,
        keyring: &Keyring,
        messages: &[NewOutboxMessage],
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        let sealed = messages.iter().map(|message| sealed_message(keyring, message));
        let sealed = sealed.collect::<Result<Vec<_>, _>>()?;
        self.write(|tx| sealed.iter().try_for_each(|one| insert_sealed(tx, one, now)))
    }

    /// The messages whose time has come, in the order in which to send them.
    ///
    /// # Errors
    /// Those of the file.
    pub fn due_in_outbox(&self, now: UnixSeconds) -> Result<Vec<OutboxMessage>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT id, kind, recipient, created_at, expires_at, attempts, channel FROM outbox
                WHERE given_up_at IS NULL AND next_attempt_at <= ?1 ORDER BY created_at, rowid";
            let mut statement = conn.prepare_cached(sql)?;
            let found = statement.query_map([now.0], |row| {
                Ok(OutboxMessage {
                    id: row.get(0)?,
                    kind: row.get(1)?,
                    recipient: row.get(2)?,
                    created_at: UnixSeconds(row.get(3)?),
                    expires_at: row.get::<_, Option<i64>>(4)?.map(UnixSeconds),
                    attempts: row.get(5)?,
                    channel: Channel::parse(&row.get::<_, String>(6)?),
                })
            })?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// When the next message of a channel is due; `None` when none waits.
    ///
    /// # Errors
    /// Those of the file.
    pub fn outbox_due_at(&self, channel: Channel) -> Result<Option<UnixSeconds>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT min(next_attempt_at) FROM outbox WHERE given_up_at IS NULL AND channel = ?1";
            let mut statement = conn.prepare_cached(sql)?;
            let at: Option<i64> = statement.query_row([channel.as_str()], |row| row.get(0))?;
            Ok(at.map(UnixSeconds))
        })
    }

    /// The contents of a message; `None` when it does not wait anymore.
    ///
    /// # Errors
    /// `Sealed` when the master key is another one than it was written with.
    pub fn outbox_contents(&self, keyring: &Keyring, id: &str) -> Result<Option<Secret>, StoreError> {
        let sealed = self.read(|conn| {
            let sql = "SELECT sealed FROM outbox WHERE id = ?1 AND given_up_at IS NULL";
            let found = conn.prepare_cached(sql)?.query_row([id], |row| row.get::<_, Vec<u8>>(0));
            Ok(found.optional()?)
        })?;
        sealed.map(|sealed| keyring.open(&context(id), &sealed)).transpose()
    }

    /// Deletes messages that were sent.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_from_outbox(&self, ids: &[String]) -> Result<(), StoreError> {
        self.write(|tx| each(tx, "DELETE FROM outbox WHERE id = ?1", ids))
    }

    /// Notes a failed attempt, and when each message is tried again.
    ///
    /// # Errors
    /// Those of the file.
    pub fn postpone_in_outbox(
        &self,
        next_attempts: &[(String, UnixSeconds)],
        error: &str,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            let sql = "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = ?2, last_error = ?3
                WHERE id = ?1 AND given_up_at IS NULL";
            let mut statement = tx.prepare_cached(sql)?;
            for (id, at) in next_attempts {
                statement.execute(params![id, at.0, error])?;
            }
            Ok(())
        })
    }

    /// Gives a message up: its contents are deleted, and what remains says why.
    ///
    /// # Errors
    /// Those of the file.
    pub fn give_up_in_outbox(&self, id: &str, error: &str, now: UnixSeconds) -> Result<(), StoreError> {
        self.write(|tx| {
            let sql = "UPDATE outbox SET given_up_at = ?2, last_error = ?3, sealed = x''
                WHERE id = ?1 AND given_up_at IS NULL";
            tx.prepare_cached(sql)?.execute(params![id, now.0, error])?;
            Ok(())
        })
    }

    /// Deletes what remains of messages that were given up before an instant.
    ///
    /// # Errors
    /// Those of the file.
    pub fn forget_given_up(&self, before: UnixSeconds) -> Result<(), StoreError> {
        let is_any = self.read(|conn| {
            let sql = "SELECT 1 FROM outbox WHERE given_up_at < ?1 LIMIT 1";
            Ok(conn.prepare_cached(sql)?.exists([before.0])?)
        })?;
        if !is_any {
            return Ok(());
        }
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM outbox WHERE given_up_at < ?1")?.execute([before.0])?;
            Ok(())
        })
    }

    /// # Errors
    /// Those of the file.
    pub fn outbox_facts(&self) -> Result<OutboxFacts, StoreError> {
        self.read(|conn| Ok(OutboxFacts { last_error: last_error(conn)?, ..counted(conn)? }))
    }
}

/// A message as it is written.
#[derive(Debug)]
pub(super) struct SealedMessage<'a> {
    id: String,
    contents: Vec<u8>,
    message: &'a NewOutboxMessage,
}

pub(super) fn sealed_message<'a>(
    keyring: &Keyring,
    message: &'a NewOutboxMessage,
) -> Result<SealedMessage<'a>, StoreError> {
    let id = new_id("mail")?;
    let contents = keyring.seal(&context(&id), &message.contents)?;
    Ok(SealedMessage { id, contents, message })
}

pub(super) fn insert_sealed(
    tx: &Transaction<'_>,
    sealed: &SealedMessage<'_>,
    now: UnixSeconds,
) -> Result<(), Fault> {
    let SealedMessage { id, contents, message } = sealed;
    require_current(tx, contents)?;
    let kind = message.most_of_its_kind.map(|_| message.kind);
    let most = message.most_of_its_kind.map_or(WAITING_MAX, i64::from);
    let sql = "SELECT count(*) FROM outbox WHERE given_up_at IS NULL AND (?1 IS NULL OR kind = ?1)";
    let waiting: i64 = tx.prepare_cached(sql)?.query_row([kind], |row| row.get(0))?;
    if waiting >= most {
        return Err(StoreError::OutboxFull { waiting }.into());
    }
    let sql =
        "INSERT INTO outbox (id, workspace, kind, recipient, sealed, created_at, expires_at, next_attempt_at,
        channel) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8)";
    tx.prepare_cached(sql)?.execute(params![
        id,
        message.workspace.as_ref().map(WorkspaceId::as_str),
        message.kind,
        message.recipient,
        contents,
        now.0,
        message.expires_at.map(|at| at.0),
        message.channel.as_str(),
    ])?;
    Ok(())
}

fn each(tx: &Transaction<'_>, sql: &str, ids: &[String]) -> Result<(), Fault> {
    let mut statement = tx.prepare_cached(sql)?;
    for id in ids {
        statement.execute([id])?;
    }
    Ok(())
}

fn counted(conn: &Connection) -> Result<OutboxFacts, Fault> {
    let sql = "SELECT count(*) - count(given_up_at), count(given_up_at),
        min(created_at) FILTER (WHERE given_up_at IS NULL) FROM outbox";
    let facts = conn.prepare_cached(sql)?.query_row([], |row| {
        let waiting_since = row.get::<_, Option<i64>>(2)?.map(UnixSeconds);
        Ok(OutboxFacts { waiting: row.get(0)?, waiting_since, given_up: row.get(1)?, last_error: None })
    })?;
    Ok(facts)
}

fn last_error(conn: &Connection) -> Result<Option<String>, Fault> {
    let sql = "SELECT last_error FROM outbox WHERE given_up_at IS NULL AND last_error IS NOT NULL
        ORDER BY next_attempt_at DESC LIMIT 1";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?)
}

#[cfg(test)]
mod tests;

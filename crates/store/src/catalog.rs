//! Users, permissions and connected accounts. Every read of a tenant's data takes the workspace.

mod account_deletion;
mod audit;
mod connections;
mod deletions;
mod email_keys;
mod email_links;
mod erasures;
mod file;
mod former_members;
mod invitations;
mod limits;
mod members;
mod outbox;
mod owners;
mod passkeys;
mod people;
mod proof;
mod rates;
mod records;
mod sealed;
mod server_keys;
mod sessions;
mod share_links;
mod sign_on;
mod sign_up;
mod together;
mod tokens;
mod two_factor;
mod webhooks;
mod workspace_deletion;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use crate::StoreError;
use crate::error::{Fault, InFile};
use crate::ids::new_id;
use crate::scrub::scrub;

pub use audit::{Actor, AuditEntry, AuditFilter, Author, NewAuditEntry};
pub use deletions::Deletion;
pub(crate) use email_keys::context_of as email_key_context;
pub use email_links::LinkPurpose;
pub use invitations::{Invitation, NewInvitation};
pub use limits::WorkspaceLimits;
pub use members::{Member, Membership, Workspace, WorkspaceFacts};
pub use outbox::{Channel, NewOutboxMessage, OutboxFacts, OutboxMessage};
pub use passkeys::{NewPasskey, Passkey};
pub use people::{NewUser, User, is_reserved_username};
pub use proof::{Credential, Proof};
pub use rates::{NewRate, RateRecord};
pub use records::{AbsentReason, ConnectionRecord, ConnectionState, LastError, NewConnection, WebhookRecord};
pub use sealed::SealedCount;
pub(crate) use sealed::of_check;
pub use sessions::{Origin, Session, SignInMethod};
pub use share_links::{NewShareLink, ShareLink};
pub use sign_on::{
    Identity, IdentityProvider, NewIdentity, NewIdentityProvider, NewSignOnRule, SignOn, SignOnRule,
    SignOnTerms,
};
pub use sign_up::{NewLink, NewSignUp, PendingUser, SignUpMails};
pub use tokens::{ApiToken, NewToken};
pub use two_factor::TwoFactor;

/// A handle on `chartsy.db`, cheap to clone and usable from many threads.
///
/// The errors of its methods, beside those they name, are those of the file: full, read-only, damaged.
#[derive(Clone)]
pub struct Catalog {
    shared: Arc<Shared>,
    /// What has to be so still when something is written.
    proof: Option<Arc<Proof>>,
}

struct Shared {
    path: PathBuf,
    /// Two connections, so that reading never waits for a write, not even for one of another process.
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
    limits: OnceLock<WorkspaceLimits>,
    commits: AtomicU64,
}

impl Catalog {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = Mutex::new(file::open(path)?);
        let reader = Mutex::new(file::open(path)?);
        Ok(Self {
            shared: Arc::new(Shared {
                path: path.to_owned(),
                reader,
                writer,
                limits: OnceLock::new(),
                commits: AtomicU64::new(0),
            }),
            proof: None,
        })
    }

    /// Limits what is added to each workspace from now on, by this handle and its clones. Only the first call counts.
    pub fn limit_workspaces(&self, limits: WorkspaceLimits) {
        // What was set before stays.
        let _ = self.shared.limits.set(limits);
    }

    pub fn workspace_limits(&self) -> WorkspaceLimits {
        self.shared.limits.get().copied().unwrap_or_default()
    }

    /// One fact about the whole installation.
    ///
    /// # Errors
    /// Those of the file.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
            Ok(statement.query_row([key], |row| row.get(0)).optional()?)
        })
    }

    /// Is another one after each write of this or of another process. Only this handle's revisions compare.
    ///
    /// # Errors
    /// Those of the file.
    pub fn revision(&self) -> Result<i64, StoreError> {
        // Of the connection that only reads, so that our own writes count too.
        self.read(|conn| Ok(conn.query_row("PRAGMA data_version", [], |row| row.get(0))?))
    }

    /// # Errors
    /// Those of the file.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.write(|tx| {
            let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
            tx.prepare_cached(sql)?.execute([key, value])?;
            Ok(())
        })
    }

    /// How often this handle and its clones have written. A write waits for the disk: answers that may not be told apart by their
    /// time may not differ in this.
    pub fn commits(&self) -> u64 {
        self.shared.commits.load(Ordering::Relaxed)
    }

    /// Writes something that nobody reads, in place of a write that does not happen: so that an answer takes as long as another.
    ///
    /// # Errors
    /// Those of the file.
    pub fn write_in_vain(&self) -> Result<(), StoreError> {
        self.set_meta("written_in_vain", &new_id("nil")?)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        read(&locked(&self.shared.reader)).in_file(&self.shared.path)
    }

    /// The same for deleting secrets: no trace of them stays in the file or its log.
    fn write_and_scrub<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let written = self.write(write)?;
        scrub(&locked(&self.shared.writer)).in_file(&self.shared.path)?;
        Ok(written)
    }

    /// Runs `write` in one transaction, which an error undoes.
    fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, StoreError> {
        let mut conn = locked(&self.shared.writer);
        let attempt = || -> Result<T, Fault> {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some(proof) = &self.proof {
                proof::require(&tx, proof)?;
            }
            let answer = write(&tx)?;
            tx.commit()?;
            self.shared.commits.fetch_add(1, Ordering::Relaxed);
            Ok(answer)
        };
        attempt().in_file(&self.shared.path)
    }
}

fn locked(conn: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    conn.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

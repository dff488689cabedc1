//! Stores what was fetched and what users decided about it, in one folder. The only place with SQL.
//!
//! Where a connection's files are, only [`ConnectionFiles`] knows. Four kinds of file, each with one writer: the catalog
//! (`chartsy.db`: people, tokens, connections), the objects of a connection (`connections/<id>/objects.db`: the truth), its
//! ledger (`ledger.db`: a projection that can be deleted at any time) and its inbox (`inbox.db`: what was delivered and
//! waits). Everything here blocks, except [`Objects::commit`].

mod backup;
mod catalog;
mod connection_files;
mod data_dir;
mod error;
mod folder_sync;
mod ids;
mod inbox;
mod keyring;
#[cfg(test)]
mod kind;
mod kinds;
mod ledger_file;
mod objects;
mod scrub;
mod sealed;
mod tables;
mod writer_thread;

pub use backup::{Manifest, ManifestFile};
pub use catalog::{
    AbsentReason, Actor, ApiToken, AuditEntry, AuditFilter, Author, Catalog, Channel, ConnectionRecord,
    ConnectionState, Credential, Deletion, Identity, IdentityProvider, Invitation, LastError, LinkPurpose,
    Member, Membership, NewAuditEntry, NewConnection, NewIdentity, NewIdentityProvider, NewInvitation,
    NewLink, NewOutboxMessage, NewPasskey, NewRate, NewShareLink, NewSignOnRule, NewSignUp, NewToken,
    NewUser, Origin, OutboxFacts, OutboxMessage, Passkey, PendingUser, Proof, RateRecord, SealedCount,
    Session, ShareLink, SignInMethod, SignOn, SignOnRule, SignOnTerms, SignUpMails, TwoFactor, User,
    WebhookRecord, Workspace, WorkspaceFacts, WorkspaceLimits, is_reserved_username,
};
pub use connection_files::ConnectionFiles;
pub use data_dir::{DataDir, KeyState, MASTER_KEY_FILE, Replaced, Rotation, Sealed, ServerLock};
pub use error::StoreError;
pub use inbox::{Delivery, Inbox, InboxFacts, NewDelivery, NextAttempt};
pub use keyring::{KeyCommand, KeyId, Keyring, MASTER_KEY_VARIABLE, OLD_MASTER_KEY_VARIABLE};
pub use ledger_file::{LedgerFile, LedgerStamp};
pub use objects::{
    Batch, Committed, Dangling, DanglingExample, Erasure, Followup, KindFacts, Objects, Outline,
    RecordedRestatement, References, Rewritable, Rewritten, Stored, Stretch, Whose, Window,
};
pub use sealed::{key_context, webhook_context};

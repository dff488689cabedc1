//! Who may do what, and which accounts are connected. Every read of a tenant's data takes the workspace.

mod records;

use std::path::Path;

use model::{AccountId, ConnectionId, Secret, UnixSeconds, UserId, WorkspaceId};

use crate::StoreError;

pub use records::{
    AbsentReason, ApiToken, ConnectionRecord, ConnectionState, LastError, NewConnection, NewOwner, NewToken,
    Session, User, Workspace,
};

/// A handle on `chartsy.db`, usable from many threads.
#[derive(Clone)]
pub struct Catalog {}

#[expect(unused_variables, clippy::unimplemented, clippy::missing_errors_doc, reason = "signatures first")]
impl Catalog {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        unimplemented!()
    }

    // Workspaces, people and how they sign in.

    /// The workspace that is there from the start: the owner's, and the command line's.
    pub fn default_workspace(&self) -> Result<Workspace, StoreError> {
        unimplemented!()
    }
    pub fn has_owner(&self) -> Result<bool, StoreError> {
        unimplemented!()
    }
    /// Makes the first user, in the default workspace. `OwnerExists` when there is a user already.
    pub fn create_owner(&self, owner: &NewOwner, now: UnixSeconds) -> Result<User, StoreError> {
        unimplemented!()
    }
    /// By username or e-mail, in any case of letters; with the hash of the password.
    pub fn user_by_login(&self, login: &str) -> Result<Option<(User, Secret)>, StoreError> {
        unimplemented!()
    }
    /// Keeps a session under the hash of its token; `NotFound` when the user is not there.
    pub fn create_session(
        &self,
        token_hash: &[u8],
        user: &UserId,
        now: UnixSeconds,
        expires_at: UnixSeconds,
    ) -> Result<(), StoreError> {
        unimplemented!()
    }
    /// The session, its user and workspace; `None` when unknown or expired.
    pub fn session(&self, token_hash: &[u8], now: UnixSeconds) -> Result<Option<Session>, StoreError> {
        unimplemented!()
    }
    pub fn delete_session(&self, token_hash: &[u8]) -> Result<(), StoreError> {
        unimplemented!()
    }
    pub fn delete_expired_sessions(&self, now: UnixSeconds) -> Result<(), StoreError> {
        unimplemented!()
    }
    pub fn create_token(&self, token: &NewToken, now: UnixSeconds) -> Result<ApiToken, StoreError> {
        unimplemented!()
    }
    /// The token with this hash; notes that it was used.
    pub fn use_token(&self, token_hash: &[u8], now: UnixSeconds) -> Result<Option<ApiToken>, StoreError> {
        unimplemented!()
    }
    pub fn tokens(&self, workspace: &WorkspaceId) -> Result<Vec<ApiToken>, StoreError> {
        unimplemented!()
    }
    /// Whether there was one.
    pub fn delete_token(&self, workspace: &WorkspaceId, id: &str) -> Result<bool, StoreError> {
        unimplemented!()
    }

    // Connections.

    /// `AlreadyConnected` when the workspace has this account of this server already.
    pub fn create_connection(
        &self,
        connection: &NewConnection,
        now: UnixSeconds,
    ) -> Result<ConnectionRecord, StoreError> {
        unimplemented!()
    }
    pub fn connections(&self, workspace: &WorkspaceId) -> Result<Vec<ConnectionRecord>, StoreError> {
        unimplemented!()
    }
    pub fn connection(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        unimplemented!()
    }
    pub fn find_by_account(
        &self,
        workspace: &WorkspaceId,
        source: &str,
        account: &AccountId,
        api_base: &str,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        unimplemented!()
    }
    /// Of all tenants: for the job runner only, never for a request.
    pub fn all_connections(&self) -> Result<Vec<ConnectionRecord>, StoreError> {
        unimplemented!()
    }
    /// Reads, changes and writes a connection in one transaction. What identifies it (ids, source, account, base,
    /// mode, time of creation) stays whatever `change` does to it. `NotFound` when it is not there.
    pub fn update_connection(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        change: impl FnOnce(&mut ConnectionRecord),
    ) -> Result<ConnectionRecord, StoreError> {
        unimplemented!()
    }
    /// Whether there was one. The folder is deleted by `DataDir::delete_connection_files`.
    pub fn delete_connection(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<bool, StoreError> {
        unimplemented!()
    }
    /// Keeps the sealed provider key and the hint that may be shown.
    pub fn set_sealed_key(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        sealed: &[u8],
        hint: &str,
    ) -> Result<(), StoreError> {
        unimplemented!()
    }
    pub fn sealed_key(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        unimplemented!()
    }

    // Facts of the whole installation.

    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        unimplemented!()
    }
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        unimplemented!()
    }
}

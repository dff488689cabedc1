//! The records of connections.

use model::{AccountId, ConnectionId, Currency, ObjectKind, Settings, UnixSeconds, WorkspaceId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Fault;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Its history is still being fetched.
    Loading,
    Live,
    /// Stopped until somebody acts; `last_error` says what to do.
    Failed,
}

/// Why a kind of object is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentReason {
    /// The server has no such list.
    Absent,
    /// The key may not read it.
    Forbidden,
}

/// The last failure, in words that may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastError {
    pub code: String,
    pub message: String,
    /// What to do about it.
    pub action: String,
    pub at: UnixSeconds,
}

/// One connected account. Its key is kept apart, sealed: see `Catalog::sealed_key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRecord {
    pub id: ConnectionId,
    pub workspace: WorkspaceId,
    /// The id of its source.
    pub source: String,
    pub name: String,
    pub account_id: AccountId,
    pub account_name: Option<String>,
    pub api_base: String,
    pub is_test_mode: bool,
    pub is_sample: bool,
    /// What may be shown of the key.
    pub key_hint: Option<String>,
    pub created_at: UnixSeconds,
    pub settings: Settings,
    pub default_currency: Option<Currency>,
    pub state: ConnectionState,
    /// Everything that the provider had at this time has been imported.
    pub data_through: Option<UnixSeconds>,
    /// When the complete history had been imported for the first time.
    pub loaded_at: Option<UnixSeconds>,
    pub last_error: Option<LastError>,
    pub absent: Vec<(ObjectKind, AbsentReason)>,
}

#[derive(Debug, Clone)]
pub struct NewConnection {
    pub workspace: WorkspaceId,
    pub source: String,
    pub name: String,
    pub account_id: AccountId,
    pub account_name: Option<String>,
    pub api_base: String,
    pub is_test_mode: bool,
    pub is_sample: bool,
    pub settings: Settings,
    pub default_currency: Option<Currency>,
    pub absent: Vec<(ObjectKind, AbsentReason)>,
}

/// Where a connection's provider delivers events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRecord {
    pub connection: ConnectionId,
    pub workspace: WorkspaceId,
    /// The last part of its address, which can't be guessed.
    pub path: String,
    /// The provider's id of it, where it was registered by us.
    pub endpoint_id: Option<String>,
    /// The address that it was registered for.
    pub endpoint_url: Option<String>,
    /// The address of an endpoint that was registered before, for another address of this server or by the original of this
    /// copy. Whoever still uses it keeps it.
    pub left_url: Option<String>,
    /// Why it could not be registered.
    pub refused: Option<LastError>,
    pub last_received_at: Option<UnixSeconds>,
    /// When the newest that was delivered happened, by the provider's clock.
    pub newest_event_at: Option<UnixSeconds>,
    /// Since when events are known to be missing.
    pub silent_since: Option<UnixSeconds>,
}

impl WebhookRecord {
    /// Only one that has delivered, and was not found silent since, is known to work.
    pub fn delivers(&self) -> bool {
        self.last_received_at.is_some() && self.silent_since.is_none() && self.refused.is_none()
    }
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Damaged(error.to_string()))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Damaged(error.to_string()))
}

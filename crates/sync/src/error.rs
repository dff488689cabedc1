//! Why work on a connection stopped, in words for a person, with what to do about it.

use connect::ConnectError;
use model::ObjectKind;
use store::{LastError, StoreError};

/// Every message may be shown and logged.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error(transparent)]
    Provider(#[from] ConnectError),
    /// A list that no number can be computed without.
    #[error("{kind} objects cannot be read: {source}")]
    Indispensable { kind: ObjectKind, source: ConnectError },
    /// The provider did not answer for as long as we had patience.
    #[error("the provider did not answer for {waited_seconds} s: {source}")]
    GaveUp { waited_seconds: u64, source: ConnectError },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this version knows no source called '{0}'")]
    UnknownSource(String),
    #[error("connection {0} does not exist")]
    NoConnection(model::ConnectionId),
    #[error("connection {0} has no key: enter it again")]
    NoKey(model::ConnectionId),
    #[error("the stored key cannot be used: {0}")]
    Key(#[from] connect::KeyError),
    #[error("'{0}' is not the address of an API: use one such as https://api.example.com")]
    BadBase(String),
    #[error(transparent)]
    Settings(#[from] model::SettingsError),
    #[error("what is published as reference rates cannot be read: {0}")]
    NoRates(String),
    #[error("stopped before it was done; it goes on from here next time")]
    Cancelled,
    #[error("a part of the work ended unexpectedly: {0}")]
    Worker(String),
}

impl SyncError {
    /// Tells kinds of failure apart for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Provider(source) | Self::Indispensable { source, .. } => provider_code(source),
            Self::GaveUp { .. } => "provider_unreachable",
            Self::Store(StoreError::DiskFull { .. }) => "disk_full",
            Self::Store(StoreError::DiskFailed { .. }) => "disk_failed",
            Self::Store(StoreError::ReadOnly { .. }) => "disk_read_only",
            Self::Store(StoreError::Damaged { .. }) => "data_damaged",
            Self::Store(StoreError::AlreadyOpen { .. }) => "in_use",
            Self::Store(StoreError::Sealed) => "key_sealed",
            Self::Store(StoreError::MasterKey { .. }) => "master_key",
            Self::NoConnection(_) | Self::Store(StoreError::NotFound { .. }) => "not_found",
            Self::Store(_) => "storage_failed",
            Self::NoKey(_) | Self::Key(_) => "key_missing",
            Self::BadBase(_) | Self::Settings(_) => "bad_settings",
            Self::UnknownSource(_) => "unknown_source",
            Self::NoRates(_) => "bad_rates",
            Self::Cancelled => "cancelled",
            Self::Worker(_) => "internal",
        }
    }

    /// What a person can do about it.
    pub fn action(&self) -> &'static str {
        match self.code() {
            "key_refused" | "key_missing" | "key_sealed" => "Enter a new key for this connection.",
            "master_key" => StoreError::MASTER_KEY_HELP,
            "permission_missing" => {
                "Give the key the missing permission in the provider's dashboard, or enter another key."
            }
            "provider_unreachable" => {
                "Check the network and the address of the API; it is tried again by itself."
            }
            "endpoint_absent" | "provider_refused" | "bad_settings" => "Check the address of the API.",
            "unknown_source" => "Update chartsy: a later version made this connection.",
            "disk_full" => "Free some space on the disk; it goes on by itself.",
            "disk_failed" => "See whether the disk is full, over its quota or broken; it goes on by itself.",
            "disk_read_only" => {
                "Make the data folder writable for the user that runs chartsy; it goes on by itself."
            }
            "data_damaged" => {
                "Load everything again, here or with 'chartsy sync --reload', or restore it from a backup."
            }
            "not_found" => "Check the id.",
            "in_use" => "Wait until the other chartsy process is done.",
            _ => "Try again; if it stays, look into the log.",
        }
    }

    /// Whether the same work may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Provider(source) | Self::Indispensable { source, .. } => source.is_retryable(),
            Self::GaveUp { .. } | Self::Cancelled | Self::Worker(_) => true,
            Self::Store(error) => error.is_retryable(),
            Self::NoConnection(_)
            | Self::NoKey(_)
            | Self::Key(_)
            | Self::BadBase(_)
            | Self::UnknownSource(_)
            | Self::Settings(_)
            | Self::NoRates(_) => false,
        }
    }

    /// As the catalog keeps it.
    pub fn last_error(&self, at: model::UnixSeconds) -> LastError {
        let (code, action) = (self.code().to_owned(), self.action().to_owned());
        LastError { code, message: self.message(), action, at }
    }

    /// In words that go with [`Self::action`], and no longer than a page has room for.
    fn message(&self) -> String {
        match self {
            Self::Store(StoreError::Damaged { path, detail }) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                format!("{file} is damaged ({detail})")
            }
            other => other.to_string(),
        }
    }
}

fn provider_code(error: &ConnectError) -> &'static str {
    match error {
        ConnectError::KeyRefused { .. } => "key_refused",
        ConnectError::PermissionMissing { .. } => "permission_missing",
        ConnectError::EndpointAbsent { .. } | ConnectError::NotFound { .. } => "endpoint_absent",
        ConnectError::Refused { .. } => "provider_refused",
        ConnectError::RateLimited { .. }
        | ConnectError::Unreachable { .. }
        | ConnectError::ProviderFailed { .. }
        | ConnectError::Unreadable { .. } => "provider_unreachable",
    }
}

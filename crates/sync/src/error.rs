//! Why work on a connection stopped, in plain words, with advice on what to do.

use connect::ConnectError;
use model::ObjectKind;
use store::{LastError, StoreError};

/// Every message may be shown and logged.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error(transparent)]
    Provider(#[from] ConnectError),
    /// A list without which no figure can be computed.
    #[error("{kind} objects can't be read: {source}")]
    Indispensable { kind: ObjectKind, source: ConnectError },
    /// The provider did not respond within the time that we were prepared to wait.
    #[error("the provider did not answer for {waited_seconds} s: {source}")]
    GaveUp { waited_seconds: u64, source: ConnectError },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this version does not support the source '{0}'")]
    UnknownSource(String),
    #[error("connection {0} not found")]
    NoConnection(model::ConnectionId),
    #[error("connection {0} has no key: enter it again")]
    NoKey(model::ConnectionId),
    #[error("the stored key can't be used: {0}")]
    Key(#[from] connect::KeyError),
    #[error("'{0}' is not an API address: use one such as https://api.example.com")]
    BadBase(String),
    #[error(transparent)]
    Settings(#[from] model::SettingsError),
    #[error("the published reference rates can't be read: {0}")]
    NoRates(String),
    #[error("stopped before it was done; the next run continues from here")]
    Cancelled,
    #[error("a part of the work ended unexpectedly: {0}")]
    Worker(String),
}

impl SyncError {
    /// A code for programs.
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
            Self::Store(StoreError::MasterKey { .. } | StoreError::MasterKeyLost { .. }) => "master_key",
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
        if let Self::Provider(source) | Self::Indispensable { source, .. } = self
            && !source.is_retryable()
        {
            return source.action();
        }
        match self.code() {
            "key_missing" | "key_sealed" => "Enter a new key for this connection.",
            "master_key" => StoreError::MASTER_KEY_HELP,
            "provider_unreachable" => {
                "Check the network and the API address. Chartsy keeps trying on its own."
            }
            "bad_settings" => "Check the API address.",
            "unknown_source" => "Update chartsy: this connection was created by a later version.",
            "disk_full" => "Free some space on the disk. Work then continues on its own.",
            "disk_failed" => {
                "Check whether the disk is full, over its quota or broken. Work then continues on its own."
            }
            "disk_read_only" => {
                "Make the data folder writable for the user that runs chartsy. Work then continues on its own."
            }
            "data_damaged" => {
                "Import everything again, here or with 'chartsy sync --reload', or restore a backup."
            }
            "not_found" => "Check the id.",
            "in_use" => "Wait until the other chartsy process is done.",
            _ => "Try again. If the problem persists, check the server's log.",
        }
    }

    /// Whether the same work may succeed later although nobody changes anything.
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
            // Where it is expected is for whoever runs the server.
            Self::Store(StoreError::MasterKey { .. } | StoreError::MasterKeyLost { .. }) => {
                "the server's master key is missing or is not the right one".to_owned()
            }
            other => other.to_string(),
        }
    }
}

fn provider_code(error: &ConnectError) -> &'static str {
    match error {
        ConnectError::KeyRefused { .. } | ConnectError::OtherEnvironment { .. } => "key_refused",
        ConnectError::PermissionMissing { .. } => "permission_missing",
        ConnectError::EndpointAbsent { .. } | ConnectError::NotFound { .. } => "endpoint_absent",
        ConnectError::Refused { .. } => "provider_refused",
        ConnectError::RateLimited { .. }
        | ConnectError::Unreachable { .. }
        | ConnectError::ProviderFailed { .. }
        | ConnectError::Unreadable { .. } => "provider_unreachable",
    }
}

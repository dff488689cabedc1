//! What can go wrong between us and a provider, grouped by what the caller can do about it.

use model::ObjectKind;

use crate::Source;

/// A request without a usable answer. Every message may be shown and logged; none contains a secret or a customer's
/// data. What to do about it is in [`ConnectError::action`], and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    #[error("{} rejected {}{}", .of.texts().name, .of.texts().rejected_key, request(request_id))]
    KeyRefused { of: Source, request_id: Option<String> },

    #[error("the key doesn't have access to this{}{}", named(permission), request(request_id))]
    PermissionMissing {
        of: Source,
        /// The provider's own name of it, such as `rak_charge_read`.
        permission: Option<String>,
        request_id: Option<String>,
    },

    #[error("{kind} {id} does not exist on the server{}", request(request_id))]
    NotFound { kind: ObjectKind, id: String, request_id: Option<String> },

    #[error("the server has no endpoint for {kind} objects")]
    EndpointAbsent { kind: ObjectKind },

    #[error("{} is rate-limiting this key{}", .of.texts().name, request(request_id))]
    RateLimited {
        of: Source,
        /// When the server said how long to wait: seconds.
        retry_after: Option<u64>,
        request_id: Option<String>,
    },

    #[error("{host} can't be reached: {reason}")]
    Unreachable { host: String, reason: String },

    #[error("the key is for {}, and {host} is the address of {}", environment(*.is_test_mode), environment(!.is_test_mode))]
    OtherEnvironment {
        host: String,
        /// The key's.
        is_test_mode: bool,
    },

    #[error("{} returned an error ({status}){}", .of.texts().name, request(request_id))]
    ProviderFailed { of: Source, status: u16, request_id: Option<String> },

    #[error("the answer from {path} can't be read: {reason}{}", request(request_id))]
    Unreadable { of: Source, path: String, reason: String, request_id: Option<String> },

    #[error("{} refused {path} with status {status}: {message}{}", .of.texts().name, request(request_id))]
    Refused { of: Source, path: String, status: u16, message: String, request_id: Option<String> },
}

impl ConnectError {
    /// Whether the same request may succeed later without anyone changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Unreachable { .. }
            | Self::ProviderFailed { .. }
            | Self::Unreadable { .. } => true,
            Self::KeyRefused { .. }
            | Self::PermissionMissing { .. }
            | Self::NotFound { .. }
            | Self::EndpointAbsent { .. }
            | Self::OtherEnvironment { .. }
            | Self::Refused { .. } => false,
        }
    }

    /// What a person can do about it, as a sentence without its period.
    pub fn action(&self) -> &'static str {
        match self {
            Self::KeyRefused { of, .. } => of.texts().new_key,
            Self::PermissionMissing { of, .. } => of.texts().permission,
            Self::RateLimited { .. } => "try again in a minute",
            Self::ProviderFailed { .. } => "try again later",
            Self::OtherEnvironment { .. } => {
                "use the address of the key's environment, or a key of the address's environment"
            }
            Self::Unreachable { .. } => "check the network and the API address, then try again",
            Self::Unreadable { of, .. } => of.texts().unlike,
            Self::EndpointAbsent { .. } => "check the API address",
            Self::NotFound { .. } => "check the id",
            Self::Refused { .. } => "try again; the message has the details",
        }
    }

    /// The provider's id of the failed request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::KeyRefused { request_id, .. }
            | Self::PermissionMissing { request_id, .. }
            | Self::NotFound { request_id, .. }
            | Self::RateLimited { request_id, .. }
            | Self::ProviderFailed { request_id, .. }
            | Self::Unreadable { request_id, .. }
            | Self::Refused { request_id, .. } => request_id.as_deref(),
            Self::EndpointAbsent { .. } | Self::Unreachable { .. } | Self::OtherEnvironment { .. } => None,
        }
    }
}

fn request(id: &Option<String>) -> String {
    id.as_ref().map_or_else(String::new, |id| format!(" (request {id})"))
}

fn environment(is_test_mode: bool) -> &'static str {
    if is_test_mode { "the sandbox" } else { "live accounts" }
}

fn named(permission: &Option<String>) -> String {
    permission.as_ref().map_or_else(String::new, |name| format!(" ({name})"))
}

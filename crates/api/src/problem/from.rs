//! What the crates below can fail with, as the API says it.

use ::metrics::query::QueryError;
use ::metrics::question::ParameterError;
use ::sync::SyncError;
use axum::http::StatusCode;
use connect::{ConnectError, KeyError};
use mail::MailError;
use store::StoreError;

use super::Problem;
use crate::connections::admission::AdmissionError;

impl Problem {
    /// 429, with how long to wait.
    pub fn too_many_tries(wait_s: u32) -> Self {
        let title = "too many failed attempts";
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", title)
            .action(format!("try again in {}", duration(wait_s)));
        problem.retry_after_s = Some(wait_s);
        problem
    }

    /// 429, for emails that somebody had sent.
    pub fn too_many_mails(wait_s: u32) -> Self {
        let title = "too many emails were requested for this address or from your network";
        Self { title: title.to_owned(), ..Self::too_many_tries(wait_s) }
    }

    /// 429, for messages that somebody sent.
    pub fn too_many_messages(wait_s: u32) -> Self {
        Self { title: "too many messages".to_owned(), ..Self::too_many_tries(wait_s) }
    }

    /// 429: a workspace was answered as many rows as it may have in a minute.
    pub fn too_many_rows(most: u32, wait_s: u32) -> Self {
        let title = format!("this workspace can get at most {most} rows of lists a minute");
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_rows", title).action(format!(
            "try again in {}, or ask the person who runs this server for more",
            duration(wait_s)
        ));
        problem.retry_after_s = Some(wait_s);
        problem
    }

    /// 404: the server was not started with what this needs.
    pub fn not_offered(title: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_offered", title)
            .action("contact the person who runs this server in another way")
    }
}

/// How long to wait, as people say it.
fn duration(wait_s: u32) -> String {
    match wait_s {
        1 => "1 second".to_owned(),
        2..120 => format!("{wait_s} seconds"),
        _ => format!("{} minutes", wait_s.div_ceil(60)),
    }
}

impl From<ParameterError> for Problem {
    fn from(error: ParameterError) -> Self {
        Self::bad_request("invalid", error.to_string())
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        Self::bad_request("invalid", error.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let (status, code) = match &error {
            StoreError::NotFound { .. } => (StatusCode::NOT_FOUND, "not_found"),
            StoreError::AlreadyConnected { .. } => (StatusCode::CONFLICT, "already_connected"),
            StoreError::OwnerExists => (StatusCode::CONFLICT, "owner_exists"),
            StoreError::NameTaken => (StatusCode::CONFLICT, "name_taken"),
            StoreError::EmailTaken => (StatusCode::CONFLICT, "email_taken"),
            StoreError::LastOwner => (StatusCode::CONFLICT, "last_owner"),
            StoreError::OnlyOwner { .. } => (StatusCode::CONFLICT, "only_owner"),
            StoreError::MemberLocked => (StatusCode::CONFLICT, "member_locked"),
            StoreError::AlreadyMember => (StatusCode::CONFLICT, "already_member"),
            StoreError::OnlyWorkspace | StoreError::WorkspaceHasConnections { .. } => {
                (StatusCode::CONFLICT, "workspace_in_use")
            }
            StoreError::SignedOut => return Self::signed_out(),
            StoreError::AccessEnded => (StatusCode::FORBIDDEN, "access_ended"),
            StoreError::OwnerGone => (StatusCode::NOT_FOUND, "not_found"),
            StoreError::RoleTooLow => (StatusCode::FORBIDDEN, "role_too_low"),
            StoreError::InvitationEnded => (StatusCode::GONE, "invitation_ended"),
            StoreError::TooManyInvitations => (StatusCode::CONFLICT, "too_many_invitations"),
            StoreError::ConnectionsFull { .. } => (StatusCode::FORBIDDEN, "connections_full"),
            StoreError::MembersFull { .. } => (StatusCode::FORBIDDEN, "members_full"),
            StoreError::WorkspacesFull { .. } => (StatusCode::FORBIDDEN, "workspaces_full"),
            StoreError::LinkForOther => (StatusCode::FORBIDDEN, "link_for_other"),
            StoreError::IdentityTaken => (StatusCode::CONFLICT, "identity_taken"),
            StoreError::AddressManaged => (StatusCode::FORBIDDEN, "address_managed"),
            StoreError::PasskeyTaken => (StatusCode::CONFLICT, "passkey_taken"),
            StoreError::TooManyPasskeys => (StatusCode::CONFLICT, "too_many_passkeys"),
            StoreError::LinkEnded => (StatusCode::GONE, "link_ended"),
            StoreError::InvitationForOther => (StatusCode::FORBIDDEN, "invitation_for_other"),
            StoreError::DiskFull { .. } => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
            StoreError::DiskFailed { .. } => (StatusCode::INSUFFICIENT_STORAGE, "disk_failed"),
            StoreError::ReadOnly { .. } => (StatusCode::INSUFFICIENT_STORAGE, "read_only"),
            StoreError::AlreadyOpen { .. } | StoreError::Busy { .. } | StoreError::KeyReplaced => {
                (StatusCode::SERVICE_UNAVAILABLE, "busy")
            }
            StoreError::OutboxFull { .. } => (StatusCode::SERVICE_UNAVAILABLE, "mail_unavailable"),
            StoreError::Sealed => (StatusCode::CONFLICT, "key_sealed"),
            StoreError::MasterKey { .. } | StoreError::MasterKeyLost { .. } => {
                (StatusCode::CONFLICT, "master_key")
            }
            _ => return Self::internal(&error),
        };
        // Paths on the server are for its operator only.
        tracing::warn!(%error, code, "the store refused a request");
        let told = match code {
            "disk_full" => {
                "the server's disk is full: free some space, and work continues on its own".to_owned()
            }
            "disk_failed" => {
                "the server's disk reports errors: check whether it is full, over its quota or broken"
                    .to_owned()
            }
            "master_key" => {
                let told = "the server's master key is missing or is not the right one";
                return Self::new(status, code, told).action(
                    "whoever runs this server can see which one is expected with 'chartsy keys status'",
                );
            }
            "mail_unavailable" => "the server can't send messages at the moment: try again later".to_owned(),
            "read_only" => "the server can't write to its data folder".to_owned(),
            "busy" => "another chartsy process is working on this: try again".to_owned(),
            _ => error.to_string(),
        };
        // What to do comes after a semicolon in the store's messages.
        match told.split_once("; ") {
            Some((title, action)) => Self::new(status, code, title).action(action),
            None => Self::new(status, code, told),
        }
    }
}

impl From<MailError> for Problem {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Address => Self::field("email", "this is not an email address"),
            MailError::NoOperator => Self::not_offered("this server doesn't take messages"),
            MailError::Store(error) => error.into(),
            MailError::Unwritable | MailError::Work(_) => Self::internal(&error),
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code, error.to_string())
            .action("create a key with read access");
        problem.field = Some("key");
        problem
    }
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        let code = match &error {
            ConnectError::KeyRefused { .. } | ConnectError::OtherEnvironment { .. } => "key_refused",
            ConnectError::PermissionMissing { .. } => "permission_missing",
            ConnectError::RateLimited { .. } => "provider_busy",
            ConnectError::Unreachable { .. }
            | ConnectError::ProviderFailed { .. }
            | ConnectError::Unreadable { .. } => "provider_unreachable",
            _ => "provider_refused",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string()).action(error.action())
    }
}

impl From<AdmissionError> for Problem {
    fn from(error: AdmissionError) -> Self {
        let told = error.to_string();
        match error {
            AdmissionError::Key(error) => error.into(),
            AdmissionError::Connect(error) => error.into(),
            AdmissionError::Store(error) => error.into(),
            AdmissionError::Base(_) | AdmissionError::Unlike { .. } => Self::field("api_base", told),
            AdmissionError::Source(_) => Self::field("source", told),
            AdmissionError::Name => Self::field("name", told),
            AdmissionError::PermissionsMissing(probes) => {
                let names: Vec<&str> = probes.iter().map(|probe| probe.permission).collect();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "permission_missing", told)
                    .action(format!("give the key read access to: {}", names.join(", ")))
            }
            AdmissionError::OtherMode { .. } => Self::field("key", error.to_string()),
            AdmissionError::OtherAccount { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "other_account", told)
                    .action("add the other account as a new connection")
            }
        }
    }
}

impl From<SyncError> for Problem {
    fn from(error: SyncError) -> Self {
        let code = error.code();
        let told = error.to_string();
        let action = error.action();
        match error {
            SyncError::Store(error) => error.into(),
            SyncError::Provider(error) | SyncError::Indispensable { source: error, .. } => error.into(),
            SyncError::NoConnection(_) => Self::not_found("connection"),
            SyncError::Cancelled | SyncError::Worker(_) => Self::internal(&error),
            _ => Self::new(StatusCode::CONFLICT, code, told).action(action),
        }
    }
}

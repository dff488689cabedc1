//! The messages that Chartsy sends, with the values that each needs.

mod letters;
mod visitor;

use jiff::Timestamp;
use model::{Secret, UnixSeconds, WorkspaceId};
use url::Url;

use crate::Mailbox;
use crate::letter::Letter;

pub use visitor::{Fact, FromVisitor, VisitorTopic};

/// Links that open something are secrets. Links to a page that anybody may open are not.
#[derive(Debug, Clone)]
pub enum Message {
    /// To a new address: whoever opens the link has it.
    ConfirmAddress {
        link: Secret,
    },
    /// To the address that an account is to have: whoever opens the link gives it that address.
    ConfirmNewAddress {
        /// Of the account: whoever has the address has to know whose it becomes.
        username: String,
        link: Secret,
    },
    ResetPassword {
        link: Secret,
    },
    PasswordChanged {
        at: UnixSeconds,
        reset_page: Url,
    },
    Invitation {
        workspace: WorkspaceId,
        workspace_name: String,
        invited_by: String,
        /// As it is shown, such as `Viewer`.
        role: String,
        link: Secret,
    },
    /// To the old address.
    AddressChanged {
        new_address: String,
        at: UnixSeconds,
    },
    /// Somebody signed up with an address that has an account. The page does not say so; this does.
    AlreadyRegistered {
        /// The one that they used, if they did: the account can accept it.
        invitation: Option<OpenInvitation>,
        sign_in_page: Url,
        reset_page: Url,
    },
    /// Somebody asked for a new password for an address without an account. The page does not say so; this does.
    NoAccount {
        sign_in_page: Url,
    },
    TwoFactorOn {
        at: UnixSeconds,
    },
    TwoFactorOff {
        at: UnixSeconds,
        reset_page: Url,
    },
    PasskeyAdded {
        at: UnixSeconds,
        account_page: Url,
    },
    PasskeyRemoved {
        at: UnixSeconds,
        account_page: Url,
    },
    SignOnConnected {
        /// The provider's name.
        provider: String,
        at: UnixSeconds,
        account_page: Url,
    },
    SignOnDisconnected {
        provider: String,
        at: UnixSeconds,
        account_page: Url,
    },
    AccountDeleted {
        at: UnixSeconds,
    },
    /// From somebody on the pages to the person who runs Chartsy. Answers go to the visitor.
    FromVisitor(Box<FromVisitor>),
    /// Whether the settings work.
    Test,
}

/// An invitation that can be accepted.
#[derive(Debug, Clone)]
pub struct OpenInvitation {
    pub workspace_name: String,
    pub link: Secret,
}

impl Message {
    /// What it is about, in one word for logs and lists.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::ConfirmAddress { .. } => "confirm_address",
            Self::ConfirmNewAddress { .. } => "confirm_new_address",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::Invitation { .. } => "invitation",
            Self::AddressChanged { .. } => "address_changed",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::NoAccount { .. } => "no_account",
            Self::TwoFactorOn { .. } => "two_factor_on",
            Self::TwoFactorOff { .. } => "two_factor_off",
            Self::PasskeyAdded { .. } => "passkey_added",
            Self::PasskeyRemoved { .. } => "passkey_removed",
            Self::SignOnConnected { .. } => "sign_on_connected",
            Self::SignOnDisconnected { .. } => "sign_on_disconnected",
            Self::AccountDeleted { .. } => "account_deleted",
            // Each of them has its own place in the outbox: neither can fill that of the other.
            Self::FromVisitor(sent) => match sent.topic {
                VisitorTopic::Feedback => "feedback",
                VisitorTopic::Demo => "demo_request",
            },
            Self::Test => "test",
        }
    }

    /// The workspace that it belongs to.
    pub(crate) fn workspace(&self) -> Option<&WorkspaceId> {
        match self {
            Self::Invitation { workspace, .. } => Some(workspace),
            _ => None,
        }
    }

    pub(crate) fn letter(&self, to: &Mailbox, expires_at: Option<UnixSeconds>) -> Letter {
        letters::write(self, to, expires_at)
    }
}

/// An instant as people in every time zone can read it.
fn instant(at: UnixSeconds) -> String {
    let at = Timestamp::from_second(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%B %-d, %Y, at %-I:%M %p UTC").to_string()
}

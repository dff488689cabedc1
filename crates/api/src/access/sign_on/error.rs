//! What goes wrong between us and an identity provider.

/// Why nobody is signed in. The texts are for the log: they name no person.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SignOnError {
    #[error("the identity provider can't be reached: {0}")]
    Away(String),
    #[error("the identity provider's answer is not acceptable: {0}")]
    Refused(String),
    #[error("the identity provider does not say that the email address was verified")]
    Unverified,
}

pub(super) fn refused(error: impl std::fmt::Display) -> SignOnError {
    SignOnError::Refused(error.to_string())
}

//! Webhook signatures, by Stripe's "Verify webhook signatures manually".

use model::{Secret, UnixSeconds};

/// Why a delivery is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the Stripe-Signature header is missing or malformed")]
    Malformed,
    #[error("the signature does not match: check the endpoint's signing secret")]
    Mismatch,
    #[error("the signature is too old or from the future: check the machine's clock")]
    OutsideTolerance,
}

/// Checks that a webhook's body was signed with one of the endpoint's secrets (several while one is rolled).
///
/// # Errors
/// When the header cannot be read, no signature matches, or it was made more than 300 seconds away from `now`.
pub fn verify(
    _secrets: &[Secret],
    _header: &str,
    _body: &[u8],
    _now: UnixSeconds,
) -> Result<(), SignatureError> {
    unimplemented!()
}

//! What signatures of deliveries have in common, whatever header they are in.

use hmac::{Hmac, KeyInit, Mac};
use model::{Secret, UnixSeconds};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::SignatureError;

/// HMAC-SHA256 of the pieces as one text.
pub(crate) fn hmac_sha256(secret: &Secret, pieces: &[&[u8]]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return Vec::new(); // never: a key of any length will do. Nothing matches nothing.
    };
    pieces.iter().for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}

/// Checks that one of the secrets gives one of the signatures.
pub(crate) fn require_signed(
    secrets: &[Secret],
    pieces: &[&[u8]],
    signatures: &[Vec<u8>],
) -> Result<(), SignatureError> {
    let is_signed = secrets.iter().any(|secret| {
        let expected = hmac_sha256(secret, pieces);
        signatures.iter().any(|signature| bool::from(expected.ct_eq(signature.as_slice())))
    });
    if is_signed { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// Checks that a delivery was not signed long ago, or in the future.
pub(crate) fn require_recent(
    signed_at: UnixSeconds,
    now: UnixSeconds,
    tolerance_seconds: u64,
) -> Result<(), SignatureError> {
    let is_recent = now.0.abs_diff(signed_at.0) <= tolerance_seconds;
    if is_recent { Ok(()) } else { Err(SignatureError::OutsideTolerance) }
}

//! Seals of deliveries: a digest of the whole body, which says itself when it was sent.

use hmac::{Hmac, KeyInit, Mac};
use model::{Secret, UnixSeconds};
use sha2::Sha256;

use super::read;
use crate::SignatureError;

pub(super) const HEADER: &str = "x-club-seal";
const TOLERANCE_SECONDS: u64 = 600;

pub(super) fn verify(
    secrets: &[Secret],
    seal: &str,
    body: &[u8],
    now: UnixSeconds,
) -> Result<(), SignatureError> {
    let seal = hex::decode(seal).ok().filter(|seal| !seal.is_empty());
    let seal = seal.ok_or(SignatureError::Malformed { header: "X-Club-Seal" })?;
    let is_sealed_with = |secret: &Secret| {
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
        mac.is_ok_and(|mac| mac.chain_update(body).verify_slice(&seal).is_ok())
    };
    if !secrets.iter().any(is_sealed_with) {
        return Err(SignatureError::Mismatch);
    }
    let sent = read::delivered(&String::from_utf8_lossy(body)).map(|event| event.created_at.0);
    match sent {
        Ok(at) if now.0.abs_diff(at) > TOLERANCE_SECONDS => Err(SignatureError::OutsideTolerance),
        // What is not readable is refused by whoever reads it.
        _ => Ok(()),
    }
}

//! Webhook signatures, by Paddle's "Verify webhook signatures": `ts=<unix>;h1=<hex>[;h1=…]`.

use model::{Secret, UnixSeconds};

use crate::SignatureError;
use crate::signature::{require_recent, require_signed};

/// How far the time of signing may be from now, in seconds. Paddle's libraries allow 5 seconds, which clocks of servers do not
/// always keep to.
const TOLERANCE: u64 = 300;

/// The header that the signature is in.
pub const HEADER: &str = "paddle-signature";

const MALFORMED: SignatureError = SignatureError::Malformed { header: "Paddle-Signature" };

/// Checks that a delivery was signed with one of the secrets. Two signatures are there while a secret is rotated.
///
/// # Errors
/// When the header is malformed, no signature fits, or it was signed long ago.
pub fn verify(secrets: &[Secret], header: &str, body: &[u8], now: UnixSeconds) -> Result<(), SignatureError> {
    let (mut signed_at, mut signatures) = (None, Vec::new());
    for part in header.split(';') {
        match part.trim().split_once('=') {
            Some(("ts", text)) => signed_at = Some(text),
            Some(("h1", hex)) => signatures.extend(hex::decode(hex).ok()),
            _ => {}
        }
    }
    let text = signed_at.ok_or(MALFORMED)?;
    let seconds: i64 = text.parse().map_err(|_| MALFORMED)?;
    if signatures.is_empty() {
        return Err(MALFORMED);
    }
    require_signed(secrets, &[text.as_bytes(), b":", body], &signatures)?;
    require_recent(UnixSeconds(seconds), now, TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "pdl_ntfset_01hkqv4xj8w2m5n7p9r1t3v5x7_AbCdEfGhIjKlMnOpQrStUvWxYz012345";
    const BODY: &str = r#"{"event_id":"evt_01kc0000000000000000000001","event_type":"transaction.paid","occurred_at":"2026-02-10T09:00:05Z","data":{"id":"txn_01kc0000000000000000000002"}}"#;
    const H1: &str = "5e3f07d20176f89ca4dd8e74da2d7a19e47f434ff468b0a1c6abf3a07c0aed15";
    const AT: i64 = 1_770_714_010;

    fn check(header: &str, body: &str, now: i64) -> Result<(), SignatureError> {
        let secrets = [Secret::new("pdl_ntfset_of_before"), Secret::new(SECRET)];
        verify(&secrets, header, body.as_bytes(), UnixSeconds(now))
    }

    #[test]
    fn a_delivery_is_taken_with_its_signature_also_while_secrets_are_rotated() {
        let other = "0".repeat(64);
        for header in [
            format!("ts={AT};h1={H1}"),
            format!("ts={AT};h1={other};h1={H1}"),
            format!("ts={AT}; h1={H1}; h1={other}"),
        ] {
            assert_eq!(check(&header, BODY, AT + 5), Ok(()), "{header}");
        }
    }

    #[test]
    fn another_body_time_or_signature_is_refused() {
        let header = format!("ts={AT};h1={H1}");
        assert_eq!(check(&header, &BODY.replace("paid", "late"), AT), Err(SignatureError::Mismatch));
        assert_eq!(check(&format!("ts={};h1={H1}", AT + 1), BODY, AT), Err(SignatureError::Mismatch));
        for now in [AT - 301, AT + 301] {
            assert_eq!(check(&header, BODY, now), Err(SignatureError::OutsideTolerance));
        }
        for header in ["", "ts=1", "h1=00", "ts=x;h1=00", "ts=1;h1=zz", "t=1,v1=00"] {
            assert_eq!(check(header, BODY, AT), Err(MALFORMED), "{header}");
        }
    }
}

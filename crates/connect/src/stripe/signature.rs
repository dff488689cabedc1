//! Webhook signatures, by Stripe's "Verify webhook signatures manually".

use model::{Secret, UnixSeconds};

use crate::SignatureError;
use crate::signature::{require_recent, require_signed};

/// How far the time of signing may be from now, in seconds.
const TOLERANCE: u64 = 300;

/// The header that the signature is in.
pub const HEADER: &str = "stripe-signature";

const MALFORMED: SignatureError = SignatureError::Malformed { header: "Stripe-Signature" };

/// Checks that a webhook's body was signed with one of the endpoint's secrets (several while one is rolled).
///
/// # Errors
/// When the header cannot be read, no signature matches, or it was made more than 300 seconds away from `now`.
pub fn verify(secrets: &[Secret], header: &str, body: &[u8], now: UnixSeconds) -> Result<(), SignatureError> {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    // The timestamp is signed as it was written.
    let signed_at = parts().find(|(name, _)| *name == "t").ok_or(MALFORMED)?.1;
    let at: i64 = signed_at.parse().map_err(|_| MALFORMED)?;
    let signatures: Vec<Vec<u8>> = parts()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, digits)| hex::decode(digits).ok())
        .collect();
    if signatures.is_empty() {
        return Err(MALFORMED);
    }
    require_signed(secrets, &pieces(signed_at, body), &signatures)?;
    require_recent(UnixSeconds(at), now, TOLERANCE)
}

fn pieces<'a>(signed_at: &'a str, body: &'a [u8]) -> [&'a [u8]; 3] {
    [signed_at.as_bytes(), b".", body]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::hmac_sha256;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const AT: i64 = 1_700_000_000;

    fn header(secret: &str) -> String {
        let signature = hmac_sha256(&Secret::new(secret), &pieces(&AT.to_string(), BODY));
        format!("t={AT},v1={},v0=00", hex::encode(signature))
    }

    fn check(secret: &str, header: &str, body: &[u8], now: i64) -> Result<(), SignatureError> {
        verify(&[Secret::new("whsec_old"), Secret::new(secret)], header, body, UnixSeconds(now))
    }

    #[test]
    fn the_signature_is_the_one_that_stripe_computes() {
        // HMAC-SHA256 of "1700000000.{"id":"evt_1"}" under "whsec_test", by openssl.
        let expected = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
        assert_eq!(
            hex::encode(hmac_sha256(&Secret::new("whsec_test"), &pieces("1700000000", BODY))),
            expected
        );
    }

    #[test]
    fn a_body_signed_with_any_secret_of_the_endpoint_is_believed() {
        assert_eq!(check("whsec_new", &header("whsec_new"), BODY, AT), Ok(()));
        assert_eq!(check("whsec_new", &header("whsec_old"), BODY, AT + 300), Ok(()));
        let several = format!("{},v1={}", header("whsec_other"), &header("whsec_new")[16..80]);
        assert_eq!(check("whsec_new", &several, BODY, AT), Ok(()));
    }

    #[test]
    fn everything_else_is_not() {
        let good = header("whsec_new");
        assert_eq!(check("whsec_else", &good, BODY, AT), Err(SignatureError::Mismatch));
        assert_eq!(check("whsec_new", &good, b"{}", AT), Err(SignatureError::Mismatch));
        assert_eq!(check("whsec_new", &good, BODY, AT + 301), Err(SignatureError::OutsideTolerance));
        assert_eq!(check("whsec_new", &good, BODY, AT - 301), Err(SignatureError::OutsideTolerance));
        let moved = good.replace(&AT.to_string(), &(AT + 1).to_string());
        assert_eq!(check("whsec_new", &moved, BODY, AT), Err(SignatureError::Mismatch));
        for bad in ["", "t=1", "v1=00", "t=x,v1=00", "t=1,v1=zz", "nonsense"] {
            assert_eq!(check("whsec_new", bad, BODY, AT), Err(MALFORMED), "{bad}");
        }
        assert_eq!(verify(&[], &good, BODY, UnixSeconds(AT)), Err(SignatureError::Mismatch));
    }
}

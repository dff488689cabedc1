//! Signatures of alerts, by the documentation's "Verifying webhooks": `p_signature` is RSA with SHA-1 over the other fields, as
//! PHP's `serialize` writes them in order of their names, each as a text.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Secret;
use ring::signature::{RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};

use crate::SignatureError;

const FIELD: &str = "p_signature";

/// Checks that a form was signed with the private part of one of the keys. It says nothing of when: an alert that is sent
/// again is the same alert, and is known by its id.
///
/// # Errors
/// When there is no signature, or none of the keys fits.
pub fn verify(keys: &[Secret], body: &[u8]) -> Result<(), SignatureError> {
    const MALFORMED: SignatureError = SignatureError::Malformed { header: FIELD };
    let mut fields: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
    let signature = fields.remove(FIELD).ok_or(MALFORMED)?;
    let signature = STANDARD.decode(signature.trim()).map_err(|_| MALFORMED)?;
    let signed = serialized(&fields);
    let is_signed = keys.iter().filter_map(|key| public_key(key.expose())).any(|key| {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, key);
        key.verify(&signed, &signature).is_ok()
    });
    if is_signed { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// `a:2:{s:1:"a";s:3:"one";…}`; lengths are in bytes.
fn serialized(fields: &BTreeMap<String, String>) -> Vec<u8> {
    let mut text = format!("a:{}:{{", fields.len());
    for field in fields.iter().flat_map(|(name, value)| [name, value]) {
        text.push_str(&format!("s:{}:\"{field}\";", field.len()));
    }
    text.push('}');
    text.into_bytes()
}

/// The RSA key inside a PEM file's `SubjectPublicKeyInfo`. Line breaks may have been lost on the way through a form.
fn public_key(pem: &str) -> Option<Vec<u8>> {
    let inner = pem.split_once("-----BEGIN PUBLIC KEY-----")?.1.split_once("-----END PUBLIC KEY-----")?.0;
    let base64: String = inner.split_whitespace().collect();
    let der = STANDARD.decode(base64).ok()?;
    let (info, _) = element(&der, 0x30)?;
    let (_algorithm, rest) = element(info, 0x30)?;
    let (bits, _) = element(rest, 0x03)?;
    // A bit string begins with how many bits of its last byte are not used.
    bits.strip_prefix(&[0]).map(<[u8]>::to_vec)
}

/// What is in the first element of this type, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = der.strip_prefix(&[tag])?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (bytes, rest) = rest.split_at_checked(count).filter(|_| (1..=4).contains(&count))?;
        (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("signature/public_key.pem");
    /// Signed by `openssl dgst -sha1 -sign` over what PHP writes.
    const FORM: &str = include_str!("signature/alert.txt");

    fn check(key: &str, form: &str) -> Result<(), SignatureError> {
        verify(&[Secret::new("of before"), Secret::new(key)], form.trim().as_bytes())
    }

    #[test]
    fn fields_are_signed_as_php_writes_them() {
        let fields = [("b", "ä"), ("a", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let text = serialized(&fields.into_iter().collect());
        assert_eq!(String::from_utf8(text).unwrap(), r#"a:2:{s:1:"a";s:0:"";s:1:"b";s:2:"ä";}"#);
    }

    #[test]
    fn an_alert_is_taken_with_its_signature() {
        assert_eq!(check(KEY, FORM), Ok(()));
        // Pasted into a field of one line.
        assert_eq!(check(&KEY.replace('\n', " "), FORM), Ok(()));
        assert_eq!(check(&KEY.replace('\n', ""), FORM), Ok(()));
    }

    #[test]
    fn another_form_or_key_is_refused() {
        assert_eq!(check(KEY, &FORM.replace("9.99", "99.9")), Err(SignatureError::Mismatch));
        assert_eq!(check(KEY, &format!("extra=1&{}", FORM.trim())), Err(SignatureError::Mismatch));
        assert_eq!(check(&KEY.replace("MIIB", "MIIC"), FORM), Err(SignatureError::Mismatch));
        assert_eq!(check("", FORM), Err(SignatureError::Mismatch));
        for form in ["", "alert_id=1", "alert_id=1&p_signature=%21"] {
            assert_eq!(check(KEY, form), Err(SignatureError::Malformed { header: FIELD }), "{form}");
        }
    }
}

//! How alerts are signed: RSA over SHA-1 of the fields as PHP serializes them ("Verifying webhooks").

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::OnceLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use rsa::{Pkcs1v15Sign, RsaPrivateKey, rand_core};
use sha1::{Digest, Sha1};

use crate::chance::mix;

const KEY_BITS: usize = 2048;
const SHA1_BYTES: usize = 20;
/// What says that a digest is one of SHA-1 (RFC 8017, section 9.2).
const SHA1_PREFIX: [u8; 15] =
    [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

/// The seller's key pair. It is made of the seed when it is first used, since that takes a while, and is nobody's secret.
#[derive(Debug)]
pub struct Signer {
    seed: u64,
    key: OnceLock<Option<RsaPrivateKey>>,
}

impl Signer {
    pub fn new(seed: u64) -> Self {
        Self { seed, key: OnceLock::new() }
    }

    fn key(&self) -> Option<&RsaPrivateKey> {
        let make = || RsaPrivateKey::new(&mut SeedStream { seed: self.seed, used: 0 }, KEY_BITS).ok();
        self.key.get_or_init(make).as_ref()
    }

    /// In PEM, as a `PUBLIC KEY`.
    pub fn public_key(&self) -> String {
        let pem = self.key().and_then(|key| key.to_public_key().to_public_key_pem(LineEnding::LF).ok());
        pem.unwrap_or_default()
    }

    /// `p_signature` of an alert's other fields.
    pub fn sign(&self, fields: &BTreeMap<String, String>) -> String {
        let digest = Sha1::digest(php_serialized(fields));
        let padding = Pkcs1v15Sign { hash_len: Some(SHA1_BYTES), prefix: Box::new(SHA1_PREFIX) };
        let signature = self.key().and_then(|key| key.sign(padding, &digest).ok());
        BASE64_STANDARD.encode(signature.unwrap_or_default())
    }
}

/// Fields in the order of their names, as PHP's `serialize` writes an array of strings. Lengths are bytes.
pub fn php_serialized(fields: &BTreeMap<String, String>) -> String {
    let mut text = format!("a:{}:{{", fields.len());
    for (name, value) in fields {
        let _ = write!(text, "s:{}:\"{name}\";s:{}:\"{value}\";", name.len(), value.len());
    }
    text.push('}');
    text
}

/// Random numbers for the search of the key's primes.
struct SeedStream {
    seed: u64,
    used: u64,
}

impl rand_core::RngCore for SeedStream {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.used += 1;
        mix(self.seed, self.used, 71)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            let random = self.next_u64().to_le_bytes();
            piece.copy_from_slice(&random[..piece.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

/// What the key's maker asks for; the key protects nothing.
impl rand_core::CryptoRng for SeedStream {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_serialized_as_php_does() {
        let fields = [("b", "Zoë"), ("a", ""), ("alert_id", "7")];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let expected = r#"a:3:{s:1:"a";s:0:"";s:8:"alert_id";s:1:"7";s:1:"b";s:4:"Zoë";}"#;
        assert_eq!(php_serialized(&fields), expected);
    }

    #[test]
    fn whoever_has_the_public_key_can_check_a_signature() {
        use rsa::RsaPublicKey;
        use rsa::pkcs8::DecodePublicKey;
        let signer = Signer::new(7);
        let mut fields = BTreeMap::from([("alert_name".to_owned(), "payment_succeeded".to_owned())]);
        let signature = BASE64_STANDARD.decode(signer.sign(&fields)).unwrap();
        let key = RsaPublicKey::from_public_key_pem(&signer.public_key()).unwrap();
        let padding = || Pkcs1v15Sign { hash_len: Some(SHA1_BYTES), prefix: Box::new(SHA1_PREFIX) };
        let verify = |fields: &BTreeMap<_, _>| {
            key.verify(padding(), &Sha1::digest(php_serialized(fields)), &signature).is_ok()
        };
        assert!(verify(&fields));
        fields.insert("amount".to_owned(), "0.01".to_owned());
        assert!(!verify(&fields));
        assert_eq!(Signer::new(7).public_key(), signer.public_key(), "a seed is a key");
    }
}

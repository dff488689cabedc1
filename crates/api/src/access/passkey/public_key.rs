//! The public key of a passkey, as authenticators write it (COSE, RFC 9053), and what it verifies. The signatures are ring's.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::cbor::{self, Item};

/// What a device may sign with, the best first: ES256, EdDSA and RS256, by their numbers in COSE.
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

// The names of a key's parts.
const KIND: Item<'static> = Item::Number(1);
const ALGORITHM: Item<'static> = Item::Number(3);
const CURVE_OR_N: Item<'static> = Item::Number(-1);
const X_OR_E: Item<'static> = Item::Number(-2);
const Y: Item<'static> = Item::Number(-3);

const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;
const CURVE_ED25519: i64 = 6;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey<'a> {
    /// The point, uncompressed.
    Es256([u8; 65]),
    EdDsa(&'a [u8]),
    Rs256 {
        n: &'a [u8],
        e: &'a [u8],
    },
}

impl<'a> PublicKey<'a> {
    /// `None` for a key of another kind, or one that does not fit its algorithm.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (key, rest) = cbor::read(bytes)?;
        if rest.is_empty() { Self::of(&key) } else { None }
    }

    pub fn of(key: &Item<'a>) -> Option<Self> {
        let number = |name: &Item<'_>| key.get(name).and_then(Item::number);
        let bytes = |name: &Item<'_>| key.get(name).and_then(Item::bytes);
        match (number(&ALGORITHM)?, number(&KIND)?) {
            (ES256, EC2) if number(&CURVE_OR_N) == Some(P256) => {
                let mut point = [4_u8; 65];
                let (x, y) = (bytes(&X_OR_E)?, bytes(&Y)?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                point[1..33].copy_from_slice(x);
                point[33..].copy_from_slice(y);
                Some(Self::Es256(point))
            }
            (EDDSA, OKP) if number(&CURVE_OR_N) == Some(CURVE_ED25519) => {
                bytes(&X_OR_E).filter(|key| key.len() == 32).map(Self::EdDsa)
            }
            (RS256, RSA) => Some(Self::Rs256 { n: bytes(&CURVE_OR_N)?, e: bytes(&X_OR_E)? }),
            _ => None,
        }
    }

    /// Whether it signed this.
    pub fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature)
            }
            Self::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(signed, signature),
            Self::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
            }
        };
        verified.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    #[test]
    fn a_signature_is_verified_by_its_own_key_alone() {
        let random = SystemRandom::new();
        let new = || {
            let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
            Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap()
        };
        let (own, other) = (new(), new());
        let cose = |pair: &Ed25519KeyPair| {
            [b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20".as_slice(), pair.public_key().as_ref()].concat()
        };
        let (own_key, other_key) = (cose(&own), cose(&other));
        let signature = own.sign(b"text");
        let key = PublicKey::read(&own_key).unwrap();
        assert!(key.verifies(b"text", signature.as_ref()));
        assert!(!key.verifies(b"next", signature.as_ref()));
        assert!(!PublicKey::read(&other_key).unwrap().verifies(b"text", signature.as_ref()));
    }

    #[test]
    fn a_key_that_does_not_fit_its_algorithm_is_none() {
        let ed25519 = [b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20".as_slice(), &[7; 32]].concat();
        assert!(PublicKey::read(&ed25519).is_some());
        for (place, byte) in [(2, 0x02), (4, 0x26), (6, 0x01), (9, 0x1f)] {
            let mut other = ed25519.clone();
            other[place] = byte;
            assert_eq!(PublicKey::read(&other), None, "{place}");
        }
        assert_eq!(PublicKey::read(&[ed25519.as_slice(), b"\x00"].concat()), None, "something after it");
    }
}

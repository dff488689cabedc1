//! What a browser and an authenticator sign or vouch for, and the checks of the Web Authentication standard (level 3, sections 7.1 and
//! 7.2) that both kinds of answers have in common.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::cbor;
use super::relying_party::RelyingParty;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// What the browser says of the page that asked.
#[derive(Debug, Deserialize)]
pub struct ClientData {
    #[serde(rename = "type")]
    pub kind: String,
    pub challenge: String,
    pub origin: String,
    #[serde(rename = "crossOrigin", default)]
    pub is_cross_origin: bool,
    #[serde(rename = "topOrigin")]
    pub top_origin: Option<String>,
}

/// What the authenticator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData<'a> {
    host_hash: &'a [u8],
    flags: u8,
    /// How often it has signed; 0 where it doesn't count.
    pub sign_count: u32,
    /// The passkey that it created.
    pub credential: Option<Credential<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential<'a> {
    pub id: &'a [u8],
    /// In COSE.
    pub public_key: &'a [u8],
}

impl ClientData {
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Whether a page of ours asked for it, itself and not in a frame of another site.
    pub fn is_ours(&self, kind: &str, party: &RelyingParty) -> bool {
        let is_framed = self.is_cross_origin || self.top_origin.is_some();
        self.kind == kind && self.origin == party.origin && !is_framed
    }
}

impl<'a> AuthenticatorData<'a> {
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (host_hash, rest) = bytes.split_at_checked(32)?;
        let (&flags, rest) = rest.split_first()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let mut credential = None;
        if flags & HAS_CREDENTIAL != 0 {
            let (_model, after) = rest.split_at_checked(16)?;
            let (length, after) = after.split_first_chunk::<2>()?;
            let (id, key) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            let (_, after) = cbor::read(key)?;
            credential = Some(Credential { id, public_key: &key[..key.len() - after.len()] });
            rest = after;
        }
        if flags & HAS_EXTENSIONS != 0 {
            rest = cbor::read(rest)?.1;
        }
        let sign_count = u32::from_be_bytes(*count);
        rest.is_empty().then_some(Self { host_hash, flags, sign_count, credential })
    }

    /// Whether it is for our host, and its owner was there and proved it.
    pub fn is_of_owner(&self, party: &RelyingParty) -> bool {
        let both = USER_PRESENT | USER_VERIFIED;
        // What is backed up can be.
        let is_consistent = self.flags & BACKED_UP == 0 || self.flags & BACKUP_ELIGIBLE != 0;
        self.host_hash == Sha256::digest(party.host.as_bytes()).as_slice()
            && self.flags & both == both
            && is_consistent
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn party() -> RelyingParty {
        RelyingParty { host: "example.com".into(), origin: "https://example.com".into() }
    }

    fn data(flags: u8) -> Vec<u8> {
        [Sha256::digest(b"example.com").as_slice(), &[flags, 0, 0, 0, 7]].concat()
    }

    #[test]
    fn the_owner_has_to_be_there_and_to_prove_it() {
        for (flags, is_enough) in [(0x05, true), (0x1d, true), (0x01, false), (0x04, false), (0x15, false)] {
            let bytes = data(flags);
            let read = AuthenticatorData::read(&bytes).unwrap();
            assert_eq!((read.sign_count, read.is_of_owner(&party())), (7, is_enough), "{flags:#x}");
        }
        let other = RelyingParty { host: "evil.example".into(), ..party() };
        assert!(!AuthenticatorData::read(&data(0x05)).unwrap().is_of_owner(&other));
    }

    #[test]
    fn extensions_are_skipped_and_anything_else_after_the_end_is_refused() {
        let with = |flags: u8, tail: &[u8]| [data(flags).as_slice(), tail].concat();
        assert!(AuthenticatorData::read(&with(0x85, b"\xa1\x61x\xf5")).is_some());
        for bytes in [with(0x05, b"\xa0"), with(0x85, b""), with(0x85, b"\xa0\xa0"), with(0x45, b"\x00")] {
            assert_eq!(AuthenticatorData::read(&bytes), None);
        }
    }

    #[test]
    fn a_page_of_another_site_or_in_its_frame_is_not_ours() {
        let said = |text: &str| ClientData::read(text.as_bytes()).unwrap().is_ours("webauthn.get", &party());
        assert!(said(r#"{"type":"webauthn.get","challenge":"x","origin":"https://example.com","other":1}"#));
        for wrong in [
            r#"{"type":"webauthn.create","challenge":"x","origin":"https://example.com"}"#,
            r#"{"type":"webauthn.get","challenge":"x","origin":"https://evil.example"}"#,
            r#"{"type":"webauthn.get","challenge":"x","origin":"https://example.com.evil.example"}"#,
            r#"{"type":"webauthn.get","challenge":"x","origin":"https://example.com","crossOrigin":true}"#,
            r#"{"type":"webauthn.get","challenge":"x","origin":"https://example.com","topOrigin":"https://evil.example"}"#,
        ] {
            assert!(!said(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_makes_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = AuthenticatorData::read(&bytes);
        }
    }
}

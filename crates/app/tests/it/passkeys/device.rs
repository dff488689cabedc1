//! A device with a passkey, as far as a server can tell: it answers challenges as the Web Authentication standard says.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PublicKeyData, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const ORIGIN: &str = "http://localhost:8080";
pub const HOST: &str = "localhost";

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

pub struct Device {
    /// Of P-256.
    pub key: KeyPair,
    pub credential_id: Vec<u8>,
    pub counter: u32,
    /// Whose passkey it holds, as the server called them.
    pub user_handle: String,
    pub origin: &'static str,
    pub host: &'static str,
    /// Whether the page that asks is in a frame of another website.
    pub is_framed: bool,
    /// Whether it makes sure that its owner is there.
    pub verifies_user: bool,
}

impl Device {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let credential_id = key.der_bytes()[1..33].to_vec();
        Self {
            key,
            credential_id,
            counter: 0,
            user_handle: String::new(),
            origin: ORIGIN,
            host: HOST,
            is_framed: false,
            verifies_user: true,
        }
    }

    /// Creates the passkey that a server asks for.
    pub fn create(&mut self, public_key: &Value) -> Value {
        self.user_handle = public_key["user"]["id"].as_str().unwrap().to_owned();
        let mut data = self.authenticator_data(HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&self.credential_id);
        // An elliptic-curve key of P-256 for ES256, in COSE.
        let point = &self.key.der_bytes()[1..];
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[..32]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[32..]);
        // { "fmt": "none", "attStmt": {}, "authData": … } in CBOR.
        let mut attestation = vec![0xa3];
        attestation.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
        attestation.push(u8::try_from(data.len()).unwrap());
        attestation.extend(&data);
        let client_data = self.client_data("webauthn.create", public_key);
        self.credential(json!({
            "clientDataJSON": text(client_data.as_bytes()),
            "attestationObject": text(&attestation),
            "transports": ["internal"],
        }))
    }

    /// Signs the challenge of a server.
    pub fn sign(&mut self, public_key: &Value) -> Value {
        self.counter += 1;
        let data = self.authenticator_data(0);
        let client_data = self.client_data("webauthn.get", public_key);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(client_data.as_bytes()));
        let signature = self.key.sign(&signed).unwrap();
        self.credential(json!({
            "clientDataJSON": text(client_data.as_bytes()),
            "authenticatorData": text(&data),
            "signature": text(&signature),
            "userHandle": self.user_handle,
        }))
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.host.as_bytes()).to_vec();
        data.push(flags | USER_PRESENT | if self.verifies_user { USER_VERIFIED } else { 0 });
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, public_key: &Value) -> String {
        let challenge = public_key["challenge"].as_str().unwrap();
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.is_framed})
            .to_string()
    }

    fn credential(&self, response: Value) -> Value {
        let id = text(&self.credential_id);
        json!({"id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response})
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

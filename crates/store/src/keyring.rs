//! Secrets at rest: XChaCha20-Poly1305 under a master key, each bound to its context.
//!
//! A keyring holds one master key, or several while one takes another's place. What is sealed names its key, so everything
//! can be read under either. Which of them seals is what the catalog says (see [`crate::DataDir::keyring`]).

mod command;
mod key_file;
mod source;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use model::Secret;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::StoreError;

pub use command::KeyCommand;
pub(crate) use source::{KeySource, NO_KEY};
pub use source::{MASTER_KEY_VARIABLE, OLD_MASTER_KEY_VARIABLE};

const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;
const ID_LENGTH: usize = 8;

/// The first byte of what does not name its key.
const NAMELESS: u8 = 1;
/// The first byte of what names its key, so that another scheme can follow.
const SCHEME: u8 = 2;

/// Tells master keys apart, and is no way back to one: it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; ID_LENGTH]);

impl KeyId {
    /// Which key a sealed secret names.
    pub(crate) fn named_by(sealed: &[u8]) -> Option<Self> {
        let (&SCHEME, rest) = sealed.split_first()? else { return None };
        rest.first_chunk::<ID_LENGTH>().map(|id| Self(*id))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Encrypts under one master key; decrypts under that and others.
#[derive(Clone)]
pub struct Keyring {
    keys: Vec<MasterKey>,
    /// The one that seals.
    current: usize,
}

#[derive(Clone)]
struct MasterKey {
    id: KeyId,
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(***)")
    }
}

impl MasterKey {
    fn from_bytes(key: &[u8]) -> Option<Self> {
        let cipher = XChaCha20Poly1305::new_from_slice(key).ok()?;
        let digest = Sha256::new().chain_update("chartsy master key\0").chain_update(key).finalize();
        let id = digest.first_chunk::<ID_LENGTH>().map(|id| KeyId(*id))?;
        Some(Self { id, cipher })
    }
}

impl Keyring {
    /// From keys as text, one a line, each 32 bytes in base64. The first one seals. `None` when any of them is something else.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let keys = lines(text).map(|line| {
            let bytes = Zeroizing::new(STANDARD.decode(line).ok()?);
            MasterKey::from_bytes(&bytes)
        });
        let keys = keys.collect::<Option<Vec<_>>>()?;
        (!keys.is_empty()).then_some(Self { keys, current: 0 })
    }

    /// The same keys, of which this one seals. `None` when it is not among them.
    pub(crate) fn sealing_with(mut self, id: KeyId) -> Option<Self> {
        self.current = self.keys.iter().position(|key| key.id == id)?;
        Some(self)
    }

    /// The key that seals.
    pub fn current(&self) -> KeyId {
        self.keys[self.current].id
    }

    /// All keys, in the order in which they were given.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.keys.iter().map(|key| key.id)
    }

    /// Encrypts a secret for one context, such as `connection/conn_…/key`. Only the same context opens it.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn seal(&self, context: &str, secret: &Secret) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0_u8; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(|error| StoreError::Random(error.to_string()))?;
        let payload = Payload { msg: secret.expose().as_bytes(), aad: context.as_bytes() };
        let key = &self.keys[self.current];
        let ciphertext = key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| StoreError::Sealed)?;
        let mut sealed = Vec::with_capacity(1 + ID_LENGTH + NONCE_LENGTH + ciphertext.len());
        sealed.push(SCHEME);
        sealed.extend_from_slice(&key.id.0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// Decrypts what [`Keyring::seal`] made for the same context, under any of the keys.
    ///
    /// # Errors
    /// `Sealed` when its key is not among these, the context is another, or a bit has changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Secret, StoreError> {
        let (_, plain) = self.opened(context, sealed).ok_or(StoreError::Sealed)?;
        let text = String::from_utf8(plain).map_err(|_| StoreError::Sealed)?;
        Ok(Secret::new(text))
    }

    /// Which key opens something.
    pub(crate) fn opener(&self, context: &str, sealed: &[u8]) -> Option<KeyId> {
        self.opened(context, sealed).map(|(id, _)| id)
    }

    fn opened(&self, context: &str, sealed: &[u8]) -> Option<(KeyId, Vec<u8>)> {
        let (keys, rest) = match sealed.split_first()? {
            (&NAMELESS, rest) => (self.keys.as_slice(), rest),
            (&SCHEME, rest) => {
                let (id, rest) = rest.split_first_chunk::<ID_LENGTH>()?;
                let named = self.keys.iter().find(|key| key.id == KeyId(*id))?;
                (std::slice::from_ref(named), rest)
            }
            _ => return None,
        };
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>()?;
        keys.iter().find_map(|key| {
            let payload = Payload { msg: ciphertext, aad: context.as_bytes() };
            let plain = key.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
            Some((key.id, plain))
        })
    }
}

/// The lines that hold something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A new key as text, without an end of line.
pub(crate) fn new_key() -> Result<Zeroizing<String>, StoreError> {
    let mut key = Zeroizing::new([0_u8; KEY_LENGTH]);
    getrandom::fill(key.as_mut_slice()).map_err(|error| StoreError::Random(error.to_string()))?;
    Ok(Zeroizing::new(STANDARD.encode(key.as_slice())))
}

#[cfg(test)]
mod tests;

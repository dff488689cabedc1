//! Secrets at rest: XChaCha20-Poly1305 under one master key, each bound to its context.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use model::Secret;
use zeroize::Zeroizing;

use crate::StoreError;
use crate::error::InFile;

/// The environment variable that may hold the master key: 32 bytes in base64.
pub const MASTER_KEY_VARIABLE: &str = "CHARTSY_MASTER_KEY";

const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;
/// The first byte of everything sealed, so that another scheme can follow.
const SCHEME: u8 = 1;

/// Encrypts and decrypts secrets.
#[derive(Clone)]
pub struct Keyring {
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(***)")
    }
}

impl Keyring {
    /// From the key as text: 32 bytes in base64.
    ///
    /// # Errors
    /// `MasterKey` when it is anything else.
    pub fn from_base64(key: &Secret) -> Result<Self, StoreError> {
        let unusable = || StoreError::MasterKey {
            reason: format!("{MASTER_KEY_VARIABLE} must be 32 bytes in base64 (openssl rand -base64 32)"),
        };
        let bytes = Zeroizing::new(STANDARD.decode(key.expose().trim()).map_err(|_| unusable())?);
        Self::from_bytes(&bytes).ok_or_else(unusable)
    }

    fn from_bytes(key: &[u8]) -> Option<Self> {
        XChaCha20Poly1305::new_from_slice(key).ok().map(|cipher| Self { cipher })
    }

    /// From the key file, which is made with mode 0600 when there is none. The key is never written anywhere else.
    pub(crate) fn from_file(path: &Path) -> Result<Self, StoreError> {
        if !path.try_exists().in_file(path)? {
            create_key_file(path)?;
        }
        let key = Zeroizing::new(std::fs::read(path).in_file(path)?);
        let bytes = STANDARD.decode(key.trim_ascii()).ok().map(Zeroizing::new);
        bytes.and_then(|bytes| Self::from_bytes(&bytes)).ok_or_else(|| StoreError::MasterKey {
            reason: format!("{} must hold 32 bytes in base64", path.display()),
        })
    }

    /// Encrypts a secret for one context, such as `connection/conn_…/key`. Only the same context opens it.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn seal(&self, context: &str, secret: &Secret) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0_u8; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(|error| StoreError::Random(error.to_string()))?;
        let payload = Payload { msg: secret.expose().as_bytes(), aad: context.as_bytes() };
        let ciphertext =
            self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| StoreError::Sealed)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LENGTH + ciphertext.len());
        sealed.push(SCHEME);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// Decrypts what [`Keyring::seal`] made for the same context.
    ///
    /// # Errors
    /// `Sealed` when the key or the context is another, or a bit has changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Secret, StoreError> {
        let Some((&SCHEME, rest)) = sealed.split_first() else { return Err(StoreError::Sealed) };
        let Some((nonce, ciphertext)) = rest.split_first_chunk::<NONCE_LENGTH>() else {
            return Err(StoreError::Sealed);
        };
        let payload = Payload { msg: ciphertext, aad: context.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| StoreError::Sealed)?;
        let text = String::from_utf8(plain).map_err(|_| StoreError::Sealed)?;
        Ok(Secret::new(text))
    }
}

/// Writes a new key next to its place and links it there: of two processes one wins, and neither leaves half a key.
fn create_key_file(path: &Path) -> Result<(), StoreError> {
    let mut key = Zeroizing::new([0_u8; KEY_LENGTH]);
    getrandom::fill(key.as_mut_slice()).map_err(|error| StoreError::Random(error.to_string()))?;
    let text = Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n");

    let draft = path.with_extension(format!("key.{}.tmp", std::process::id()));
    let written = write_private(&draft, text.as_bytes()).and_then(|()| std::fs::hard_link(&draft, path));
    let removed = std::fs::remove_file(&draft);
    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error).in_file(path),
        _ => removed.in_file(&draft),
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring() -> Keyring {
        Keyring::from_bytes(&[7; KEY_LENGTH]).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_in_its_own_context_only() {
        let sealed = keyring().seal("connection/conn_a/key", &Secret::new("rk_live_abc")).unwrap();
        assert_eq!(keyring().open("connection/conn_a/key", &sealed).unwrap().expose(), "rk_live_abc");
        assert!(matches!(keyring().open("connection/conn_b/key", &sealed), Err(StoreError::Sealed)));
    }

    #[test]
    fn another_key_or_a_changed_bit_opens_nothing() {
        let sealed = keyring().seal("a", &Secret::new("rk_live_abc")).unwrap();
        let other = Keyring::from_bytes(&[8; KEY_LENGTH]).unwrap();
        assert!(matches!(other.open("a", &sealed), Err(StoreError::Sealed)));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(matches!(keyring().open("a", &changed), Err(StoreError::Sealed)), "byte {at}");
        }
        assert!(matches!(keyring().open("a", &[]), Err(StoreError::Sealed)));
    }

    #[test]
    fn the_same_secret_never_looks_the_same_twice() {
        let secret = Secret::new("rk_live_abc");
        assert_ne!(keyring().seal("a", &secret).unwrap(), keyring().seal("a", &secret).unwrap());
    }

    #[test]
    fn a_key_from_the_environment_has_32_bytes_in_base64() {
        assert!(Keyring::from_base64(&Secret::new(STANDARD.encode([1; 32]) + "\n")).is_ok());
        for bad in ["", "short", "not base64 at all!", &STANDARD.encode([1; 31])] {
            assert!(matches!(Keyring::from_base64(&Secret::new(bad)), Err(StoreError::MasterKey { .. })));
        }
    }
}

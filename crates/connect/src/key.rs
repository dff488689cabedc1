//! Keys to accounts, whatever the provider.

use model::Secret;
use sha2::{Digest, Sha256};

use crate::Source;

/// A key that reads an account. Prints as its hint.
#[derive(Clone)]
pub struct Key {
    pub(crate) source: Source,
    pub(crate) secret: Secret,
    pub(crate) is_test_mode: bool,
    pub(crate) is_restricted: bool,
    /// Its beginning, which says what it is and may be shown.
    pub(crate) prefix: &'static str,
}

/// Why a text is not a key to connect with. Never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct KeyError {
    /// Tells the reasons apart for programs, such as `key_malformed`.
    pub code: &'static str,
    pub message: &'static str,
}

impl Key {
    /// The provider that it is for.
    pub fn source(&self) -> Source {
        self.source
    }

    pub fn is_test_mode(&self) -> bool {
        self.is_test_mode
    }

    /// Whether it can do only what it was given permission for.
    pub fn is_restricted(&self) -> bool {
        self.is_restricted
    }

    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// What may be shown of it: `rk_live_…abcd`. A key too short to keep a secret shows only its prefix.
    pub fn hint(&self) -> String {
        let rest = self.secret.expose().strip_prefix(self.prefix).unwrap_or_default();
        let last = rest.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
        let end = if rest.len() >= 12 { &rest[last..] } else { "" };
        format!("{}…{end}", self.prefix)
    }

    /// The same for the same key, and no way back to it: 32 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let of = format!("{} key\0", self.source.id());
        let digest = Sha256::new().chain_update(of).chain_update(self.secret.expose()).finalize();
        hex::encode(&digest[..16])
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.hint())
    }
}

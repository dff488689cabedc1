//! Keys to accounts, whatever the provider.

use model::Secret;
use sha2::{Digest, Sha256};
use url::Url;

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

/// Whom a key belongs to, where the key alone does not say: a number that is entered beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyOwner {
    /// The name of the command line's argument.
    pub argument: &'static str,
    /// What it is, and where it is found.
    pub help: &'static str,
}

/// The longest key that is looked at.
const LONGEST: usize = 300;
pub(crate) const TOO_SHORT: KeyError =
    KeyError { code: "key_malformed", message: "this key is too short: check that you copied all of it" };

/// What a provider's keys look like.
pub(crate) struct KeyFormat {
    pub source: Source,
    pub prefixes: &'static [KeyPrefix],
    /// What has fewer characters after its prefix was cut off, and need not be sent.
    pub shortest_rest: usize,
    /// Why nothing is refused.
    pub empty: KeyError,
    /// What begins so is something else of the provider's, and why it is refused.
    pub others: &'static [(&'static str, KeyError)],
    /// Why a text of another form is refused.
    pub not_a_key: KeyError,
}

/// What a kind of key begins with.
pub(crate) struct KeyPrefix {
    pub text: &'static str,
    pub is_restricted: bool,
    pub is_test_mode: bool,
}

impl KeyFormat {
    /// Reads a key; spaces around it are ignored.
    pub(crate) fn parse(&self, text: &str) -> Result<Key, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(self.empty);
        }
        if let Some((_, error)) = self.others.iter().find(|(beginning, _)| text.starts_with(beginning)) {
            return Err(*error);
        }
        let prefix = self.prefixes.iter().find(|prefix| text.starts_with(prefix.text));
        let KeyPrefix { text: prefix, is_restricted, is_test_mode } = *prefix.ok_or(self.not_a_key)?;
        let rest = &text[prefix.len()..];
        let is_plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if rest.is_empty() || text.len() > LONGEST || !is_plain {
            return Err(self.not_a_key);
        }
        if rest.len() < self.shortest_rest {
            return Err(TOO_SHORT);
        }
        Ok(Key { source: self.source, secret: Secret::new(text), is_test_mode, is_restricted, prefix })
    }
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

    /// Where the provider's own API for it is.
    pub fn default_base(&self) -> Url {
        self.source.default_base(self.is_test_mode)
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

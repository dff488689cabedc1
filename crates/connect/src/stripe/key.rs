//! API keys, told apart by their prefix.

use model::Secret;
use sha2::{Digest, Sha256};

/// A secret or restricted API key. Prints as its hint.
#[derive(Clone)]
pub struct Key {
    secret: Secret,
    is_test_mode: bool,
    is_restricted: bool,
}

/// Why a text is not a key to connect with. Never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("no key was given: paste a restricted key (rk_live_…) or a secret key (sk_live_…)")]
    Empty,
    #[error(
        "this is a publishable key (pk_…): it can read nothing; use a restricted key (rk_live_…) or a secret key (sk_live_…)"
    )]
    Publishable,
    #[error(
        "this is a webhook signing secret (whsec_…), not a key: use a restricted key (rk_live_…) or a secret key (sk_live_…)"
    )]
    SigningSecret,
    #[error("this is not a Stripe key: one begins with rk_live_, rk_test_, sk_live_ or sk_test_")]
    NotAKey,
}

/// The longest key that is looked at. Stripe's have about 110 characters.
const LONGEST: usize = 300;

impl Key {
    /// Reads a key; spaces around it are ignored.
    ///
    /// # Errors
    /// When it is no secret or restricted key of Stripe's.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if text.starts_with("pk_") {
            return Err(KeyError::Publishable);
        }
        if text.starts_with("whsec_") {
            return Err(KeyError::SigningSecret);
        }
        let (is_restricted, rest) = match (text.strip_prefix("rk_"), text.strip_prefix("sk_")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(KeyError::NotAKey),
        };
        let (is_test_mode, rest) = match (rest.strip_prefix("live_"), rest.strip_prefix("test_")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err(KeyError::NotAKey),
        };
        let is_plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if rest.is_empty() || text.len() > LONGEST || !is_plain {
            return Err(KeyError::NotAKey);
        }
        Ok(Self { secret: Secret::new(text), is_test_mode, is_restricted })
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
        let text = self.secret.expose();
        let (prefix, rest) = text.split_at(8);
        let end = if rest.len() >= 12 { &rest[rest.len() - 4..] } else { "" };
        format!("{prefix}…{end}")
    }

    /// The same for the same key, and no way back to it: 32 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let digest =
            Sha256::new().chain_update(b"stripe key\0").chain_update(self.secret.expose()).finalize();
        hex::encode(&digest[..16])
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.hint())
    }
}

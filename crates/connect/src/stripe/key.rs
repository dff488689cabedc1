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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_prefix() {
        let kind = |text: &str| Key::parse(text).map(|key| (key.is_restricted(), key.is_test_mode()));
        assert_eq!(kind("sk_live_abcdefghijkl"), Ok((false, false)));
        assert_eq!(kind("sk_test_abcdefghijkl"), Ok((false, true)));
        assert_eq!(kind(" rk_live_abcdefghijkl\n"), Ok((true, false)));
        assert_eq!(kind("rk_test_abcdefghijkl"), Ok((true, true)));
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_reason() {
        let refused = |text: &str| Key::parse(text).unwrap_err();
        assert_eq!(refused("  "), KeyError::Empty);
        assert_eq!(refused("pk_live_abcdefghijkl"), KeyError::Publishable);
        assert_eq!(refused("whsec_abcdefghijkl"), KeyError::SigningSecret);
        for text in
            ["sk_live_", "sk_abc", "SK_LIVE_abc", "hello", "sk_live_a b", "sk_live_ä", "sk_live_a\r\nx: y"]
        {
            assert_eq!(refused(text), KeyError::NotAKey, "{text}");
        }
        assert_eq!(refused(&format!("sk_live_{}", "a".repeat(LONGEST))), KeyError::NotAKey);
    }

    #[test]
    fn a_key_shows_only_its_ends() {
        let key = Key::parse("rk_live_51SecretSecretSecretabcd").unwrap();
        assert_eq!(key.hint(), "rk_live_…abcd");
        assert_eq!(Key::parse("sk_test_short").unwrap().hint(), "sk_test_…");
        let shown = format!("{key:?} {}", key.fingerprint());
        assert!(!shown.contains("Secret"), "{shown}");
    }

    #[test]
    fn a_fingerprint_is_the_keys_own() {
        let print = |text: &str| Key::parse(text).unwrap().fingerprint();
        assert_eq!(print("sk_test_one"), print(" sk_test_one "));
        assert_ne!(print("sk_test_one"), print("sk_test_two"));
        assert_eq!(print("sk_test_one").len(), 32);
    }
}

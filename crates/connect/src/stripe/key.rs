//! API keys, distinguished by their prefix.

use crate::key::{KeyFormat, KeyPrefix};
use crate::{Key, KeyError, Source};

const EMPTY: KeyError = KeyError {
    code: "key_malformed",
    message: "no key was given: paste a restricted key (rk_live_…) or a secret key (sk_live_…)",
};
const PUBLISHABLE: KeyError = KeyError {
    code: "key_publishable",
    message: "this is a publishable key (pk_…), which can't read anything; use a restricted key (rk_live_…) or a secret key (sk_live_…)",
};
const SIGNING_SECRET: KeyError = KeyError {
    code: "key_malformed",
    message: "this is a webhook signing secret (whsec_…), not a key: use a restricted key (rk_live_…) or a secret key (sk_live_…)",
};
const NOT_A_KEY: KeyError = KeyError {
    code: "key_malformed",
    message: "this is not a Stripe key: Stripe keys start with rk_live_, rk_test_, sk_live_ or sk_test_",
};

/// The longest have about 110 characters; the oldest have 24 after the prefix.
const FORMAT: KeyFormat = KeyFormat {
    source: Source::Stripe,
    prefixes: &[
        prefix("rk_live_", true, false),
        prefix("rk_test_", true, true),
        prefix("sk_live_", false, false),
        prefix("sk_test_", false, true),
    ],
    shortest_rest: 12,
    empty: EMPTY,
    others: &[("pk_", PUBLISHABLE), ("whsec_", SIGNING_SECRET)],
    not_a_key: NOT_A_KEY,
};

const fn prefix(text: &'static str, is_restricted: bool, is_test_mode: bool) -> KeyPrefix {
    KeyPrefix { text, is_restricted, is_test_mode }
}

/// Reads a key; spaces around it are ignored.
pub(crate) fn parse(text: &str) -> Result<Key, KeyError> {
    FORMAT.parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::TOO_SHORT;

    #[test]
    fn a_key_is_known_by_its_prefix() {
        let kind = |text: &str| parse(text).map(|key| (key.is_restricted(), key.is_test_mode()));
        assert_eq!(kind("sk_live_abcdefghijkl"), Ok((false, false)));
        assert_eq!(kind("sk_test_abcdefghijkl"), Ok((false, true)));
        assert_eq!(kind(" rk_live_abcdefghijkl\n"), Ok((true, false)));
        assert_eq!(kind("rk_test_abcdefghijkl"), Ok((true, true)));
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_reason() {
        let refused = |text: &str| parse(text).unwrap_err();
        assert_eq!(refused("  "), EMPTY);
        assert_eq!(refused("pk_live_abcdefghijkl"), PUBLISHABLE);
        assert_eq!(refused("whsec_abcdefghijkl"), SIGNING_SECRET);
        for text in
            ["sk_live_", "sk_abc", "SK_LIVE_abc", "hello", "sk_live_a b", "sk_live_ä", "sk_live_a\r\nx: y"]
        {
            assert_eq!(refused(text), NOT_A_KEY, "{text}");
        }
        for text in ["sk_live_a", "rk_test_abcdefghijk"] {
            assert_eq!(refused(text), TOO_SHORT, "{text}");
        }
        assert_eq!(refused(&format!("sk_live_{}", "a".repeat(300))), NOT_A_KEY);
    }

    #[test]
    fn a_key_shows_only_its_ends() {
        let key = parse("rk_live_51SecretSecretSecretabcd").unwrap();
        assert_eq!(key.hint(), "rk_live_…abcd");
        let shown = format!("{key:?} {}", key.fingerprint());
        assert!(!shown.contains("Secret"), "{shown}");
    }

    #[test]
    fn a_fingerprint_is_the_keys_own() {
        let print = |text: &str| parse(text).unwrap().fingerprint();
        assert_eq!(print("sk_test_one000000000"), print(" sk_test_one000000000 "));
        assert_ne!(print("sk_test_one000000000"), print("sk_test_two000000000"));
        assert_eq!(print("sk_test_one000000000").len(), 32);
    }
}

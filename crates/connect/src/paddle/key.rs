//! API keys, by Paddle's "API keys": the prefix names the environment. Keys made before May 2025 have none.

use model::{AccountId, Secret};

use crate::key::{KeyFormat, KeyPrefix};
use crate::{Account, Key, KeyError, Source};

const EMPTY: KeyError =
    KeyError { code: "key_malformed", message: "no key was given: paste an API key (pdl_live_apikey_…)" };
const CLIENT_TOKEN: KeyError = KeyError {
    code: "key_publishable",
    message: "this is a client-side token (live_… or test_…), which can't read anything; use an API key (pdl_live_apikey_…)",
};
const WEBHOOK_SECRET: KeyError = KeyError {
    code: "key_malformed",
    message: "this is a webhook's secret key (pdl_ntfset_…), not an API key: use an API key (pdl_live_apikey_…)",
};
const NOT_A_KEY: KeyError = KeyError {
    code: "key_malformed",
    message: "this is not a Paddle API key: Paddle's keys start with pdl_live_apikey_ or pdl_sdbx_apikey_, and older ones have 50 letters and digits",
};

/// An id of 26 characters, a secret of 22 and a checksum of 3.
const FORMAT: KeyFormat = KeyFormat {
    source: Source::Paddle,
    prefixes: &[prefix("pdl_live_apikey_", false), prefix("pdl_sdbx_apikey_", true)],
    shortest_rest: 53,
    empty: EMPTY,
    others: &[("pdl_ntfset_", WEBHOOK_SECRET), ("live_", CLIENT_TOKEN), ("test_", CLIENT_TOKEN)],
    not_a_key: NOT_A_KEY,
};
/// What a key of before May 2025 has.
const OLD_LENGTH: usize = 50;

const fn prefix(text: &'static str, is_test_mode: bool) -> KeyPrefix {
    KeyPrefix { text, is_restricted: true, is_test_mode }
}

/// Reads a key; spaces around it are ignored.
pub(crate) fn parse(text: &str) -> Result<Key, KeyError> {
    let text = text.trim();
    if text.len() == OLD_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let secret = Secret::new(text);
        // It may do everything. Which environment it is for only the servers know.
        return Ok(Key {
            source: Source::Paddle,
            secret,
            is_test_mode: false,
            is_restricted: false,
            prefix: "",
        });
    }
    FORMAT.parse(text)
}

/// Whether it says nothing of its environment.
pub(super) fn is_of_any_environment(key: &Key) -> bool {
    key.prefix.is_empty()
}

/// No request says whose a key is. Its own id stays when it is rotated.
pub(super) fn account_id(key: &Key) -> AccountId {
    let id = key.secret.expose().strip_prefix(key.prefix).and_then(|rest| rest.split('_').next());
    match id.filter(|id| !key.prefix.is_empty() && id.len() == 26) {
        Some(id) => Account::derived_from(id),
        None => Account::derived_id(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::TOO_SHORT;

    const LIVE: &str = "pdl_live_apikey_01kc0000000000000000000001_aBcDeFgHiJkLmNoPqRsTuV_xyz";
    const SANDBOX: &str = "pdl_sdbx_apikey_01kc0000000000000000000001_aBcDeFgHiJkLmNoPqRsTuV_xyz";
    const OLD: &str = "0123456789abcdef0123456789abcdef0123456789abcdef01";

    #[test]
    fn a_key_names_its_environment_and_with_it_the_host() {
        for (text, is_test_mode, host) in [
            (LIVE, false, "api.paddle.com"),
            (SANDBOX, true, "sandbox-api.paddle.com"),
            (OLD, false, "api.paddle.com"),
        ] {
            let key = parse(&format!(" {text}\n")).unwrap();
            assert_eq!(key.is_test_mode(), is_test_mode, "{text}");
            assert_eq!(key.default_base().host_str(), Some(host), "{text}");
            assert_eq!(is_of_any_environment(&key), text == OLD);
            // A key of before permissions may do everything.
            assert_eq!(key.is_restricted(), text != OLD);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_reason() {
        let refused = |text: &str| parse(text).unwrap_err();
        assert_eq!(refused(" "), EMPTY);
        assert_eq!(
            refused("pdl_ntfset_01hkqv4xj8w2m5n7p9r1t3v5x7_AbCdEfGhIjKlMnOpQrStUvWxYz012345"),
            WEBHOOK_SECRET
        );
        assert_eq!(refused("live_0123456789abcdef0123456789a"), CLIENT_TOKEN);
        assert_eq!(refused("test_0123456789abcdef0123456789a"), CLIENT_TOKEN);
        assert_eq!(refused(&LIVE[..60]), TOO_SHORT);
        for text in ["rk_live_abcdefghijkl", &OLD[1..], "pdl_live_apikey_", "hello", &format!("{LIVE} x")] {
            assert_eq!(refused(text), NOT_A_KEY, "{text}");
        }
    }

    #[test]
    fn a_key_shows_only_its_ends() {
        assert_eq!(parse(LIVE).unwrap().hint(), "pdl_live_apikey_…_xyz");
        assert_eq!(parse(OLD).unwrap().hint(), "…ef01");
    }

    #[test]
    fn a_rotated_key_is_the_same_account() {
        let rotated = LIVE.replace("aBcDeFgHiJkLmNoPqRsTuV_xyz", "VuTsRqPoNmLkJiHgFeDcBa_zyx");
        let account = |text: &str| account_id(&parse(text).unwrap());
        assert_eq!(account(LIVE), account(&rotated));
        assert_ne!(account(LIVE), account(OLD));
        assert!(Account::is_derived(&account(LIVE)) && Account::is_derived(&account(OLD)));
    }
}

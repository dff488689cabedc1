//! Who asks: the vendor's ID, which is public, and an auth code, as one text `<vendor id>:<auth code>`.

use model::{AccountId, Secret};

use crate::{Account, Key, KeyError, Source};

const EMPTY: KeyError = KeyError {
    code: "key_malformed",
    message: "no auth code was given: copy it in Paddle under Developer Tools, Authentication",
};
const NO_VENDOR: KeyError = KeyError {
    code: "key_malformed",
    message: "the vendor ID is missing: Paddle shows this number beside the auth codes, under Developer Tools, Authentication",
};
const NOT_A_VENDOR: KeyError = KeyError {
    code: "key_malformed",
    message: "this is not a vendor ID: Paddle shows this number beside the auth codes, under Developer Tools, Authentication",
};
const BILLING_KEY: KeyError = KeyError {
    code: "key_malformed",
    message: "this is an API key of Paddle Billing (pdl_…): connect Paddle instead, or paste an auth code of Paddle Classic",
};
const NOT_A_CODE: KeyError = KeyError {
    code: "key_malformed",
    message: "this is not an auth code: auth codes have only the digits 0 to 9 and the letters a to f",
};
/// Auth codes have 50 characters; a shorter one was cut off.
const SHORTEST: usize = 16;
const LONGEST: usize = 200;
/// A vendor ID is a number of six or so digits.
const LONGEST_VENDOR: usize = 12;

/// Reads both; spaces around them are ignored.
pub(crate) fn parse(text: &str) -> Result<Key, KeyError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(EMPTY);
    }
    if text.contains("pdl_") {
        return Err(BILLING_KEY);
    }
    let (vendor, code) = text.split_once(':').ok_or(NO_VENDOR)?;
    let (vendor, code) = (vendor.trim(), code.trim());
    let is_number = vendor.len() <= LONGEST_VENDOR && vendor.bytes().all(|byte| byte.is_ascii_digit());
    if vendor.is_empty() {
        return Err(NO_VENDOR);
    }
    if !is_number {
        return Err(NOT_A_VENDOR);
    }
    if code.is_empty() {
        return Err(EMPTY);
    }
    let is_hex = code.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hex || code.len() > LONGEST {
        return Err(NOT_A_CODE);
    }
    if code.len() < SHORTEST {
        return Err(crate::key::TOO_SHORT);
    }
    // The code may do everything, and does not say which environment it is for.
    let secret = Secret::new(format!("{vendor}:{code}"));
    Ok(Key { source: Source::PaddleClassic, secret, is_test_mode: false, is_restricted: false, prefix: "" })
}

/// The vendor ID and the auth code.
pub(super) fn parts(key: &Key) -> (&str, &str) {
    key.secret.expose().split_once(':').unwrap_or_default()
}

/// The vendor ID stays when the code is replaced. Each environment has its own.
pub(super) fn account_id(key: &Key, is_sandbox: bool) -> AccountId {
    let environment = if is_sandbox { "sandbox_" } else { "" };
    Account::derived_from(&format!("{environment}{}", parts(key).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef01";

    #[test]
    fn a_key_is_a_vendor_and_its_auth_code() {
        let key = parse(&format!(" 12345 : {CODE}\n")).unwrap();
        assert_eq!(parts(&key), ("12345", CODE));
        assert_eq!(key.hint(), "…ef01");
        // Paddle Classic has no codes that may only read.
        assert!(!key.is_restricted());
        assert_eq!(key.default_base().host_str(), Some("vendors.paddle.com"));
    }

    #[test]
    fn the_account_stays_when_the_code_is_replaced() {
        let account = |text: &str, is_sandbox| account_id(&parse(text).unwrap(), is_sandbox);
        let own = account(&format!("12345:{CODE}"), false);
        assert_eq!(own, account(&format!("12345:{}", CODE.replace('0', "f")), false));
        assert_ne!(own, account(&format!("12346:{CODE}"), false));
        assert_ne!(own, account(&format!("12345:{CODE}"), true));
    }

    #[test]
    fn what_is_none_is_refused_with_its_reason() {
        let refused = |text: &str| parse(text).unwrap_err();
        assert_eq!(refused(" "), EMPTY);
        assert_eq!(refused(CODE), NO_VENDOR);
        assert_eq!(refused(&format!(":{CODE}")), NO_VENDOR);
        assert_eq!(refused(&format!("vendor:{CODE}")), NOT_A_VENDOR);
        assert_eq!(refused("12345:"), EMPTY);
        assert_eq!(refused("12345:0123abcd"), crate::key::TOO_SHORT);
        assert_eq!(refused(&format!("12345:{}", CODE.replace('0', "x"))), NOT_A_CODE);
        assert_eq!(refused("12345:pdl_live_apikey_01kc0000000000000000000001"), BILLING_KEY);
    }
}

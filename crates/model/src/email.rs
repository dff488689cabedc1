//! How email addresses of different accounts are compared.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Secret;

/// How many bytes of a hash are kept: no two addresses share these by chance.
const HASH_BYTES: usize = 16;

/// An address as it is compared: without space around it, in lower case. `None`: it is none.
pub fn comparable_email(text: &str) -> Option<String> {
    let text = text.trim();
    text.contains('@').then(|| text.to_lowercase())
}

/// A workspace's own key, by which addresses can be compared where they must not be stored.
#[derive(Clone)]
pub struct EmailKey(Secret);

impl EmailKey {
    pub fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// What stands for an address; the same for every way to write it. `None`: it is not an address.
    pub fn hash(&self, email: &str) -> Option<String> {
        comparable_email(email).map(|email| self.keyed("email", &email))
    }

    /// Tells keys apart, and is no way back to one.
    pub fn fingerprint(&self) -> String {
        self.keyed("key", "")
    }

    /// What stands for something else about a person; `what` says of which kind it is.
    pub fn hash_of(&self, what: &str, text: &str) -> String {
        self.keyed(what, text)
    }

    fn keyed(&self, what: &str, text: &str) -> String {
        let key = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes());
        // A key of any length is one.
        let Ok(mut mac) = key else { return String::new() };
        for part in [what.as_bytes(), b"\0", text.as_bytes()] {
            mac.update(part);
        }
        let hash = mac.finalize().into_bytes();
        hash.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl PartialEq for EmailKey {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for EmailKey {}

impl fmt::Debug for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        assert_eq!(comparable_email(" Zoë@Example.COM\n").as_deref(), Some("zoë@example.com"));
        assert_eq!(comparable_email("ZOË@EXAMPLE.COM"), comparable_email("zoë@example.com"));
        for none in ["", "  ", "unknown"] {
            assert_eq!(comparable_email(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_hash_stands_for_an_address_under_one_key_alone() {
        let [key, other] = ["a", "b"].map(|text| EmailKey::new(Secret::new(text)));
        assert_eq!(key.hash("Ada@example.com"), key.hash(" ada@EXAMPLE.com "));
        assert_ne!(key.hash("ada@example.com"), key.hash("bob@example.com"));
        assert_ne!(key.hash("ada@example.com"), other.hash("ada@example.com"));
        assert_eq!(key.hash("unknown"), None);
        assert!(key.hash("ada@example.com").is_some_and(|hash| hash.len() == 32));
        assert_eq!((key == key.clone(), key == other), (true, false));
    }
}

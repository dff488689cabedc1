//! Ids of our own: what they are, and 128 bits of chance.

use crate::StoreError;

/// Crockford's alphabet in lower case: no letter that is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new id such as `conn_` and 26 characters.
///
/// # Errors
/// When the operating system gives no randomness.
pub(crate) fn new_id(prefix: &str) -> Result<String, StoreError> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|error| StoreError::Random(error.to_string()))?;
    let mut bits = u128::from_be_bytes(random);
    let mut digits = [0_u8; 26];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    Ok(format!("{prefix}_{}", String::from_utf8_lossy(&digits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_what_it_is_and_never_comes_twice() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| new_id("conn").unwrap()).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            let digits = id.strip_prefix("conn_").unwrap();
            assert_eq!(digits.len(), 26);
            assert!(digits.bytes().all(|digit| ALPHABET.contains(&digit)), "{id}");
        }
    }
}

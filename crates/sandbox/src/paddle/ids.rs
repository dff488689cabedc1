//! Ids as Paddle makes them: a prefix and a ULID in lower case, so that the order of ids is the order of creation.

use crate::chance::mix;
pub use crate::chance::uuid;

/// Crockford's base 32.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS: u32 = 10;
const RANDOM_DIGITS: u32 = 16;

/// The id of something made at that instant. `number` tells apart what was made in the same millisecond; of two such
/// ids, neither is known to be the greater.
pub fn id(prefix: &str, at_ms: i64, seed: u64, number: u64) -> String {
    let mut text = format!("{prefix}_");
    push_digits(&mut text, u128::from(at_ms.unsigned_abs()), TIME_DIGITS);
    let random = u128::from(mix(seed, number, 41)) << 64 | u128::from(mix(seed, number, 42));
    push_digits(&mut text, random, RANDOM_DIGITS);
    text
}

fn push_digits(text: &mut String, value: u128, count: u32) {
    for digit in (0..count).rev() {
        text.push(char::from(DIGITS[(value >> (5 * digit) & 31) as usize]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_the_order_of_creation() {
        let ids: Vec<String> = (0..50).map(|n| id("txn", 1_700_000_000_000 + n, 7, n as u64)).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.len() == "txn_".len() + 26), "{ids:?}");
    }

    #[test]
    fn an_id_begins_with_its_time_as_a_ulid_does() {
        // 1469918176385 ms is 01ARYZ6S41 in the ULID specification.
        assert!(id("sub", 1_469_918_176_385, 1, 1).starts_with("sub_01aryz6s41"));
    }
}

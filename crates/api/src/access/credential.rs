//! Opaque credentials: 256 random bits, of which only the hash is kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Secret;
use sha2::{Digest, Sha256};

/// What every API token starts with, so that it is recognized if it leaks.
pub const TOKEN_PREFIX: &str = "chtk_";

/// What the code in a link that shares a page starts with, and the token of whoever has opened it.
pub const LINK_PREFIX: &str = "chtl_";
pub const VISIT_PREFIX: &str = "chtv_";

/// How much of a token is kept readable, to tell tokens apart in a list.
const SHOWN_CHARACTERS: usize = TOKEN_PREFIX.len() + 4;

/// A new session credential.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn new_session() -> Result<Secret, getrandom::Error> {
    Ok(Secret::new(random_text()?))
}

/// A new API token, `chtk_…`.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn new_token() -> Result<Secret, getrandom::Error> {
    Ok(Secret::new(format!("{TOKEN_PREFIX}{}", random_text()?)))
}

/// A new code of a link that shares a page, `chtl_…`.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn new_link() -> Result<Secret, getrandom::Error> {
    Ok(Secret::new(format!("{LINK_PREFIX}{}", random_text()?)))
}

/// A new token for whoever has opened such a link, `chtv_…`.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn new_visit() -> Result<Secret, getrandom::Error> {
    Ok(Secret::new(format!("{VISIT_PREFIX}{}", random_text()?)))
}

/// A setup code that a person can type: 16 characters, 80 bits.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn new_setup_code() -> Result<Secret, getrandom::Error> {
    typed::<16>()
}

/// A recovery code: 24 characters, 120 bits. A plain hash of it is kept, so it has to be too long to be found by trying.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn new_recovery_code() -> Result<Secret, getrandom::Error> {
    typed::<24>()
}

/// Random characters in groups of four.
fn typed<const CHARACTERS: usize>() -> Result<Secret, getrandom::Error> {
    // Crockford's base 32, without letters that look like digits.
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut random = [0_u8; CHARACTERS];
    getrandom::fill(&mut random)?;
    let mut code = String::with_capacity(CHARACTERS + CHARACTERS / 4);
    for (i, byte) in random.iter().enumerate() {
        if i > 0 && i % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Ok(Secret::new(code))
}

/// The request's id in the log and in its answer.
pub fn new_request_id() -> String {
    let mut random = [0_u8; 8];
    match getrandom::fill(&mut random) {
        Ok(()) => format!("req_{}", hex::encode(random)),
        Err(_) => "req_unknown".to_owned(),
    }
}

/// What the catalog knows a credential by. A plain hash is enough: 256 random bits cannot be guessed from it.
pub fn hash(credential: &str) -> [u8; 32] {
    Sha256::digest(credential.as_bytes()).into()
}

/// The beginning of a token, for lists.
pub fn shown(token: &Secret) -> String {
    token.expose().chars().take(SHOWN_CHARACTERS).collect()
}

fn random_text() -> Result<String, getrandom::Error> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_too_long_to_be_found_from_its_hash() {
        const BITS_OF_A_CHARACTER: usize = 5;
        let code = new_recovery_code().unwrap();
        let characters: Vec<char> = code.expose().chars().filter(|c| *c != '-').collect();
        assert!(characters.len() * BITS_OF_A_CHARACTER >= 112, "{} characters", characters.len());
        assert_eq!(code.expose().split('-').map(str::len).collect::<Vec<_>>(), [4; 6]);
        assert_ne!(code.expose(), new_recovery_code().unwrap().expose());
    }

    /// How often each bit is set, most significant first.
    fn set_bits(values: &[Vec<u8>]) -> Vec<usize> {
        let bits = values[0].len() * 8;
        (0..bits)
            .map(|bit| values.iter().filter(|value| value[bit / 8] & (0x80 >> (bit % 8)) != 0).count())
            .collect()
    }

    #[test]
    fn every_bit_of_what_opens_something_is_random() {
        const SAMPLES: usize = 400;
        // Ten standard deviations of chance around the half.
        let usual = SAMPLES / 2 - 100..=SAMPLES / 2 + 100;
        type New = fn() -> Result<Secret, getrandom::Error>;
        let whole: [(New, &str); 4] = [
            (new_session, ""),
            (new_token, TOKEN_PREFIX),
            (new_link, LINK_PREFIX),
            (new_visit, VISIT_PREFIX),
        ];
        for (new, prefix) in whole {
            let random = |secret: Secret| {
                URL_SAFE_NO_PAD.decode(secret.expose().strip_prefix(prefix).unwrap()).unwrap()
            };
            let values: Vec<Vec<u8>> = (0..SAMPLES).map(|_| random(new().unwrap())).collect();
            assert_eq!(values[0].len() * 8, 256, "{prefix}");
            assert!(set_bits(&values).iter().all(|count| usual.contains(count)), "{prefix}");
        }
        let typed: [(New, usize); 2] = [(new_setup_code, 16), (new_recovery_code, 24)];
        for (new, characters) in typed {
            let of = |secret: Secret| -> Vec<u8> {
                let place = |c: char| "0123456789abcdefghjkmnpqrstvwxyz".find(c).unwrap();
                // Five bits a character, at the high end of a byte each.
                secret.expose().chars().filter(|c| *c != '-').map(|c| (place(c) << 3) as u8).collect()
            };
            let values: Vec<Vec<u8>> = (0..SAMPLES).map(|_| of(new().unwrap())).collect();
            assert_eq!(values[0].len(), characters);
            let counts = set_bits(&values);
            for (bit, count) in counts.iter().enumerate().filter(|(bit, _)| bit % 8 < 5) {
                assert!(usual.contains(count), "bit {bit}: {count}");
            }
        }
    }
}

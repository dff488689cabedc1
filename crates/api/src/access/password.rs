//! Passwords: the rules for a new one, and argon2id off the async threads.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use model::Secret;
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// Characters, counted as a person would.
pub const MIN_LENGTH: usize = 8;
/// Bytes. Hashing reads the whole password, so there is a limit.
pub const MAX_LENGTH: usize = 256;

/// As many as somebody can try in days against the limits on signing in.
const MIN_GUESSES: u64 = 1_000_000;
/// Nobody's password is to be made of it.
const PRODUCT: &str = "chartsy";

/// One hash takes 19 MiB and 50 ms: two at a time leave the machine to the others.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Checked when the login is unknown, so that an answer takes as long as for a known one.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("nobody has this password").ok());

tokio::task_local! {
    static COUNTED: Arc<AtomicU32>;
}

/// What a new password lacks, or `None` if it is good enough.
pub fn weakness(password: &str) -> Option<&'static str> {
    if password.chars().count() < MIN_LENGTH {
        return Some("the password needs at least 8 characters");
    }
    if password.len() > MAX_LENGTH {
        return Some("the password is longer than 256 bytes");
    }
    if !password.chars().any(char::is_uppercase) {
        return Some("the password needs an uppercase letter");
    }
    if !password.chars().any(char::is_lowercase) {
        return Some("the password needs a lowercase letter");
    }
    if !password.chars().any(|c| c.is_ascii_digit()) {
        return Some("the password needs a digit");
    }
    None
}

/// Whether a password is among the first that somebody tries who knows this of the person: common ones, words, dates, rows of keys and
/// what is made of them.
pub fn is_guessable(password: &str, about: &[&str]) -> bool {
    let words: Vec<&str> = about.iter().copied().chain([PRODUCT]).collect();
    zxcvbn::zxcvbn(password, &words).guesses() < MIN_GUESSES
}

/// The hash to keep, as a PHC string.
///
/// # Errors
/// When hashing fails inside.
pub async fn hash(password: Secret) -> Result<String, Problem> {
    hashing(move || hash_now(password.expose())).await?.map_err(|error| Problem::internal(&error))
}

/// Whether a password is the one of a hash. Without a hash the same work is done and the answer is no.
///
/// # Errors
/// When hashing fails inside.
pub async fn is_right(password: Secret, hash: Option<Secret>) -> Result<bool, Problem> {
    if password.expose().len() > MAX_LENGTH {
        return Ok(false);
    }
    hashing(move || {
        let Some(against) = hash.as_ref().map(Secret::expose).or(NOBODY.as_deref()) else { return false };
        let Ok(parsed) = PasswordHash::new(against) else { return false };
        let is_match = Argon2::default().verify_password(password.expose().as_bytes(), &parsed).is_ok();
        is_match && hash.is_some()
    })
    .await
}

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// Does `work` and says how many passwords were hashed for it. Nothing else takes long in signing in: answers that may not be
/// told apart by their time may not differ in this.
pub async fn counting_hashes<T>(work: impl Future<Output = T>) -> (T, u32) {
    let counted = Arc::new(AtomicU32::new(0));
    let done = COUNTED.scope(Arc::clone(&counted), work).await;
    (done, counted.load(Ordering::SeqCst))
}

/// Computes one hash, off the async threads.
async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    // Nobody counts outside of `counting_hashes`.
    let _ = COUNTED.try_with(|counted| counted.fetch_add(1, Ordering::SeqCst));
    let _permit = HASHING.acquire().await.map_err(|error| Problem::internal(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_needs_length_upper_lower_and_digit() {
        assert_eq!(weakness("Abcdefg1"), None);
        for bad in ["", "Abcdef1", "abcdefg1", "ABCDEFG1", "Abcdefgh"] {
            assert!(weakness(bad).is_some(), "{bad}");
        }
        assert!(weakness(&format!("Aa1{}", "x".repeat(254))).is_some());
        assert_eq!(weakness(&format!("Aa1{}", "x".repeat(253))), None);
    }

    #[test]
    fn common_passwords_and_what_is_known_of_somebody_are_guessed_first() {
        for guessable in ["Password1", "Qwerty123", "Abcd1234", "Iloveyou1", "P@ssw0rd", "Chartsy1"] {
            assert!(is_guessable(guessable, &[]), "{guessable}");
        }
        assert!(is_guessable("Lovelace1815", &["Ada Lovelace", "lovelace", "lovelace1815@example.com"]));
        assert!(!is_guessable("Correct1horse battery", &[]));
        assert!(!is_guessable("v7Qm2xTz", &[]));
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_login_is_right() {
        let kept = Secret::new(hash(Secret::new("Correct1")).await.unwrap());
        assert!(is_right(Secret::new("Correct1"), Some(kept.clone())).await.unwrap());
        assert!(!is_right(Secret::new("correct1"), Some(kept)).await.unwrap());
        assert!(!is_right(Secret::new("nobody has this password"), None).await.unwrap());
    }
}

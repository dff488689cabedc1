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
/// Shorter ones are in every other password.
const MIN_WORD: usize = 3;
/// About a person: names are limited, and so is the work.
const MAX_WORDS: usize = 100;
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

/// Why a new password is not taken, and what to do about it, or `None` if it is. Whatever meets the rules and is still among the first
/// that anybody tries is refused; where the operator `refuses_guessable` ones, also what somebody tries first who knows all this
/// `about` the person.
pub fn refusal(
    password: &str,
    about: &[&str],
    refuses_guessable: bool,
) -> Option<(&'static str, Option<&'static str>)> {
    const INSTEAD: Option<&str> = Some("choose several words, or let a password manager make one up");
    if let Some(weakness) = weakness(password) {
        return Some((weakness, None));
    }
    if is_common(password) {
        return Some(("this password is too common: it is among the first that are tried", INSTEAD));
    }
    if refuses_guessable && is_guessable(password, about) {
        return Some(("this password is too easy to guess for somebody who knows you", INSTEAD));
    }
    None
}

/// Whether a password is among the first that anybody tries: common ones, words, names, dates, rows of keys and what is made of them.
pub fn is_common(password: &str) -> bool {
    zxcvbn::zxcvbn(password, &[]).guesses() < MIN_GUESSES
}

/// The same for somebody who knows this of the person.
pub fn is_guessable(password: &str, about: &[&str]) -> bool {
    let words = words_about(about);
    let words: Vec<&str> = words.iter().map(String::as_str).chain([PRODUCT]).collect();
    zxcvbn::zxcvbn(password, &words).guesses() < MIN_GUESSES
}

/// What is known of a person, whole, in words, and with the words joined: `Ada Lovelace` is `adalovelace` and `lovelaceada`, too.
fn words_about(about: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for known in about {
        let known = known.to_lowercase();
        let words: Vec<&str> =
            known.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let long = words.iter().filter(|word| word.chars().count() >= MIN_WORD);
        all.extend(long.map(|word| (*word).to_owned()));
        if words.len() > 1 {
            all.push(words.concat());
            all.push(words.join("."));
            all.extend(known.split_once('@').map(|(local, _)| local.to_owned()));
            all.push(words.iter().rev().copied().collect());
            // The words before the domain, and a name's first letter before the rest.
            all.extend(words.windows(2).map(|pair| pair.concat()));
            let initial = words.iter().take(1).filter_map(|word| word.chars().next());
            all.push(initial.collect::<String>() + &words[1..].concat());
        }
        all.push(known);
    }
    all.truncate(MAX_WORDS);
    all
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
        for common in [
            "Password1",
            "Qwerty123",
            "Abcd1234",
            "Iloveyou1",
            "P@ssw0rd1",
            "Welcome1",
            "Summer2026",
            "Liverpool1",
        ] {
            assert!(is_common(common), "{common}");
            assert!(
                refusal(common, &[], false).is_some_and(|(why, _)| why.contains("too common")),
                "{common}"
            );
        }
        for fine in ["Correct1horse", "Another1horse", "Compiler1952", "v7Qm2xTz"] {
            assert_eq!(refusal(fine, &[], false), None, "{fine}");
        }
        assert!(is_guessable("Chartsy1", &[]));
        let ada = ["Ada Lovelace", "ada.lovelace@analytical-engines.example", "countess", "Engine Works"];
        for personal in [
            "Lovelace1815",
            "Adalovelace1",
            "LovelaceAda7",
            "Alovelace1",
            "Engineworks1",
            "Ada.Lovelace1",
            "Analytical1",
            "Analyticalengines1",
            "Countess1",
        ] {
            assert!(is_guessable(personal, &ada), "{personal}");
        }
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

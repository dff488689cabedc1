//! Codes of authenticator apps (RFC 6238), and the recovery codes that stand in for a lost one.

use model::{Secret, UserId};
use sha2::{Digest, Sha256};
use store::{StoreError, TwoFactor};
use totp_rs::{Builder, Totp};

use super::credential;
use crate::blocking;
use crate::context::Context;
use crate::problem::Problem;

/// Bytes of a secret: as many as the RFC recommends.
const SECRET_LENGTH: usize = 20;
pub const RECOVERY_CODES: usize = 10;

/// A new secret for an app, in base 32 as apps take it by hand.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn new_secret() -> Result<Secret, Problem> {
    let mut random = [0_u8; SECRET_LENGTH];
    getrandom::fill(&mut random).map_err(|error| Problem::internal(&error))?;
    Ok(Secret::new(totp_rs::Secret::from(random.as_slice()).to_base32()))
}

/// The address that an app reads from a picture: `otpauth://totp/…`.
///
/// # Errors
/// Never with a secret of ours.
pub fn address(secret: &Secret, username: &str) -> Result<Secret, Problem> {
    let app = app(secret, username)?;
    app.to_url().map(Secret::new).map_err(|error| Problem::internal(&error))
}

/// New recovery codes, with what is kept of them.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn new_recovery_codes() -> Result<(Vec<String>, Vec<[u8; 32]>), Problem> {
    let code = |_| credential::new_recovery_code().map(|code| code.expose().to_owned());
    let codes: Result<Vec<String>, _> = (0..RECOVERY_CODES).map(code).collect();
    let codes = codes.map_err(|error| Problem::internal(&error))?;
    let hashes = codes.iter().map(|code| hash(code)).collect();
    Ok((codes, hashes))
}

/// Whether a code is one of the user's app, or a recovery code. It is used up by that.
///
/// # Errors
/// When the secret can't be opened, and those of the store.
pub async fn take(
    context: &Context,
    user: &UserId,
    two_factor: &TwoFactor,
    code: &str,
) -> Result<bool, Problem> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let is_of_app = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let (catalog, user, now) = (context.catalog.clone(), user.clone(), context.clock.now());
    // Recovery codes work without the master key.
    if !is_of_app {
        let hash = hash(&code);
        return Ok(blocking(move || catalog.take_recovery_code(&user, &hash)).await??);
    }
    let (data, sealed, sealed_for) =
        (context.data.clone(), two_factor.sealed_secret.clone(), TwoFactor::context(&user));
    let secret = blocking({
        let catalog = catalog.clone();
        // Reads files, and may have to run a command for the key.
        move || data.existing_keyring(&catalog)?.open(&sealed_for, &sealed)
    });
    let secret = secret.await??;
    let Some(step) = app(&secret, "user")?.check(&code, now.0.unsigned_abs()) else { return Ok(false) };
    let step = i64::try_from(step).map_err(|error| Problem::internal(&error))?;
    let taken =
        blocking(move || -> Result<bool, StoreError> { catalog.take_two_factor_step(&user, step, now) });
    Ok(taken.await??)
}

fn app(secret: &Secret, username: &str) -> Result<Totp, Problem> {
    let secret =
        totp_rs::Secret::try_from_base32(secret.expose()).map_err(|_| Problem::from(StoreError::Sealed))?;
    Builder::new()
        .with_secret(secret)
        .with_account_name(username)
        .with_issuer(Some("Chartsy"))
        .build()
        .map_err(|error| Problem::internal(&error))
}

/// Recovery codes are typed by people: dashes and the case of letters don't count.
fn hash(code: &str) -> [u8; 32] {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::digest(plain.to_ascii_lowercase().as_bytes()).into()
}

//! Authentication: the account's key, by Bearer or Basic, and what it may do.

use std::sync::{PoisonError, RwLock};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::error::Refusal;
use crate::{OptionsError, Permission, PermissionSet};

/// The key that is accepted, and what it is allowed.
#[derive(Debug)]
pub struct Lock {
    key: String,
    /// `None`: a secret key, which may do everything.
    permissions: RwLock<Option<PermissionSet>>,
    account: String,
}

impl Lock {
    /// # Errors
    /// When the key has none of the prefixes of a key that may read.
    pub fn new(key: &str, permissions: PermissionSet, account: &str) -> Result<Self, OptionsError> {
        let is_restricted = key.starts_with("rk_");
        let is_known =
            ["sk_test_", "sk_live_", "rk_test_", "rk_live_"].iter().any(|prefix| key.starts_with(prefix));
        if !is_known {
            return Err(OptionsError::Key(key.to_owned()));
        }
        Ok(Self {
            key: key.to_owned(),
            permissions: RwLock::new(is_restricted.then_some(permissions)),
            account: account.to_owned(),
        })
    }

    /// What it is allowed from now on, where it is restricted.
    pub fn permit(&self, permissions: PermissionSet) {
        if let Some(permitted) = &mut *self.permissions.write().unwrap_or_else(PoisonError::into_inner) {
            *permitted = permissions;
        }
    }

    pub fn is_live_mode(&self) -> bool {
        self.key.starts_with("sk_live_") || self.key.starts_with("rk_live_")
    }

    pub fn account(&self) -> &str {
        &self.account
    }

    /// # Errors
    /// 401 without the account's own key.
    pub fn open(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = given_key(headers).ok_or_else(Refusal::no_key)?;
        if given.is_empty() {
            return Err(Refusal::no_key());
        }
        if given == self.key {
            return Ok(());
        }
        Err(if given.starts_with("pk_") { Refusal::publishable_key() } else { Refusal::wrong_key(&given) })
    }

    /// # Errors
    /// 403, naming the permission, when the key is restricted and lacks it.
    pub fn require(&self, permission: Permission) -> Result<(), Refusal> {
        match *self.permissions.read().unwrap_or_else(PoisonError::into_inner) {
            Some(permissions) if !permissions.has(permission) => {
                Err(Refusal::missing_permission(&self.key, &self.account, permission))
            }
            _ => Ok(()),
        }
    }
}

fn given_key(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credentials.trim().to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = base64_decode(credentials.trim())?;
        let user = decoded.split(|byte| *byte == b':').next()?;
        return String::from_utf8(user.to_vec()).ok();
    }
    None
}

/// The key as a user name without a password, as `curl -u KEY:` sends it.
fn base64_decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

//! Tokens: that of the shop's API account, and those of an app that is installed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock};

use axum::http::HeaderMap;

use super::options::Client;
use super::refusal::Refusal;
use super::scopes::ScopeSet;

/// Who asks, and what they may read.
#[derive(Debug, Clone)]
pub struct Grant {
    pub client: Client,
    pub scopes: ScopeSet,
}

/// The tokens that are accepted.
#[derive(Debug)]
pub struct Access {
    key: String,
    account: Client,
    scopes: RwLock<ScopeSet>,
    grants: Mutex<BTreeMap<String, Grant>>,
}

impl Access {
    pub fn new(key: &str, account: &Client, scopes: ScopeSet) -> Self {
        Self {
            key: key.to_owned(),
            account: account.clone(),
            scopes: RwLock::new(scopes),
            grants: Mutex::default(),
        }
    }

    /// What the API account may read from now on.
    pub fn permit(&self, scopes: ScopeSet) {
        *self.scopes.write().unwrap_or_else(PoisonError::into_inner) = scopes;
    }

    /// Accepts a token from now on; those of the same client with other scopes are worth nothing any more.
    pub fn grant(&self, token: String, grant: Grant) {
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.retain(|_, known| known.client != grant.client || known.scopes == grant.scopes);
        grants.insert(token, grant);
    }

    /// Tokens of that client are worth nothing from now on.
    pub fn revoke(&self, client: &Client) {
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.retain(|_, grant| grant.client != *client);
    }

    /// # Errors
    /// 401 without a token of this shop.
    pub fn open(&self, headers: &HeaderMap) -> Result<Grant, Refusal> {
        let given = headers.get("x-auth-token").and_then(|value| value.to_str().ok());
        let given = given.ok_or_else(Refusal::unauthorized)?;
        if given == self.key {
            let scopes = *self.scopes.read().unwrap_or_else(PoisonError::into_inner);
            return Ok(Grant { client: self.account.clone(), scopes });
        }
        let grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.get(given).cloned().ok_or_else(Refusal::unauthorized)
    }
}

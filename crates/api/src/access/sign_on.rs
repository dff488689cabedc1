//! Single sign-on by OpenID Connect: people sign in at a provider that the operator has added.

mod description;
pub mod error;
pub mod next;
pub mod provider;

use std::sync::Arc;

use connect::Network;
use model::{UnixSeconds, UserId};
use store::{IdentityProvider, NewIdentity, StoreError};

use self::description::Descriptions;
use self::provider::{AuthorizationRequest, OpenIdProvider, ProviderSettings};
use super::waiting::Waiting;
use crate::blocking;
use crate::context::Context;
use crate::problem::Problem;

/// As long as somebody may take to sign in at their provider.
const ATTEMPT_SECONDS: i64 = 600;
/// And then to prove that an account here is theirs.
const CONNECT_SECONDS: i64 = 1800;

/// Who is on the way to a provider, or has come back from one.
#[derive(Debug)]
pub struct SignOn {
    network: Network,
    descriptions: Arc<Descriptions>,
    /// By the state that the provider gives back.
    pub attempts: Waiting<String, Attempt>,
    /// By the hash of the browser's cookie.
    pub connections: Waiting<[u8; 32], Unconnected>,
}

/// Somebody who was sent to a provider.
#[derive(Debug)]
pub struct Attempt {
    pub provider: String,
    pub authorization: AuthorizationRequest,
    /// The hash of the cookie of the browser that began it: no other may end it.
    pub browser: [u8; 32],
    /// The page of this site that they go to then.
    pub next: String,
}

/// Somebody who came back from a provider, whose address has an account that is not connected.
#[derive(Debug)]
pub struct Unconnected {
    pub user: UserId,
    pub identity: NewIdentity,
    pub since: UnixSeconds,
}

impl SignOn {
    pub fn new(network: Network) -> Self {
        Self {
            network,
            descriptions: Arc::default(),
            attempts: Waiting::lasting(ATTEMPT_SECONDS),
            connections: Waiting::lasting(CONNECT_SECONDS),
        }
    }
}

/// A provider as it is set up now. `None` if there is none with that id.
///
/// # Errors
/// Those of the store, such as a client secret that the master key doesn't decrypt.
pub async fn open(context: &Context, id: &str) -> Result<Option<OpenIdProvider>, Problem> {
    let (data, catalog, id) = (context.data.clone(), context.catalog.clone(), id.to_owned());
    let found = blocking(move || -> Result<_, StoreError> {
        let Some(found) = catalog.identity_provider(&id)? else { return Ok(None) };
        if !found.has_secret {
            return Ok(Some((found, None)));
        }
        let of = IdentityProvider::context(&id);
        let secret = data.unsealed(&catalog, &of, || catalog.sealed_client_secret(&id))?;
        Ok(Some((found, Some(secret.ok_or(StoreError::Sealed)?))))
    });
    let Some((found, client_secret)) = found.await?? else { return Ok(None) };
    let settings = ProviderSettings {
        id: found.id,
        issuer: found.issuer,
        client_id: found.client_id,
        client_secret,
        trusts_emails: found.trusts_emails,
    };
    let SignOn { network, descriptions, .. } = &context.sign_on;
    Ok(Some(OpenIdProvider::new(settings, network.clone(), Arc::clone(descriptions))))
}

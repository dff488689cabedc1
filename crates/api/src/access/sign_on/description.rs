//! What providers say of themselves: where they answer, and the keys that they sign with. It is kept for a while.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connect::{Network, is_on_this_machine};
use model::UnixSeconds;
use openidconnect::core::CoreProviderMetadata;
use openidconnect::{DiscoveryError, HttpRequest, HttpResponse, IssuerUrl};
use url::Url;

use super::error::{SignOnError, refused};

/// A person waits for it.
const TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST_ANSWER_BYTES: usize = 1024 * 1024;
/// Its keys change with time.
const KEPT_SECONDS: i64 = 3600;
/// Visitors can't make the server request it from a provider that is away more often than this.
const FAILURE_KEPT_SECONDS: i64 = 5;
/// A key that is not known may be a new one, but it isn't looked for more often than this.
const LOOKED_AGAIN_AFTER_SECONDS: i64 = 60;

/// By issuer.
#[derive(Debug, Default)]
pub struct Descriptions(Mutex<HashMap<String, Described>>);

#[derive(Debug, Clone)]
struct Described {
    at: UnixSeconds,
    found: Result<CoreProviderMetadata, SignOnError>,
}

impl Descriptions {
    /// As it was fetched within the last hour, or as it is now.
    pub async fn of(
        &self,
        issuer: &str,
        network: &Network,
        now: UnixSeconds,
    ) -> Result<CoreProviderMetadata, SignOnError> {
        let known = self.lock().get(issuer).cloned();
        if let Some(Described { at, found }) = known {
            let kept = if found.is_ok() { KEPT_SECONDS } else { FAILURE_KEPT_SECONDS };
            if now.0 - at.0 < kept {
                return found;
            }
        }
        self.renewed(issuer, network, now).await
    }

    /// As it is now, where it has not been looked at just now: a key may have been added.
    pub async fn newer(
        &self,
        issuer: &str,
        network: &Network,
        now: UnixSeconds,
    ) -> Option<Result<CoreProviderMetadata, SignOnError>> {
        let at = self.lock().get(issuer).map(|one| one.at);
        if at.is_some_and(|at| now.0 - at.0 < LOOKED_AGAIN_AFTER_SECONDS) {
            return None;
        }
        Some(self.renewed(issuer, network, now).await)
    }

    async fn renewed(
        &self,
        issuer: &str,
        network: &Network,
        now: UnixSeconds,
    ) -> Result<CoreProviderMetadata, SignOnError> {
        let found = fetch(issuer, network).await;
        self.lock().insert(issuer.to_owned(), Described { at: now, found: found.clone() });
        found
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Described>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fetch(issuer: &str, network: &Network) -> Result<CoreProviderMetadata, SignOnError> {
    let http = http(network, issuer);
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(refused)?;
    let found = CoreProviderMetadata::discover_async(issuer, &http).await;
    found.map_err(|error| match error {
        DiscoveryError::Request(NoWay(why)) => SignOnError::Away(why),
        DiscoveryError::Response(status, ..) => {
            SignOnError::Away(format!("it answered with status {status}"))
        }
        DiscoveryError::Validation(why) => SignOnError::Refused(why),
        _ => SignOnError::Refused("what it says about itself can't be read".to_owned()),
    })
}

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoWay(pub String);

pub type Answered = Pin<Box<dyn Future<Output = Result<HttpResponse, NoWay>> + Send>>;

/// Requests go the way of all others: nowhere that this server may not reach, and redirects are not followed.
pub fn http(network: &Network, issuer: &str) -> impl Fn(HttpRequest) -> Answered + Send + Sync + use<> {
    let network = network.clone();
    // Nothing is sent unencrypted, except on this machine.
    let may_be_plain = issuer.parse().is_ok_and(|issuer| is_on_this_machine(&issuer));
    move |request| Box::pin(carry(network.clone(), may_be_plain, request))
}

async fn carry(network: Network, may_be_plain: bool, request: HttpRequest) -> Result<HttpResponse, NoWay> {
    let url: Url = request.uri().to_string().parse().map_err(|_| NoWay("its address is none".to_owned()))?;
    if url.scheme() != "https" && !(may_be_plain && is_on_this_machine(&url)) {
        return Err(NoWay("its address does not begin with https://".to_owned()));
    }
    let carrier = network.carrier(&url, TIMEOUT, LARGEST_ANSWER_BYTES).map_err(NoWay)?;
    carrier.carry(request).await.map_err(|error| NoWay(error.to_string()))
}

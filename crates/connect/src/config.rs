//! What a client needs to know about the server that it talks to.

use std::time::Duration;

use model::{Clock, EmailKey, RawObject};
use url::Url;

use crate::{Key, Network, Source};

#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Where the API is. May carry a path.
    pub base: Url,
    pub key: Key,
    /// How much of the provider's limits to use, 1 to 100: the account's other tools share them.
    pub share_percent: u8,
    pub limits: Limits,
    pub backoff: Backoff,
    pub clock: Clock,
    pub network: Network,
    /// What is removed from every object before anything else sees it.
    pub privacy: Privacy,
}

/// The rate of requests that the server allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limits {
    /// By the provider's published limits.
    #[default]
    Published,
    /// As fast as it answers, until it first refuses a request for its limits; from then on by the published ones. For a
    /// server on this machine, which may be a sandbox or a proxy.
    OnceRefused,
    /// No budget a second, only a bound on requests at once. For a server of one's own.
    None,
}

/// How long to wait before trying again, where the server does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(8) }
    }
}

impl Backoff {
    /// Twice as long after every attempt, of which 50 to 100 % by chance, so that clients do not come back together.
    pub(crate) fn after(self, attempt: u32, jitter: u8) -> Duration {
        let doubled = self.first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest);
        doubled / 2 + doubled / 2 * u32::from(jitter) / 255
    }
}

impl ClientConfig {
    /// The provider itself, with room left for the account's other tools.
    pub fn new(key: Key, clock: Clock) -> Self {
        Self {
            base: key.default_base(),
            key,
            share_percent: 80,
            limits: Limits::Published,
            backoff: Backoff::default(),
            clock,
            network: Network::Real,
            privacy: Privacy::AsReceived,
        }
    }
}

/// Which personal data is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Privacy {
    /// Everything, as it comes.
    #[default]
    AsReceived,
    /// Ids and numbers; no names, addresses beyond the country, card details or free text.
    Pseudonymous,
    /// The same, and what a customer's email address is compared by: its hash under this key.
    Comparable(EmailKey),
}

impl Privacy {
    /// The object as far as it may be known. Whatever comes from a provider goes through here.
    pub fn applied_to(&self, source: Source, object: RawObject) -> RawObject {
        match self {
            Self::AsReceived => object,
            Self::Pseudonymous => RawObject { body: source.redacted(object.kind, &object.body), ..object },
            Self::Comparable(key) => {
                let body = source.comparable(object.kind, &object.body, key);
                RawObject { body: body.unwrap_or_else(|| "{}".into()), ..object }
            }
        }
    }

    /// By which key addresses are hashed.
    pub fn email_key(&self) -> Option<&EmailKey> {
        match self {
            Self::Comparable(key) => Some(key),
            Self::AsReceived | Self::Pseudonymous => None,
        }
    }
}

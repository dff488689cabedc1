//! The options of a sandbox.

mod faults;
mod permission_set;
mod permissions;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use model::{Clock, UnixSeconds};

use crate::{AccountFile, paddle, paddle_classic};

pub use faults::Faults;
pub use permission_set::{Permit, Permits};
pub use permissions::{Permission, PermissionSet};

/// The key that a sandbox accepts when none is chosen.
pub const DEFAULT_KEY: &str = "sk_test_sandbox0000000000000000";

/// Everything that can be chosen about a sandbox. `Options::default()` is a small merchant on a free port.
#[derive(Debug, Clone)]
pub struct Options {
    pub provider: Provider,
    pub merchant: MerchantName,
    /// Served instead of a merchant.
    pub objects: Option<Arc<AccountFile>>,
    /// Where `write_recording` writes what was served.
    pub record: Option<PathBuf>,
    /// Seed of the merchant's history and, unless the faults name one, the stream of faults.
    pub seed: u64,
    /// How many customers; `None`: as many as the merchant usually has.
    pub customers: Option<u64>,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The only key that is accepted: `sk_test_…`, `sk_live_…`, `rk_test_…` or `rk_live_…`.
    pub key: String,
    /// What a restricted key may read. Secret keys may do everything.
    pub permissions: PermissionSet,
    /// The same, by Paddle's names.
    pub paddle_permissions: paddle::PermissionSet,
    pub faults: Faults,
    pub limits: Limits,
    /// How many seconds of the merchant's life pass in one real second; `None`: its clock stands still.
    pub alive: Option<u32>,
    /// The merchant's present; `None`: the clock's.
    pub now: Option<UnixSeconds>,
    /// Answers in the shapes of this version, whatever a client asks for: an old event or a proxy can.
    pub api_version: Option<String>,
    /// How much of a list comes inside another object; `None`: as much as the provider's.
    pub embedded_max: Option<usize>,
    /// Where Paddle Classic's alerts go; it has no request that would set it.
    pub alerts_url: Option<url::Url>,
    /// Webhooks go to addresses of this machine only, unless this is set.
    pub may_deliver_anywhere: bool,
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            provider: Provider::Stripe,
            merchant: MerchantName::Small,
            objects: None,
            record: None,
            seed: 1,
            customers: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            key: DEFAULT_KEY.to_owned(),
            permissions: PermissionSet::all(),
            paddle_permissions: paddle::PermissionSet::all(),
            faults: Faults::NONE,
            limits: Limits::None,
            alive: None,
            now: None,
            api_version: None,
            embedded_max: None,
            alerts_url: None,
            may_deliver_anywhere: false,
            clock: Clock::System,
        }
    }
}

impl Options {
    /// The defaults of a provider.
    pub fn of(provider: Provider) -> Self {
        Self { provider, key: provider.default_key().to_owned(), ..Self::default() }
    }

    /// What the key may do, by the provider's names.
    ///
    /// # Errors
    /// When the provider has no permission of that name.
    pub fn permit(&mut self, text: &str) -> Result<(), OptionsError> {
        match self.provider {
            Provider::Stripe => self.permissions = text.parse()?,
            Provider::Paddle => self.paddle_permissions = text.parse()?,
            Provider::PaddleClassic => return Err(OptionsError::NoPermissions),
        }
        Ok(())
    }
}

/// Whose API it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provider {
    #[default]
    Stripe,
    Paddle,
    PaddleClassic,
}

impl Provider {
    pub const ALL: [Self; 3] = [Self::Stripe, Self::Paddle, Self::PaddleClassic];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Paddle => "paddle",
            Self::PaddleClassic => "paddle-classic",
        }
    }

    pub fn default_key(self) -> &'static str {
        match self {
            Self::Stripe => DEFAULT_KEY,
            Self::Paddle => paddle::DEFAULT_KEY,
            Self::PaddleClassic => paddle_classic::DEFAULT_KEY,
        }
    }
}

impl FromStr for Provider {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        let found = Self::ALL.into_iter().find(|provider| provider.as_str() == text);
        found.ok_or_else(|| OptionsError::Provider(text.to_owned()))
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An option that cannot be meant as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    #[error("'{0}' is not a provider: use stripe, paddle or paddle-classic")]
    Provider(String),
    #[error("a key of Paddle's must start with pdl_sdbx_apikey_ or pdl_live_apikey_")]
    PaddleKey,
    #[error(
        "a key of Paddle Classic's is a vendor's number and auth code with a colon between them, such as 1234:0a1b2c"
    )]
    PaddleClassicKey,
    #[error("a key of this provider's has no permissions: it may do everything")]
    NoPermissions,
    #[error("only Paddle Classic's sandbox takes an address for alerts: register a webhook with the others")]
    AlertsUrl,
    #[error(
        "this provider's sandbox has only the merchants small, mid and empty, and no account files, recordings or \
         API versions"
    )]
    NotOfProvider,
    #[error("'{0}' is not a merchant: use small, mid, empty or generated")]
    Merchant(String),
    #[error("'{0}' is not a limit: use published or none")]
    Limits(String),
    #[error("fault '{part}': {problem}")]
    Faults { part: String, problem: String },
    #[error("permission '{name}': {problem}")]
    Permissions { name: String, problem: String },
    #[error("'{0}' can't be a sandbox key: it must start with sk_test_, sk_live_, rk_test_ or rk_live_")]
    Key(String),
    #[error("'{0}' is not a version of Stripe's API: write it as 2026-07-29.dahlia or 2024-06-20")]
    ApiVersion(String),
}

/// Which merchant is behind the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MerchantName {
    /// A small SaaS in one currency.
    Small,
    /// Every billing situation, five currencies.
    Mid,
    /// An account on its first day.
    Empty,
    /// Any number of customers, computed and never held.
    Generated,
}

impl MerchantName {
    pub const ALL: [Self; 4] = [Self::Small, Self::Mid, Self::Empty, Self::Generated];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Mid => "mid",
            Self::Empty => "empty",
            Self::Generated => "generated",
        }
    }
}

impl FromStr for MerchantName {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        let found = Self::ALL.into_iter().find(|name| name.as_str() == text);
        found.ok_or_else(|| OptionsError::Merchant(text.to_owned()))
    }
}

impl fmt::Display for MerchantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many requests are answered before 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limits {
    /// Stripe's own ("Rate limits"): 100 requests a second with a live key, 25 with a test key, 25 an endpoint.
    Stripe,
    #[default]
    None,
}

impl FromStr for Limits {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        match text {
            "published" | "stripe" => Ok(Self::Stripe),
            "none" => Ok(Self::None),
            other => Err(OptionsError::Limits(other.to_owned())),
        }
    }
}

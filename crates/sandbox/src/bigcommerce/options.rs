//! The options of a BigCommerce sandbox.

use std::net::{Ipv4Addr, SocketAddr};

use model::{Clock, UnixSeconds};

use super::scopes::ScopeSet;
use crate::{Faults, Limits, MerchantName, OptionsError};

/// The access token of the shop's API account that is accepted when none is chosen.
pub const DEFAULT_KEY: &str = "bcsandbox00000000000000000token";

/// The plan of a shop, which its quota of requests follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Plan {
    #[default]
    Standard,
    Plus,
    Pro,
}

impl Plan {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Plus => "Plus",
            Self::Pro => "Pro",
        }
    }

    /// Requests in a window of 30 seconds, of all apps together.
    pub fn quota(self) -> u32 {
        match self {
            Self::Standard | Self::Plus => 150,
            Self::Pro => 450,
        }
    }
}

/// What a client is known by, and what it signs and is signed to with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    pub secret: String,
}

/// Everything that can be chosen about a BigCommerce sandbox. `Options::default()` is a small shop on a free port.
#[derive(Debug, Clone)]
pub struct Options {
    pub merchant: MerchantName,
    /// Seed of the shop's history and, unless the faults name one, the stream of faults.
    pub seed: u64,
    /// How many buyers, with an account or without; `None`: as many as the shop usually has.
    pub customers: Option<u64>,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The access token of the shop's API account.
    pub key: String,
    /// What that token may read.
    pub scopes: ScopeSet,
    /// The API account.
    pub account: Client,
    /// The app that can be installed.
    pub app: Client,
    /// Where the app is installed: the address of its callback.
    pub redirect_uri: String,
    pub plan: Plan,
    pub limits: Limits,
    pub faults: Faults,
    /// How many seconds of the shop's life pass in one real second; `None`: its clock stands still.
    pub alive: Option<u32>,
    /// The shop's present; `None`: the clock's.
    pub now: Option<UnixSeconds>,
    /// Webhooks go to addresses of this machine only, unless this is set.
    pub may_deliver_anywhere: bool,
    /// What the API says is what is meant; otherwise discounts are reported with tax where prices are shown with tax.
    pub has_plain_discounts: bool,
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            merchant: MerchantName::Small,
            seed: 1,
            customers: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            key: DEFAULT_KEY.to_owned(),
            scopes: ScopeSet::all(),
            account: Client { id: "account-sandbox".to_owned(), secret: "account-secret-sandbox".to_owned() },
            app: Client { id: "app-sandbox".to_owned(), secret: "app-secret-sandbox".to_owned() },
            redirect_uri: "http://127.0.0.1:8080/auth".to_owned(),
            plan: Plan::Standard,
            limits: Limits::None,
            faults: Faults::NONE,
            alive: None,
            now: None,
            may_deliver_anywhere: false,
            has_plain_discounts: true,
            clock: Clock::System,
        }
    }
}

impl Options {
    /// What every sandbox can be asked for.
    ///
    /// # Errors
    /// When it is something that this one does not have.
    pub fn of(options: &crate::Options) -> Result<Self, OptionsError> {
        let is_offered = options.merchant != MerchantName::Generated;
        let has_more = options.objects.is_some() || options.record.is_some() || options.api_version.is_some();
        if !is_offered || has_more {
            return Err(OptionsError::NotOfProvider);
        }
        Ok(Self {
            merchant: options.merchant,
            seed: options.seed,
            customers: options.customers,
            listen: options.listen,
            key: options.key.clone(),
            limits: options.limits,
            faults: options.faults,
            alive: options.alive,
            now: options.now,
            may_deliver_anywhere: options.may_deliver_anywhere,
            clock: options.clock.clone(),
            ..Self::default()
        })
    }
}

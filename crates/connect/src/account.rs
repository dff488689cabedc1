//! The account that a key belongs to.

use model::{AccountId, Currency, RawObject, UnixSeconds};

use crate::Key;

/// Prefix of ids that are derived from the key because the server does not reveal the account's own id.
const DERIVED: &str = "key_";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Derived from the key if the server does not reveal it.
    pub id: AccountId,
    pub name: Option<String>,
    /// ISO 3166, two letters, upper case.
    pub country: Option<String>,
    pub default_currency: Option<Currency>,
    /// An IANA name.
    pub time_zone: Option<String>,
    pub created_at: Option<UnixSeconds>,
    /// `None`: the server has no account to read, or the key may not.
    pub raw: Option<RawObject>,
}

impl Account {
    /// An account of which only the id is known.
    pub fn new(id: AccountId) -> Self {
        let (name, country, default_currency, time_zone) = (None, None, None, None);
        Self { id, name, country, default_currency, time_zone, created_at: None, raw: None }
    }

    /// Whether an id stands for one that the server does not reveal.
    pub fn is_derived(id: &AccountId) -> bool {
        id.as_str().starts_with(DERIVED)
    }

    /// An id for an account that is known by its key alone.
    pub(crate) fn derived_id(key: &Key) -> AccountId {
        Self::derived_from(&key.fingerprint())
    }

    /// The same from what is known of the key.
    pub(crate) fn derived_from(text: &str) -> AccountId {
        AccountId::from(format!("{DERIVED}{text}"))
    }
}

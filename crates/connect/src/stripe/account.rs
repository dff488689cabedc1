//! The account that a key belongs to.

use model::{AccountId, Currency, RawObject, UnixSeconds};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Derived from the key where the server does not tell it.
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

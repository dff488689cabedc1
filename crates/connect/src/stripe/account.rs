//! The account that a key belongs to.

use model::{AccountId, Currency, ObjectKind, RawObject, UnixSeconds};
use serde::Deserialize;

use super::Client;
use super::client::{Call, Failed, Verb};
use super::limiter::{Access, Endpoint};
use super::loose::{self, Number, Object, Text};
use super::refusal::Refusal;
use super::retry;
use crate::ConnectError;

/// Before what is made of the key where the account's own id is not told.
const DERIVED: &str = "key_";

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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    country: Text,
    default_currency: Text,
    created: Number,
    business_profile: Object<BusinessProfile>,
    settings: Object<Settings>,
    /// Where it stood before it moved into the settings.
    display_name: Text,
    timezone: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BusinessProfile {
    name: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Settings {
    dashboard: Object<Dashboard>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Dashboard {
    display_name: Text,
    timezone: Text,
}

pub(super) async fn fetch(client: &Client) -> Result<Account, ConnectError> {
    let endpoint = Endpoint { kind: ObjectKind::Account, access: Access::Retrieve };
    let path = vec!["v1", "account"];
    let call = Call { endpoint, path, query: Vec::new(), verb: Verb::Get, patience: retry::INTERACTIVE };
    match client.call(&call, |answer| client.read_object(answer, ObjectKind::Account)).await {
        Ok(filed) => Ok(Account::read(filed.object)),
        Err(Failed::Answer(answer)) if matches!(answer.status, 400 | 403 | 404 | 405 | 501) => {
            let refusal = Refusal::of(&answer);
            if answer.status == 403 && refusal.is_about_the_address() {
                return Err(client.explain(Failed::Answer(answer), &call));
            }
            let derived = || format!("{DERIVED}{}", client.config().key.fingerprint());
            Ok(Account::unknown(refusal.account().unwrap_or_else(derived)))
        }
        Err(failed) => Err(client.explain(failed, &call)),
    }
}

impl Account {
    /// Whether an id stands for one that the server does not tell.
    pub fn is_derived(id: &AccountId) -> bool {
        id.as_str().starts_with(DERIVED)
    }

    fn unknown(id: String) -> Self {
        Self {
            id: AccountId::from(id),
            name: None,
            country: None,
            default_currency: None,
            time_zone: None,
            created_at: None,
            raw: None,
        }
    }

    fn read(raw: RawObject) -> Self {
        // Filing it has shown that it is an object; whatever it lacks is left open.
        let body: Body = loose::read(&raw.body).unwrap_or_default();
        let dashboard = body.settings.0.and_then(|settings| settings.dashboard.0);
        let (display_name, timezone) =
            dashboard.map_or((Text(None), Text(None)), |board| (board.display_name, board.timezone));
        let business = body.business_profile.0.and_then(|profile| profile.name.0);
        let names = [display_name.0, business, body.display_name.0];
        Self {
            id: AccountId::from(raw.id.as_str()),
            name: names.into_iter().flatten().find(|name| !name.trim().is_empty()),
            country: body.country.0.filter(|code| code.len() == 2).map(|code| code.to_ascii_uppercase()),
            default_currency: body.default_currency.as_str().and_then(|code| code.parse().ok()),
            time_zone: timezone.0.or(body.timezone.0).filter(|name| !name.is_empty()),
            created_at: body.created.whole().map(UnixSeconds),
            raw: Some(raw),
        }
    }
}

//! The account that a key belongs to.

use model::{AccountId, RawObject, UnixSeconds};
use serde::Deserialize;

use super::client::Call;
use super::limiter::{Access, Endpoint};
use super::loose::{self, Number, Object, Text};
use super::refusal::Refusal;
use super::{Account, Client};
use crate::attempts::Failed;
use crate::stripe::kind;
use crate::transport::Verb;
use crate::{ConnectError, retry};

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

impl Client {
    /// The account that the key belongs to. A server without accounts, or a key that may not read its own, gets one
    /// derived from what is known.
    ///
    /// # Errors
    /// When the key is refused or the server cannot be reached.
    pub async fn account(&self) -> Result<Account, ConnectError> {
        let endpoint = Endpoint { kind: kind::ACCOUNT, access: Access::Retrieve };
        let path = vec!["v1", "account"];
        let call = Call { endpoint, path, query: Vec::new(), verb: Verb::Get, attempts: retry::INTERACTIVE };
        match self.call(&call, |answer| self.read_object(answer, kind::ACCOUNT)).await {
            Ok(filed) => Ok(read(filed.object)),
            Err(Failed::Answer(answer)) if matches!(answer.status, 400 | 403 | 404 | 405 | 501) => {
                let refusal = Refusal::of(&answer);
                if answer.status == 403 && refusal.is_about_the_address() {
                    return Err(self.explain(Failed::Answer(answer), &call));
                }
                Ok(match refusal.account() {
                    Some(id) => unknown(AccountId::from(id)),
                    None => unknown(Account::derived_id(&self.config().key)),
                })
            }
            Err(failed) => Err(self.explain(failed, &call)),
        }
    }
}

fn unknown(id: AccountId) -> Account {
    Account {
        id,
        name: None,
        country: None,
        default_currency: None,
        time_zone: None,
        created_at: None,
        raw: None,
    }
}

fn read(raw: RawObject) -> Account {
    // Filing it has shown that it is an object; whatever it lacks is left open.
    let body: Body = loose::read(&raw.body).unwrap_or_default();
    let dashboard = body.settings.0.and_then(|settings| settings.dashboard.0);
    let (display_name, timezone) =
        dashboard.map_or((Text(None), Text(None)), |board| (board.display_name, board.timezone));
    let business = body.business_profile.0.and_then(|profile| profile.name.0);
    let names = [display_name.0, business, body.display_name.0];
    Account {
        id: AccountId::from(raw.id.as_str()),
        name: names.into_iter().flatten().find(|name| !name.trim().is_empty()),
        country: body.country.0.filter(|code| code.len() == 2).map(|code| code.to_ascii_uppercase()),
        default_currency: body.default_currency.as_str().and_then(|code| code.parse().ok()),
        time_zone: timezone.0.or(body.timezone.0).filter(|name| !name.is_empty()),
        created_at: body.created.whole().map(UnixSeconds),
        raw: Some(raw),
    }
}

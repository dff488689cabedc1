//! An app that shops install: codes, tokens, and what its callbacks carry.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::UnixSeconds;
use serde_json::{Value, json};
use url::Url;

use super::options::Client;
use super::scopes::{ScopeSet, names};
use super::signing::{Algorithm, token};
use crate::chance::{mix, uuid};

/// How long what a callback carries is valid.
const VALID_S: i64 = 24 * 3600;
/// How long a code can be exchanged.
const CODE_VALID_S: i64 = 600;

/// Somebody who uses the shop's control panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub email: String,
}

impl User {
    /// Whom the shop belongs to.
    pub fn owner() -> Self {
        Self { id: 9_128, name: "Ada Fjell".to_owned(), email: "owner@fjell-coffee.example".to_owned() }
    }

    /// Somebody else with an account in the control panel.
    pub fn colleague(number: i64) -> Self {
        Self {
            id: 9_200 + number,
            name: format!("Colleague {number}"),
            email: format!("colleague.{number}@fjell-coffee.example"),
        }
    }

    fn to_value(&self) -> Value {
        json!({ "id": self.id, "username": self.name, "email": self.email })
    }
}

/// What is wrong with a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flaw {
    #[default]
    None,
    /// It is for another app.
    OtherAudience,
    OtherIssuer,
    Expired,
    NotYetValid,
    /// It is not signed, and says so.
    Unsigned,
    Hs512,
    /// Signed with the secret of another app.
    OtherSecret,
}

impl Flaw {
    pub const ALL: [(&'static str, Self); 8] = [
        ("none", Self::None),
        ("other_audience", Self::OtherAudience),
        ("other_issuer", Self::OtherIssuer),
        ("expired", Self::Expired),
        ("not_yet_valid", Self::NotYetValid),
        ("unsigned", Self::Unsigned),
        ("hs512", Self::Hs512),
        ("other_secret", Self::OtherSecret),
    ];
}

/// Somebody opens the app, or it is uninstalled, or somebody may not use it any more: all carry the same.
#[derive(Debug, Clone)]
pub struct Visit {
    pub user: User,
    /// Where in the app the link goes.
    pub url: String,
    pub channel_id: Option<i64>,
    /// `None`: one that was never used.
    pub jti: Option<String>,
    pub flaw: Flaw,
}

impl Default for Visit {
    fn default() -> Self {
        Self { user: User::owner(), url: "/".to_owned(), channel_id: None, jti: None, flaw: Flaw::None }
    }
}

/// A code that was given out and can be exchanged once.
#[derive(Debug)]
struct Code {
    scopes: ScopeSet,
    user: User,
    expires_at: UnixSeconds,
}

#[derive(Debug, Default)]
struct State {
    codes: BTreeMap<String, Code>,
    made: u64,
}

/// The app's profile, and what is under way.
#[derive(Debug)]
pub struct AppProfile {
    pub client: Client,
    redirect_uri: String,
    hash: String,
    seed: u64,
    state: Mutex<State>,
}

/// A token for an installation.
pub struct Installed {
    pub token: String,
    pub scopes: ScopeSet,
    pub answer: Value,
}

impl AppProfile {
    pub fn new(client: &Client, redirect_uri: &str, hash: &str, seed: u64) -> Self {
        Self {
            client: client.clone(),
            redirect_uri: redirect_uri.to_owned(),
            hash: hash.to_owned(),
            seed,
            state: Mutex::default(),
        }
    }

    fn next_number(&self) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.made += 1;
        state.made
    }

    fn context(&self) -> String {
        format!("stores/{}", self.hash)
    }

    fn account_uuid(&self) -> String {
        uuid(self.seed, 1 << 40)
    }

    /// Where the browser goes once `user` has accepted these scopes: the app's callback with a code.
    pub fn install_url(&self, scopes: ScopeSet, user: &User, now: UnixSeconds) -> String {
        let number = self.next_number();
        let code = format!("code{:016x}", mix(self.seed, number, 91));
        let expires_at = UnixSeconds(now.0 + CODE_VALID_S);
        let waiting = Code { scopes, user: user.clone(), expires_at };
        self.state.lock().unwrap_or_else(PoisonError::into_inner).codes.insert(code.clone(), waiting);
        let parameters = [
            ("code", code),
            ("scope", names(scopes)),
            ("context", self.context()),
            ("account_uuid", self.account_uuid()),
        ];
        match Url::parse_with_params(&self.redirect_uri, parameters) {
            Ok(url) => url.to_string(),
            Err(_) => String::new(),
        }
    }

    /// Exchanges a code: `POST /oauth2/token`.
    ///
    /// # Errors
    /// What is wrong, in OAuth's words.
    pub fn exchange(&self, body: &[u8], now: UnixSeconds) -> Result<Installed, &'static str> {
        let asked = fields(body);
        let given = |name: &str| asked.get(name).map_or("", String::as_str);
        if given("client_id") != self.client.id || given("client_secret") != self.client.secret {
            return Err("invalid_client");
        }
        if given("grant_type") != "authorization_code" {
            return Err("unsupported_grant_type");
        }
        if given("redirect_uri") != self.redirect_uri {
            return Err("redirect_uri_mismatch");
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let code = state.codes.get(given("code")).filter(|code| now <= code.expires_at);
        let code = code.ok_or("invalid_grant")?;
        if given("context") != self.context() {
            return Err("invalid_context");
        }
        if given("scope") != names(code.scopes) {
            return Err("invalid_scope");
        }
        let Some(code) = state.codes.remove(given("code")) else { return Err("invalid_grant") };
        state.made += 1;
        let token = format!(
            "bcapp{:016x}{:010x}",
            mix(self.seed, state.made, 92),
            mix(self.seed, state.made, 93) >> 24
        );
        let answer = json!({
            "access_token": token,
            "scope": names(code.scopes),
            "user": code.user.to_value(),
            "owner": User::owner().to_value(),
            "context": self.context(),
            "account_uuid": self.account_uuid(),
        });
        Ok(Installed { token, scopes: code.scopes, answer })
    }

    /// The `signed_payload_jwt` of a callback at that instant.
    pub fn signed_payload(&self, visit: &Visit, now: UnixSeconds) -> String {
        let (audience, issuer) = match visit.flaw {
            Flaw::OtherAudience => ("another-app", "bc"),
            Flaw::OtherIssuer => (self.client.id.as_str(), "somebody"),
            _ => (self.client.id.as_str(), "bc"),
        };
        let issued_at = match visit.flaw {
            Flaw::Expired => now.0 - VALID_S - 3600,
            Flaw::NotYetValid => now.0 + 3600,
            _ => now.0,
        };
        let jti = visit.jti.clone().unwrap_or_else(|| uuid(self.seed, 1 << 41 | self.next_number()));
        let user = &visit.user;
        let claims = json!({
            "aud": audience,
            "iss": issuer,
            "iat": issued_at,
            "nbf": issued_at - 5,
            "exp": issued_at + VALID_S,
            "jti": jti,
            "sub": self.context(),
            "user": { "id": user.id, "email": user.email, "locale": "en-US" },
            "owner": { "id": User::owner().id, "email": User::owner().email },
            "url": visit.url,
            "channel_id": visit.channel_id,
        });
        let algorithm = match visit.flaw {
            Flaw::Unsigned => Algorithm::None,
            Flaw::Hs512 => Algorithm::Hs512,
            _ => Algorithm::Hs256,
        };
        let secret = if visit.flaw == Flaw::OtherSecret { "another-secret" } else { &self.client.secret };
        token(algorithm, secret, &claims)
    }
}

/// JSON where the body is an object, else a form.
fn fields(body: &[u8]) -> BTreeMap<String, String> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => {
            fields.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
        }
        _ => form_urlencoded::parse(body).into_owned().collect(),
    }
}

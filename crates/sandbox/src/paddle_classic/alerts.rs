//! Alerts on their way to the one address that the seller has set.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::UnixSeconds;
use url::Url;

use super::account::Alert;
use super::signer::Signer;
use crate::server::delivery::{Attempt, Parcel, Sender};

/// The address, and how deliveries to it went.
#[derive(Debug)]
pub struct Outlet(Mutex<State>);

#[derive(Debug)]
struct State {
    url: Option<Url>,
    tried: BTreeMap<u64, Attempt>,
}

impl Outlet {
    pub fn new(url: Option<Url>) -> Self {
        Self(Mutex::new(State { url, tried: BTreeMap::new() }))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn url(&self) -> Option<Url> {
        self.with(|state| state.url.clone())
    }

    /// From now on alerts go there, or nowhere.
    pub fn send_to(&self, url: Option<Url>) {
        self.with(|state| state.url = url);
    }

    /// How the latest delivery of an alert went; `None`: it was not sent by this sandbox.
    pub fn attempt(&self, alert: u64) -> Option<Attempt> {
        self.with(|state| state.tried.get(&alert).copied())
    }

    /// An alert, signed, for the address that is set now.
    pub fn parcel(&self, alert: &Alert, signer: &Signer) -> Option<Parcel> {
        let url = self.url()?;
        Some(Parcel {
            id: alert.id.to_string(),
            endpoint: url.to_string(),
            url,
            secret: String::new(),
            body: form(alert, signer),
        })
    }
}

/// An alert as it is posted.
pub fn form(alert: &Alert, signer: &Signer) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(&alert.fields);
    form.append_pair("p_signature", &signer.sign(&alert.fields));
    form.finish()
}

impl Sender for Outlet {
    fn headers(&self, _parcel: &Parcel, _at: UnixSeconds) -> Vec<(&'static str, String)> {
        vec![("user-agent", "Paddle".to_owned())]
    }

    fn content_type(&self) -> &'static str {
        "application/x-www-form-urlencoded"
    }

    fn is_registered(&self, endpoint: &str) -> bool {
        self.with(|state| state.url.as_ref().is_some_and(|url| url.as_str() == endpoint))
    }

    fn tried(&self, parcel: &Parcel, attempt: Attempt) {
        if let Ok(alert) = parcel.id.parse() {
            self.with(|state| state.tried.insert(alert, attempt));
        }
    }
}

//! Where a request came from.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::address::ClientAddress;

/// What a browser says that it is can be long.
const MAX_AGENT_CHARACTERS: usize = 200;

/// The address that a request came from and the program that sent it: for limits and for the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    pub address: Option<IpAddr>,
    pub agent: Option<String>,
}

impl Client {
    pub(crate) fn of(parts: &Parts) -> Self {
        let address = parts.extensions.get::<ClientAddress>().map(|client| client.ip);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self { address, agent: agent.map(|text| text.chars().take(MAX_AGENT_CHARACTERS).collect()) }
    }

    pub fn address_text(&self) -> Option<String> {
        self.address.map(|address| address.to_string())
    }

    pub fn origin(&self) -> store::Origin {
        store::Origin { address: self.address_text(), agent: self.agent.clone(), ..Default::default() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

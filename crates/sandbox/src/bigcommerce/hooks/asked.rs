//! What a request for a webhook says, and whether it makes sense.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::super::refusal::Refusal;
use super::super::route::Version;
use crate::server::delivery::is_on_this_machine;

/// Events that a webhook can be for.
const SCOPES: [&str; 27] = [
    "store/order/created",
    "store/order/updated",
    "store/order/archived",
    "store/order/statusUpdated",
    "store/order/message/created",
    "store/order/refund/created",
    "store/order/transaction/created",
    "store/order/transaction/updated",
    "store/customer/created",
    "store/customer/updated",
    "store/customer/deleted",
    "store/customer/address/created",
    "store/customer/address/updated",
    "store/customer/address/deleted",
    "store/product/created",
    "store/product/updated",
    "store/product/deleted",
    "store/category/created",
    "store/category/updated",
    "store/category/deleted",
    "store/sku/created",
    "store/sku/updated",
    "store/sku/deleted",
    "store/information/updated",
    "store/app/uninstalled",
    "store/cart/abandoned",
    "store/cart/converted",
];

/// The fields that were sent.
pub struct Asked {
    pub scope: Option<String>,
    pub destination: Option<Url>,
    pub is_active: Option<bool>,
    pub headers: Option<BTreeMap<String, String>>,
}

impl Asked {
    /// # Errors
    /// 400 where it is no object, 422 with the field that makes no sense.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let asked: Value = serde_json::from_slice(body).map_err(|_| Refusal::invalid_input())?;
        let fields = asked.as_object().ok_or_else(Refusal::invalid_input)?;
        let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
        Ok(Self {
            scope: field("scope").map(scope).transpose()?,
            destination: field("destination").map(destination).transpose()?,
            is_active: field("is_active").map(is_active).transpose()?,
            headers: field("headers").map(headers).transpose()?,
        })
    }

    pub fn missing(name: &str) -> Refusal {
        Refusal::field(Version::V3, name, "error.path.missing")
    }
}

fn refuse(name: &str, problem: &str) -> Refusal {
    Refusal::field(Version::V3, name, problem)
}

fn scope(value: &Value) -> Result<String, Refusal> {
    let text = value.as_str().unwrap_or_default();
    let is_known = match text.strip_suffix('*') {
        Some(beginning) => {
            beginning.ends_with('/') && SCOPES.iter().any(|scope| scope.starts_with(beginning))
        }
        None => SCOPES.contains(&text),
    };
    if is_known { Ok(text.to_owned()) } else { Err(refuse("scope", "is no scope of webhooks")) }
}

/// HTTPS on its usual port, but for addresses of this machine.
fn destination(value: &Value) -> Result<Url, Refusal> {
    let url = value.as_str().and_then(|text| Url::parse(text).ok()).filter(|url| url.host().is_some());
    let is_fine = |url: &Url| {
        let is_usual = url.scheme() == "https" && url.port().is_none();
        is_usual || is_on_this_machine(url) && matches!(url.scheme(), "http" | "https")
    };
    url.filter(is_fine).ok_or_else(|| refuse("destination", "must be an HTTPS URL on port 443"))
}

fn is_active(value: &Value) -> Result<bool, Refusal> {
    value.as_bool().ok_or_else(|| refuse("is_active", "must be true or false"))
}

fn headers(value: &Value) -> Result<BTreeMap<String, String>, Refusal> {
    let mut headers = BTreeMap::new();
    let fields = value.as_object().ok_or_else(|| refuse("headers", "must be an object"))?;
    for (name, value) in fields {
        let is_name = axum::http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        let text = value.as_str().filter(|text| axum::http::HeaderValue::from_str(text).is_ok());
        match text.filter(|_| is_name) {
            Some(text) => headers.insert(name.clone(), text.to_owned()),
            None => return Err(refuse("headers", "must be texts")),
        };
    }
    Ok(headers)
}

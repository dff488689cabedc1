//! One request over the network and its answer, or why there is none. Tries once; `retry` decides about more.

use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Method, Request};
use model::UnixSeconds;
use url::Url;

use super::{API_VERSION, ClientConfig, VERSION_PATH};
use crate::ConnectError;
use crate::http::host_of;
use crate::network::{Carrier, NoAnswer};

/// Of a whole request, as in Stripe's own libraries.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(80);
/// A page of 100 large invoices has about one MiB.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
const IDEMPOTENCY_KEY: &str = "idempotency-key";
const FORM: &str = "application/x-www-form-urlencoded";

pub(super) struct Transport {
    carrier: Arc<dyn Carrier>,
    base: Url,
    headers: HeaderMap,
}

/// What a request does. Only webhook endpoints of our own are ever written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    /// With a form, and the same idempotency key in every attempt.
    Post {
        form: Vec<(&'static str, String)>,
        idempotency_key: String,
    },
    Delete,
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    pub(super) server_time: Option<UnixSeconds>,
    pub(super) should_retry: Option<bool>,
    pub(super) limited_reason: Option<String>,
    pub(super) retry_after: Option<u64>,
    pub(super) body: Vec<u8>,
}

impl Transport {
    pub(super) fn new(config: &ClientConfig) -> Result<Self, ConnectError> {
        let base = tidy(&config.base)?;
        let unusable = |reason: String| ConnectError::Unreachable { host: host_of(&base), reason };
        let headers = headers(config).map_err(unusable)?;
        let carrier = config.network.carrier(&base, REQUEST_TIMEOUT, LARGEST_ANSWER).map_err(unusable)?;
        Ok(Self { carrier, base, headers })
    }

    pub(super) fn host(&self) -> String {
        host_of(&self.base)
    }

    /// The address of a path below the base, each segment encoded.
    pub(super) fn url<'a>(&self, path: &[&str], query: impl IntoIterator<Item = (&'a str, &'a str)>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let mut pairs = query.into_iter().peekable();
        if pairs.peek().is_some() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        url
    }

    pub(super) async fn send(&self, url: Url, verb: &Verb) -> Result<Answer, NoAnswer> {
        let (method, body) = match verb {
            Verb::Get => (Method::GET, Vec::new()),
            Verb::Post { form, .. } => {
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
                (Method::POST, form.into_bytes())
            }
            Verb::Delete => (Method::DELETE, Vec::new()),
        };
        let mut request = Request::builder().method(method).uri(url.as_str());
        if let Verb::Post { idempotency_key, .. } = verb {
            request = request.header(IDEMPOTENCY_KEY, idempotency_key).header(CONTENT_TYPE, FORM);
        }
        let mut request = request.body(body).map_err(|error| NoAnswer::Connection(error.to_string()))?;
        request.headers_mut().extend(self.headers.clone());
        let (answer, body) = self.carrier.carry(request).await?.into_parts();
        Ok(Answer { body, ..Answer::begin(answer.status.as_u16(), &answer.headers) })
    }
}

impl Answer {
    fn begin(status: u16, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        Self {
            status,
            request_id: text("request-id").filter(|id| is_plain(id)).map(str::to_owned),
            server_time: date.and_then(http_date),
            should_retry: text("stripe-should-retry").and_then(|value| value.parse().ok()),
            limited_reason: text("stripe-rate-limited-reason").map(str::to_owned),
            retry_after: text(RETRY_AFTER.as_str()).and_then(|value| value.trim().parse().ok()),
            body: Vec::new(),
        }
    }
}

/// The base address without what a request adds itself.
fn tidy(base: &Url) -> Result<Url, ConnectError> {
    let refused = |reason: &str| ConnectError::Unreachable { host: host_of(base), reason: reason.to_owned() };
    if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
        return Err(refused("the address must start with https:// or http://"));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(refused("the address must not contain a username or a password"));
    }
    let mut base = base.clone();
    base.set_query(None);
    base.set_fragment(None);
    // The address as Stripe's own documentation writes it; every path here begins with v1 itself.
    let path = base.path().trim_end_matches('/');
    let path = path.strip_suffix(VERSION_PATH).unwrap_or(path).to_owned();
    base.set_path(&path);
    Ok(base)
}

fn headers(config: &ClientConfig) -> Result<HeaderMap, String> {
    let unfit = |_| "the key can't be sent".to_owned();
    let bearer = format!("Bearer {}", config.key.secret().expose());
    let mut authorization = HeaderValue::from_str(&bearer).map_err(unfit)?;
    authorization.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, authorization);
    headers.insert("stripe-version", HeaderValue::from_static(API_VERSION));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("chartsy/", env!("CARGO_PKG_VERSION"))));
    Ok(headers)
}

fn http_date(text: &str) -> Option<UnixSeconds> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    Some(UnixSeconds(parser.parse_timestamp(text).ok()?.as_second()))
}

fn is_plain(id: &str) -> bool {
    id.len() <= 100 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

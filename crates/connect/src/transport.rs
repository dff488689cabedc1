//! One request over the network and its answer, or why there is none. Tries once; `retry` decides about more.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Method, Request};
use model::UnixSeconds;
use url::Url;

use crate::carrier::{Carrier, NoAnswer};
use crate::http::host_of;
use crate::{ClientConfig, ConnectError};

/// Of a whole request, as in providers' own libraries.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(80);
/// A page of 200 large objects has about two MiB.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// How a provider's API is spoken to: what each request adds, and what headers of answers are called. Empty: there is none.
pub(crate) struct Dialect {
    /// What every path begins with.
    pub version_path: &'static str,
    /// Empty: the client puts the key elsewhere.
    pub key_header: &'static str,
    /// What stands before the key in its header.
    pub key_scheme: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub request_id: &'static str,
    pub should_retry: &'static str,
    pub limited_reason: &'static str,
    /// Seconds to wait after a refusal for a limit, where the answer does not say.
    pub wait_when_limited: Option<u64>,
}

impl Dialect {
    /// One that adds nothing but the key.
    pub const PLAIN: Self = Self {
        version_path: "",
        key_header: "authorization",
        key_scheme: "Bearer ",
        headers: &[],
        request_id: "",
        should_retry: "",
        limited_reason: "",
        wait_when_limited: None,
    };
}

pub(crate) struct Transport {
    dialect: &'static Dialect,
    carrier: Arc<dyn Carrier>,
    base: Url,
    headers: HeaderMap,
}

/// What a request does. Only webhook endpoints of our own are ever written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    /// With the same idempotency key in every attempt, where the provider knows such keys.
    Post {
        content_type: &'static str,
        body: String,
        idempotency_key: Option<String>,
    },
    Delete,
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) server_time: Option<UnixSeconds>,
    pub(crate) should_retry: Option<bool>,
    pub(crate) limited_reason: Option<String>,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Vec<u8>,
}

impl Transport {
    pub(crate) fn new(
        dialect: &'static Dialect,
        config: &ClientConfig,
        base: &Url,
    ) -> Result<Self, ConnectError> {
        let base = tidy(dialect, base)?;
        let unusable = |reason: String| ConnectError::Unreachable { host: host_of(&base), reason };
        let headers = headers(dialect, config).map_err(unusable)?;
        let carrier = config.network.carrier(&base, REQUEST_TIMEOUT, LARGEST_ANSWER).map_err(unusable)?;
        Ok(Self { dialect, carrier, base, headers })
    }

    pub(crate) fn host(&self) -> String {
        host_of(&self.base)
    }

    /// The address of a path below the base, each segment encoded.
    pub(crate) fn url<'a>(&self, path: &[&str], query: impl IntoIterator<Item = (&'a str, &'a str)>) -> Url {
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

    pub(crate) async fn send(&self, url: Url, verb: &Verb) -> Result<Answer, NoAnswer> {
        let (method, body) = match verb {
            Verb::Get => (Method::GET, Vec::new()),
            Verb::Post { body, .. } => (Method::POST, body.clone().into_bytes()),
            Verb::Delete => (Method::DELETE, Vec::new()),
        };
        let mut request = Request::builder().method(method).uri(url.as_str());
        if let Verb::Post { content_type, idempotency_key, .. } = verb {
            request = request.header(CONTENT_TYPE, *content_type);
            if let Some(key) = idempotency_key {
                request = request.header(IDEMPOTENCY_KEY, key);
            }
        }
        let mut request = request.body(body).map_err(|error| NoAnswer::Connection(error.to_string()))?;
        request.headers_mut().extend(self.headers.clone());
        let (answer, body) = self.carrier.carry(request).await?.into_parts();
        Ok(Answer { body, ..Answer::begin(self.dialect, answer.status.as_u16(), &answer.headers) })
    }
}

impl Answer {
    fn begin(dialect: &Dialect, status: u16, headers: &HeaderMap) -> Self {
        let text =
            |name: &str| headers.get(name).filter(|_| !name.is_empty()).and_then(|value| value.to_str().ok());
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        Self {
            status,
            request_id: text(dialect.request_id).filter(|id| is_plain(id)).map(str::to_owned),
            server_time: date.and_then(http_date),
            should_retry: text(dialect.should_retry).and_then(|value| value.parse().ok()),
            limited_reason: text(dialect.limited_reason).map(str::to_owned),
            retry_after: text(RETRY_AFTER.as_str())
                .and_then(|value| value.trim().parse().ok())
                .or(dialect.wait_when_limited.filter(|_| status == 429)),
            body: Vec::new(),
        }
    }
}

/// The base address without what a request adds itself.
fn tidy(dialect: &Dialect, base: &Url) -> Result<Url, ConnectError> {
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
    // The address as the provider's own documentation may write it: every path begins with the version itself.
    let path = base.path().trim_end_matches('/');
    let path = path.strip_suffix(dialect.version_path).unwrap_or(path).trim_end_matches('/').to_owned();
    base.set_path(&path);
    Ok(base)
}

fn headers(dialect: &Dialect, config: &ClientConfig) -> Result<HeaderMap, String> {
    let unfit = |_| "the key can't be sent".to_owned();
    let mut headers = HeaderMap::new();
    if !dialect.key_header.is_empty() {
        let key = format!("{}{}", dialect.key_scheme, config.key.secret().expose());
        let mut key = HeaderValue::from_str(&key).map_err(unfit)?;
        key.set_sensitive(true);
        headers.insert(dialect.key_header, key);
    }
    for (name, value) in dialect.headers {
        headers.insert(*name, HeaderValue::from_static(value));
    }
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

//! One request over the network and its answer, or why there is none. Tries once; `retry` decides about more.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use model::UnixSeconds;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use url::{Host, Url};

use super::{API_VERSION, ClientConfig};
use crate::ConnectError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Of a whole request, as in Stripe's own libraries.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(80);
/// Between two pieces of an answer: a connection that went quiet is given up early.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// A page of 100 large invoices has about one MiB.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

pub(super) struct Transport {
    http: reqwest::Client,
    base: Url,
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

/// Why there is no answer. The text is safe to show.
#[derive(Debug, Clone)]
pub(super) enum NoAnswer {
    Connection(String),
    TooLarge,
}

impl Transport {
    pub(super) fn new(config: &ClientConfig) -> Result<Self, ConnectError> {
        let base = tidy(&config.base)?;
        let unusable = |reason: String| ConnectError::Unreachable { host: host_of(&base), reason };
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that may: all else goes through the limiter"
        )]
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(base.scheme() == "https").map_err(unusable)?)
            .default_headers(headers(config).map_err(unusable)?)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(IDLE_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| unusable(deepest(&error)))?;
        Ok(Self { http, base })
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

    pub(super) async fn get(&self, url: Url) -> Result<Answer, NoAnswer> {
        let broken = |error: reqwest::Error| NoAnswer::Connection(deepest(&error.without_url()));
        let mut response = self.http.get(url).send().await.map_err(broken)?;
        let mut answer = Answer::begin(response.status().as_u16(), response.headers());
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            if answer.body.len() + piece.len() > LARGEST_ANSWER {
                return Err(NoAnswer::TooLarge);
            }
            answer.body.extend_from_slice(&piece);
        }
        Ok(answer)
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
        return Err(refused("the address must begin with https:// or http://"));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(refused("the address must not hold a user name or a password"));
    }
    let mut base = base.clone();
    base.set_query(None);
    base.set_fragment(None);
    // The address as Stripe's own documentation writes it; every path here begins with v1 itself.
    let path = base.path().trim_end_matches('/');
    let path = path.strip_suffix("/v1").unwrap_or(path).to_owned();
    base.set_path(&path);
    Ok(base)
}

fn headers(config: &ClientConfig) -> Result<HeaderMap, String> {
    let unfit = |_| "the key cannot be sent".to_owned();
    let bearer = format!("Bearer {}", config.key.secret().expose());
    let mut authorization = HeaderValue::from_str(&bearer).map_err(unfit)?;
    authorization.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, authorization);
    headers.insert("stripe-version", HeaderValue::from_static(API_VERSION));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("chartsy/", env!("CARGO_PKG_VERSION"))));
    Ok(headers)
}

/// TLS on ring with the machine's own trusted certificates. Spelled out, since the process has no default provider.
fn tls(is_needed: bool) -> Result<rustls::ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    if !is_needed {
        return Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth());
    }
    let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(|_| {
        "this machine has no trusted certificates: install the package ca-certificates".to_owned()
    })?;
    let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(builder.with_no_client_auth())
}

fn is_loopback(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn host_of(base: &Url) -> String {
    let name = base.host_str().unwrap_or("the address");
    base.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

/// The cause at the bottom of an error: what the system or TLS said, without any address or header.
fn deepest(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

fn http_date(text: &str) -> Option<UnixSeconds> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    Some(UnixSeconds(parser.parse_timestamp(text).ok()?.as_second()))
}

fn is_plain(id: &str) -> bool {
    id.len() <= 100 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

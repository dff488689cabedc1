//! HTTP clients for all outgoing requests: TLS on ring, timeouts, no redirects, limits on what is read and on whom
//! is reached.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use url::{Host, Url};

use crate::carrier::{Carrier, Carrying, NoAnswer};
use crate::egress::{NotPublic, PublicOnly, require_public};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two pieces of an answer: a connection that went quiet is given up early.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// An account that is polled once a minute needs no open connection in between: with a thousand accounts these would add up.
const KEPT_OPEN: Duration = Duration::from_secs(20);

/// Of all clients. To read the certificates that the machine trusts takes milliseconds and hundreds of kilobytes, which a
/// server with many accounts has only once.
static TLS: Mutex<Option<rustls::ClientConfig>> = Mutex::new(None);

/// Whom a client may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Egress {
    Anywhere,
    /// Only what is on the public internet.
    Public,
}

/// The network, on the way to one server.
pub(crate) struct Http {
    client: reqwest::Client,
    largest_answer: usize,
    egress: Egress,
}

impl Http {
    pub fn new(base: &Url, timeout: Duration, largest_answer: usize, egress: Egress) -> Result<Self, String> {
        let mut builder = builder(base, timeout)?;
        if egress == Egress::Public {
            builder = builder.no_proxy().dns_resolver(PublicOnly::system());
        }
        Self::built(builder, largest_answer, egress)
    }

    fn built(builder: reqwest::ClientBuilder, largest_answer: usize, egress: Egress) -> Result<Self, String> {
        let client = builder.build().map_err(|error| deepest(&error))?;
        Ok(Self { client, largest_answer, egress })
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NoAnswer> {
        let broken = |error: reqwest::Error| match is_not_public(&error) {
            true => NoAnswer::NotPublic,
            false => NoAnswer::Connection(deepest(&error.without_url())),
        };
        let request = reqwest::Request::try_from(request).map_err(broken)?;
        if self.egress == Egress::Public {
            require_public(request.url()).map_err(|NotPublic| NoAnswer::NotPublic)?;
        }
        let answer = self.client.execute(request).await.map_err(broken)?;
        let mut whole = Response::new(Vec::new());
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = answer.headers().clone();
        let body = body(answer, self.largest_answer).await.map_err(broken)?;
        *whole.body_mut() = body.ok_or(NoAnswer::TooLarge)?;
        Ok(whole)
    }
}

impl Carrier for Http {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        Box::pin(self.exchange(request))
    }
}

/// For one server. Addresses of this machine are reached without any proxy.
fn builder(base: &Url, timeout: Duration) -> Result<reqwest::ClientBuilder, String> {
    #[expect(clippy::disallowed_methods, reason = "the one place that may: callers ask under a limit")]
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(base.scheme() == "https")?)
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(IDLE_TIMEOUT)
        .pool_idle_timeout(KEPT_OPEN)
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none());
    if is_on_this_machine(base) {
        builder = builder.no_proxy();
    }
    Ok(builder)
}

/// The whole body; `None` when it is larger than `most` bytes.
async fn body(mut response: reqwest::Response, most: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > most {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Some(body))
}

/// TLS on ring with the machine's own trusted certificates. Spelled out, since the process has no default provider.
fn tls(is_needed: bool) -> Result<rustls::ClientConfig, String> {
    if !is_needed {
        return made_tls(false);
    }
    let mut shared = TLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = &*shared {
        return Ok(known.clone());
    }
    let made = made_tls(true)?;
    Ok(shared.insert(made).clone())
}

fn made_tls(is_needed: bool) -> Result<rustls::ClientConfig, String> {
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

/// Whether an address belongs to this machine.
pub fn is_on_this_machine(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(crate) fn host_of(base: &Url) -> String {
    let name = base.host_str().unwrap_or("the address");
    base.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

fn is_not_public(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(found) = cause {
        if found.is::<NotPublic>() {
            return true;
        }
        cause = found.source();
    }
    false
}

/// The cause at the bottom of an error: what the system or TLS said, without any address or header.
fn deepest(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;

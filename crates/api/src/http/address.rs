//! Where a request came from. What a request says about that itself is believed only from a proxy that is trusted.

mod forwarded;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::IncomingStream;
use ipnet::IpNet;
use tokio::net::TcpListener;
use url::Url;

use crate::context::Shared;
use crate::tls::TlsListener;

/// A year: by then every browser has been here again.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Who is at the other end of a connection: a visitor, or a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    pub ip: IpAddr,
    pub is_tls: bool,
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self { ip: plain(*stream.remote_addr()), is_tls: false }
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self { ip: plain(*stream.remote_addr()), is_tls: true }
    }
}

/// A socket for both versions shows addresses of version 4 inside of version 6.
fn plain(address: SocketAddr) -> IpAddr {
    address.ip().to_canonical()
}

/// The visitor's address, as far as it can be believed: an extension of every request that came over a network. Handlers get it
/// from [`super::client::Client`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress {
    pub ip: IpAddr,
    /// The visitor's own connection is encrypted.
    pub is_https: bool,
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip.fmt(f)
    }
}

/// The proxies whose `X-Forwarded-For`, `X-Forwarded-Proto` and `Forwarded` are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// One address, or a block such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProxyBlock(IpNet);

impl FromStr for ProxyBlock {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
        let block = address.or_else(|_| text.parse::<IpNet>());
        block.map(Self).map_err(|_| "use an address or a block such as 10.0.0.0/8".to_owned())
    }
}

impl FromIterator<ProxyBlock> for TrustedProxies {
    fn from_iter<T: IntoIterator<Item = ProxyBlock>>(blocks: T) -> Self {
        Self(blocks.into_iter().map(|ProxyBlock(block)| block).collect())
    }
}

impl TrustedProxies {
    fn includes(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|block| block.contains(&ip))
    }

    /// Where a request came from.
    fn client_of(&self, peer: Peer, headers: &HeaderMap) -> ClientAddress {
        let direct = ClientAddress { ip: peer.ip, is_https: peer.is_tls };
        if !self.includes(peer.ip) {
            return direct;
        }
        let by_list = forwarded::by_list(headers).map(|hops| self.first_stranger(peer.ip, &hops));
        let by_standard = forwarded::by_standard(headers).map(|hops| self.first_stranger(peer.ip, &hops));
        let ip = match (by_list, by_standard) {
            (Some(one), Some(other)) if one == other => one,
            (Some(one), None) | (None, Some(one)) => one,
            // A proxy writes one of them and may pass on the visitor's own version of the other.
            (Some(_), Some(_)) | (None, None) => peer.ip,
        };
        let is_https = forwarded::scheme(headers).map_or(direct.is_https, |scheme| scheme == "https");
        ClientAddress { ip, is_https }
    }

    /// The nearest hop that is not one of ours: whatever is before it, that hop has said itself. A hop that names no address
    /// ends the chain at the one behind it.
    fn first_stranger(&self, peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
        let mut nearest = peer;
        for hop in hops.iter().rev() {
            let Some(ip) = hop else { return nearest };
            nearest = *ip;
            if !self.includes(nearest) {
                return nearest;
            }
        }
        nearest
    }
}

/// Notes where a request came from, for everything that follows. Over an encrypted connection, browsers are asked to come
/// back that way only, and to send cookies no other way.
pub async fn note(State(context): State<Shared>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| *peer);
    let client = peer.map(|peer| context.options.trusted_proxies.client_of(peer, request.headers()));
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }
    let is_local = is_localhost(&request);
    // Where people open the pages by https, it is so whatever brings them here. Browsers take the header by https alone.
    let is_public = is_public_https(&request, context.options.public_url.as_ref());
    let mut response = next.run(request).await;
    if is_public || client.is_some_and(|client| client.is_https) {
        keep_encrypted(response.headers_mut(), is_local);
    }
    response
}

fn keep_encrypted(headers: &mut HeaderMap, is_local: bool) {
    // Other servers of this machine have the same name, and may not be encrypted.
    if !is_local {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    if let header::Entry::Occupied(mut cookies) = headers.entry(header::SET_COOKIE) {
        for cookie in cookies.iter_mut() {
            let Ok(text) = cookie.to_str() else { continue };
            if text.split(';').any(|part| part.trim().eq_ignore_ascii_case("secure")) {
                continue;
            }
            if let Ok(mut secure) = HeaderValue::from_str(&format!("{text}; Secure")) {
                secure.set_sensitive(cookie.is_sensitive());
                *cookie = secure;
            }
        }
    }
}

fn is_public_https(request: &Request, public_url: Option<&Url>) -> bool {
    let Some(public) = public_url.filter(|url| url.scheme() == "https").and_then(Url::host_str) else {
        return false;
    };
    host_name(request).eq_ignore_ascii_case(public)
}

fn is_localhost(request: &Request) -> bool {
    let name = host_name(request).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// The host that was asked for, without its port.
fn host_name(request: &Request) -> &str {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| request.uri().host()).unwrap_or_default();
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests;

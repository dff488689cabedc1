//! How proxies say whom they speak for: `X-Forwarded-For` and `X-Forwarded-Proto`, and `Forwarded` (RFC 7239).

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// More hops than any request makes; further ones are not read.
const MOST_HOPS: usize = 64;

/// The hops of `X-Forwarded-For`, the nearest last. `None` in place of one that is not an address; nothing without the header.
pub(super) fn by_list(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    hops(headers, &FOR, |part| Some(part))
}

/// The same of `Forwarded`.
pub(super) fn by_standard(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    hops(headers, &header::FORWARDED, |part| parameter(part, "for"))
}

/// The scheme of the visitor's connection, as the nearest proxy says it, in lower case.
pub(super) fn scheme(headers: &HeaderMap) -> Option<String> {
    let last =
        |name: &HeaderName| headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next();
    let said = last(&PROTO).map(str::trim).or_else(|| parameter(last(&header::FORWARDED)?, "proto"))?;
    Some(said.to_ascii_lowercase())
}

fn hops(
    headers: &HeaderMap,
    name: &HeaderName,
    address_of: impl Fn(&str) -> Option<&str>,
) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = Vec::new();
    for value in headers.get_all(name) {
        // What is not text is not an address.
        for part in value.to_str().unwrap_or_default().split(',') {
            hops.push(address_of(part.trim()).and_then(address));
        }
    }
    let further = hops.len().saturating_sub(MOST_HOPS);
    hops.drain(..further);
    (!hops.is_empty()).then_some(hops)
}

/// Of `for=192.0.2.1;proto=https`, one value without its quotes.
fn parameter<'a>(part: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = part.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(found, _)| found.trim().eq_ignore_ascii_case(name))?;
    Some(value.trim().trim_matches('"'))
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let ip =
        bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    ip.map(|ip| ip.to_canonical())
}

//! Shorter words for tests with the default provider alone.

use store::{ConnectionRecord, DataDir};

use crate::support::connected_to;

/// A connection with the sandbox's key. Nothing is loaded yet.
pub fn connected(data: &DataDir, api_base: &str, key: &str) -> ConnectionRecord {
    connected_as(data, api_base, key, true)
}

/// The same, for a sample merchant or not.
pub fn connected_as(data: &DataDir, api_base: &str, key: &str, is_sample: bool) -> ConnectionRecord {
    connected_to(sandbox::SOURCE, data, api_base, key, is_sample)
}

/// Whose API the merchants speak.
pub fn source() -> connect::Source {
    connect::Source::of(sandbox::SOURCE).unwrap()
}

/// The headers of a delivery that is signed so.
pub fn signed_by(signature: &str) -> http::HeaderMap {
    http::HeaderMap::from_iter([(
        http::HeaderName::from_static(sandbox::SIGNATURE_HEADER),
        signature.parse().unwrap(),
    )])
}

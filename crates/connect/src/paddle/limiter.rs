//! The limit of 240 requests a minute and address.

use crate::ClientConfig;

/// At half a second a request, as many as keep the limit busy.
pub fn requests_at_once(_: &ClientConfig) -> usize {
    6
}

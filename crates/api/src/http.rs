//! What every request passes through: logging, headers, origin check, body limits.

pub mod client;
pub mod headers;
pub mod json;
pub mod log;
pub mod origin;
pub mod paging;

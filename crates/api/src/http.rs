//! What every request passes through: where they came from, logging, headers, origin check, body limits.

pub mod address;
pub mod client;
pub mod headers;
pub mod json;
pub mod log;
pub mod origin;
pub mod paging;
pub mod rows;
pub mod whole;

//! What every request passes through.

pub mod headers;
pub mod json;
pub mod log;
pub mod origin;
pub mod paging;

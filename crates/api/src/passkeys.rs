//! One's own passkeys, and signing in with them.

pub mod begin;
pub mod begin_sign_in;
pub mod create;
pub mod dto;
pub mod list;
pub mod remove;
pub mod rename;
pub mod sign_in;

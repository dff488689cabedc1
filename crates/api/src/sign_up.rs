//! New accounts.

pub mod create;

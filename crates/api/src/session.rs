//! Signing in and out.

pub mod create;
pub mod delete;
pub mod dto;
pub mod enter;
pub mod read;

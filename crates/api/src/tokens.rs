//! The tokens that programs use. Only a person can make or revoke one.

pub mod create;
pub mod delete;
pub mod dto;
pub mod list;

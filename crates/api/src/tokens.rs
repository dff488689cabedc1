//! Tokens for programs. Only a user can create or revoke one.

pub mod create;
pub mod delete;
pub mod dto;
pub mod list;

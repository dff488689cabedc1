//! Signing in at an identity provider, and what a workspace makes of it.

pub mod begin;
pub mod callback;
pub mod connect;
pub mod dto;
pub mod identities;
pub mod remove_identity;
pub mod rules;
pub mod update_rule;

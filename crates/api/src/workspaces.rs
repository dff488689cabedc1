//! The workspaces that somebody belongs to, and what its owners and admins do with one.

pub mod create;
pub mod delete;
pub mod joining;
pub mod leave;
pub mod list;
pub mod preview_joining;
pub mod read_settings;
pub mod replace_settings;
pub mod transfer;
pub mod update;

//! Exchange rates that the users of a workspace enter.

pub mod create;
pub mod delete;
pub mod dto;
pub mod import;
pub mod list;

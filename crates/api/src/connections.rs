//! Connected accounts: checked before anything is saved, then loaded by the runner.

pub mod admission;
pub mod check;
pub mod create;
pub mod delete;
pub mod dto;
pub mod list;
pub mod read;
pub mod rename;
pub mod replace_key;

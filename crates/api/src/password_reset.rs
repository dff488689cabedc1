//! A forgotten password, replaced by whoever reads the account's mail.

pub mod create;
pub mod finish;

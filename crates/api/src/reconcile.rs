//! What was paid against what the ledger made of it.

pub mod read;

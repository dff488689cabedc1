//! What was paid, compared with what the ledger made of it.

pub mod read;

//! What was paid, compared with what the ledger made of it, and MRR with what the provider itself says, and renewals that differ.

pub mod customer;
pub mod customers;
pub mod provider_mrr;
pub mod read;
pub mod renewals;

//! From one figure to another, line by line.

pub mod cash;
pub mod cash_transactions;

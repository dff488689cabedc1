//! Statements: from one figure to another, line by line, with nothing left unexplained.

pub mod cash;
pub mod mrr;
pub mod provider_mrr;

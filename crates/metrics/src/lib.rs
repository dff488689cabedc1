//! What the billing means: the ledger of recurring value, its columns in memory and the questions asked of them.

pub mod ledger;

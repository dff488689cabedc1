//! What the billing means: the ledger of recurring value, its columns in memory and the questions asked of them, the
//! registry of metrics and the reference rates. No I/O and no clock: whoever asks says what time it is.

pub mod columns;
pub mod fx;
pub mod ledger;
pub mod query;
pub mod reconcile;
pub mod registry;
pub mod restate;

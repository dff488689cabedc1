//! What the billing means: the ledger of recurring value, its columns in memory and the loops over them, the registry of
//! metrics, what can be asked of it and the answers, and the reference rates. No I/O and no clock: whoever asks says what
//! time it is.

pub mod answers;
mod cell;
pub mod columns;
pub mod curtain;
pub mod envelope;
pub mod fx;
pub mod joining;
pub mod ledger;
mod months;
pub mod named_range;
pub mod preview;
pub mod query;
pub mod question;
pub mod reconcile;
pub mod registry;
pub mod restate;
pub mod schema;
pub mod statement;
pub mod view;

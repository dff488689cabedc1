//! What was shown of finished months and no longer holds.

pub mod list;

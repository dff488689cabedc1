//! Money that moved, one by one.

pub mod list;

//! Customers: the list, one of them, and why its numbers are what they are.

pub mod billing;
pub mod detail;
pub mod erase;
pub mod explain;
pub mod list;
pub mod read;

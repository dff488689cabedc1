//! Customers: the list, a single customer, and why its figures are what they are.

pub mod billing;
pub mod detail;
pub mod erase;
pub mod expiring_cards;
pub mod explain;
pub mod list;
pub mod read;
pub mod upcoming;

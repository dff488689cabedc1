//! The first visit.

pub mod create_owner;
pub mod read;

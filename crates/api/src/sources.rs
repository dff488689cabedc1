//! Where numbers can come from.

pub mod list;

//! Settings of a connection that affect its figures.

pub mod dto;
pub mod preview;
pub mod read;
pub mod replace;

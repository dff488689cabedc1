//! What a connection's owner may choose about the numbers.

pub mod dto;
pub mod preview;
pub mod read;
pub mod replace;

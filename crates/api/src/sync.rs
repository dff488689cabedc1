//! Progress of the work on a connection, and the problems it found.

pub mod dto;
pub mod problems;
pub mod progress;
pub mod reload;
pub mod start;
pub mod stream;

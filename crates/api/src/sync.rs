//! How far the work on a connection is, and what it found wrong.

pub mod dto;
pub mod problems;
pub mod progress;
pub mod reload;
pub mod start;
pub mod stream;

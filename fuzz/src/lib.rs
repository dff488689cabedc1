//! What is done with bytes that nobody has seen before. The tests of the workspace do the same with those that are kept.

pub mod objects;
pub mod signature;
pub mod webhook;

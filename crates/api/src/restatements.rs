//! Figures of past months that have changed since they were shown.

pub mod list;

//! The rules, one test each, on the smallest history that shows them.

pub(crate) mod build;
mod changes;
mod invariants;
mod rules;

//! The rules, one test each, on the smallest history that shows them.

mod build;
mod invariants;
mod rules;

//! The rules, one test each, on the smallest history that shows them.

mod apart;
pub(crate) mod build;
mod changes;
mod deltas;
mod given_up;
mod invariants;
mod items;
mod list_prices;
mod prorations;
mod renewals;
mod rules;

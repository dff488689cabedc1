//! The ledger's columns and the queries over them, through the crate's public face.

#![expect(clippy::unwrap_used, reason = "also the tests' helpers stop where something is missing")]

mod adding_up;
mod balance;
mod cash;
mod cohorts;
mod columns;
mod currencies;
mod every_metric;
mod expiring_cards;
mod explained;
mod generated;
mod joins;
mod kept;
mod lists;
mod missing_rates;
mod movements;
mod mrr_statement;
mod payments;
mod plan_switches;
mod provider_mrr;
mod random;
mod ratios;
mod reasons;
mod reference;
mod remembered;
mod restate;
mod second_reader;
mod together;
mod upcoming;
mod world;
mod zeros;

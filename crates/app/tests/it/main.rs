//! Journeys through the whole program: the API in process, the command line as the binary that is shipped, both
//! against the sandbox.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod account_deletion;
mod account_files;
mod account_rules;
mod address;
mod audit;
mod balance;
mod cli;
mod disk;
mod export;
mod feedback;
mod isolation;
mod joining;
mod keys;
mod kill;
mod limits;
mod mail;
mod mrr_statement;
mod numbers;
mod old_folder;
mod outgoing;
mod paid_statement;
mod passkeys;
mod people;
mod privacy;
mod process;
mod rates;
mod renewals;
mod schema;
mod second_factor;
mod security;
mod serve;
mod share_links;
mod sign_on;
mod sign_up;
mod standard;
mod support;
mod third_source;
mod tls;
mod together;
mod users;
mod webhooks;

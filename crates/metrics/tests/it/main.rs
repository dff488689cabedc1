//! The ledger's columns and the queries over them, through the crate's public face.

mod columns;
mod currencies;
mod lists;
mod movements;
mod random;
mod ratios;
mod reference;
mod world;

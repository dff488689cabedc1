//! The client against a server that answers as it is told, and the translation of Stripe's objects.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arbitrary;
mod corpus;
mod failures;
mod lists;
#[path = "../../../../fuzz/src/objects.rs"]
mod objects;
mod server;
#[path = "../../../../fuzz/src/signature.rs"]
mod signature;
mod translate;

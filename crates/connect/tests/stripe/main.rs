//! The client against a server that answers as it is told, and the translation of Stripe's objects.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arbitrary;
mod failures;
mod lists;
mod server;
mod translate;

//! The client against a server that answers as it is told, and the translation of Stripe's objects.

mod arbitrary;
mod failures;
mod lists;
mod server;
mod translate;

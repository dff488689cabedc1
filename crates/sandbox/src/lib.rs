//! A server that behaves like Stripe's API, with sample merchants behind it: the demo, the tests and the benchmarks
//! connect to it. It also knows the recurring value that each merchant *intended*, which no real account can tell.

mod account_file;
pub mod bigcommerce;
mod chance;
mod generated;
mod kind;
mod options;
pub mod paddle;
pub mod paddle_classic;
mod query;
mod rounding;
mod server;
pub mod world;

pub use account_file::{AccountFile, AccountFileError, FileSettings};
pub use generated::Generated;
pub use kind::ObjectKind;
pub use options::{
    DEFAULT_KEY, Faults, Limits, MerchantName, Options, OptionsError, Permission, PermissionSet, Provider,
};
pub use paddle::{ExpectedMoney, Measure};
pub use server::{Running, Sandbox, StartError, signature, start};

/// The source that this is a server of.
pub const SOURCE: &str = "stripe";
/// Another one, for tests that need two.
pub const SECOND_SOURCE: &str = "paddle";
/// The provider behind it.
pub const SECOND_PROVIDER: Provider = Provider::Paddle;
/// The header that a delivery's signature is in.
pub const SIGNATURE_HEADER: &str = "stripe-signature";
/// What it is, in the list of commands.
pub const ABOUT: &str = "Run a server that behaves like Stripe's API, with a sample merchant behind it";

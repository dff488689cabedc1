//! A server that behaves as Stripe's API does, with sample merchants behind it: what the demo shows and what the
//! tests and benchmarks connect to. It also knows the recurring value that each merchant *intended*, which no
//! real account can tell.

mod account_file;
mod chance;
mod generated;
mod options;
mod server;
pub mod world;

pub use account_file::{AccountFile, AccountFileError, FileSettings};
pub use generated::Generated;
pub use options::{
    DEFAULT_KEY, Faults, Limits, MerchantName, Options, OptionsError, Permission, PermissionSet,
};
pub use server::{Running, Sandbox, StartError, signature, start};

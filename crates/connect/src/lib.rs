//! Talks to billing providers. The only place that knows their JSON: one module a source, each with its client and the
//! translation of its objects into `model::billing`.

mod error;
mod http;
mod network;
pub mod rates;
pub mod stripe;

pub use error::ConnectError;
pub use http::is_on_this_machine;
pub use network::{Carrier, Carrying, Network, NoAnswer};

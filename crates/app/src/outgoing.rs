//! Whom this process may reach.

use std::sync::OnceLock;

use connect::Network;

/// It is the same for the whole process.
static OUTGOING: OnceLock<Outgoing> = OnceLock::new();

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Outgoing {
    /// Any address, including those in private networks
    Any,
    /// Only addresses on the public internet
    Public,
}

/// Says whom every command of this process may reach.
pub fn set(outgoing: Outgoing) {
    // Set once, before anything is requested.
    let _ = OUTGOING.set(outgoing);
}

/// For clients of servers whose address somebody has given.
pub fn network() -> Network {
    match OUTGOING.get() {
        Some(Outgoing::Public) => Network::Public,
        Some(Outgoing::Any) | None => Network::Real,
    }
}

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

/// Says whom every command of this process may reach. Only the first call counts.
pub fn set(outgoing: Outgoing) {
    // Set once, before anything is requested.
    let _ = OUTGOING.set(outgoing);
}

/// In the catalog's facts: whom the server that used the folder last may reach.
pub const OF_SERVER: &str = "outgoing";

/// As [`OF_SERVER`] has it.
pub fn name() -> &'static str {
    match network() {
        Network::Public => PUBLIC,
        _ => "any",
    }
}

const PUBLIC: &str = "public";

/// A command that was not told reaches no more than the server of the folder, whose users entered the addresses.
pub fn obey_server(noted: Option<&str>) {
    if noted == Some(PUBLIC) {
        set(Outgoing::Public);
    }
}

/// For clients of servers whose address somebody has given.
pub fn network() -> Network {
    match OUTGOING.get() {
        Some(Outgoing::Public) => Network::Public,
        Some(Outgoing::Any) | None => Network::Real,
    }
}

//! The HTTP side.

use std::net::SocketAddr;

use crate::{Options, OptionsError};

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Options(#[from] OptionsError),
    #[error("cannot listen on {addr}: {source}; choose another with --listen, or port 0 for a free one")]
    Listen { addr: SocketAddr, source: std::io::Error },
}

/// A sandbox that is answering. Dropping it stops it.
pub struct Running {
    pub addr: SocketAddr,
    /// What to give a client as its API base: `http://127.0.0.1:PORT`.
    pub api_base: String,
    pub key: String,
}

impl Running {
    /// What each customer was meant to be worth, as `GET /sandbox/intention` tells it: one JSON object a line.
    pub fn intention(&self) -> String {
        unimplemented!()
    }

    /// Moves the merchant's clock on, and whatever happens until then happens.
    pub async fn advance(&self, _to: model::UnixSeconds) {
        unimplemented!()
    }

    /// Stops listening and waits until it has stopped.
    pub async fn stop(self) {
        unimplemented!()
    }
}

/// Starts a sandbox.
///
/// # Errors
/// When an option makes no sense or the address cannot be listened on.
pub async fn start(_options: Options) -> Result<Running, StartError> {
    unimplemented!()
}

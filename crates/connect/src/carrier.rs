//! What a request is given to, and what comes back: the same whether a network or a simulation carries it.

use std::pin::Pin;

use http::{Request, Response};

/// Brings one request to whom it is addressed, once, and the answer back. Whatever it waits for, it waits for by tokio's
/// clock.
pub trait Carrier: Send + Sync {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_>;
}

pub type Carrying<'a> = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, NoAnswer>> + Send + 'a>>;

/// Why there is no answer. The text is safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("{0}")]
    Connection(String),
    #[error("the answer is too large")]
    TooLarge,
    /// Only the public internet may be reached, and the server is not there.
    #[error("{}", crate::egress::NotPublic)]
    NotPublic,
}

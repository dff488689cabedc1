//! Runs work that waits for the disk or takes long on other threads than those that answer requests.

use tracing::{Instrument, Span};

use crate::SyncError;

/// Runs to its end, even if nobody waits for it any more.
///
/// # Errors
/// As [`blocking`].
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, SyncError>> + Send + 'static,
) -> Result<T, SyncError> {
    let done = tokio::spawn(work.in_current_span()).await;
    done.map_err(|error| SyncError::Worker(error.to_string()))?
}

/// # Errors
/// What the work says; `Worker` when it ended by a panic.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SyncError> + Send + 'static,
) -> Result<T, SyncError> {
    let span = Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    done.map_err(|error| SyncError::Worker(error.to_string()))?
}

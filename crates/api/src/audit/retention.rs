//! How long entries of the audit log are kept.

use std::time::Duration;

use model::UnixSeconds;

use crate::blocking;
use crate::context::{Context, Shared};
use crate::problem::Problem;

const LOOK_EVERY: Duration = Duration::from_secs(86_400);

/// Deletes entries that are older than `days`, now and once a day, until the server stops.
pub async fn keep_up(context: Shared, days: u32) {
    loop {
        match delete_old(&context, days).await {
            Ok(0) => {}
            Ok(entries) => tracing::info!(entries, days, "old entries of the audit log were deleted"),
            // The cause was logged with the problem.
            Err(problem) => {
                tracing::warn!(title = %problem.title, "the audit log keeps entries that are too old")
            }
        }
        tokio::select! {
            () = context.stopping.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// How many entries were deleted.
///
/// # Errors
/// Those of the store.
pub async fn delete_old(context: &Context, days: u32) -> Result<usize, Problem> {
    let before = UnixSeconds(context.clock.now().0 - i64::from(days) * 86_400);
    let catalog = context.catalog.clone();
    Ok(blocking(move || catalog.delete_old_audit_entries(before)).await??)
}

//! What the provider itself says MRR was, where its API has that: read after a load and with the daily audit, and kept with
//! the objects, so that it goes when they do.

use connect::ConnectError;
use jiff::tz::TimeZone;
use model::{Day, ProviderMrrOutcome, ProviderMrrReading};
use store::{Batch, Objects, StoreError};

use crate::SyncError;
use crate::context::Context;

/// The last reading, as JSON.
const PROVIDER_MRR: &str = "provider_mrr";
/// Back from today.
const DAYS: i32 = 92;

/// The last reading, if there was any.
///
/// # Errors
/// What the store says.
pub fn last(objects: &Objects) -> Result<Option<ProviderMrrReading>, StoreError> {
    Ok(objects.meta(PROVIDER_MRR)?.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Reads and keeps it. If there is no answer, what was read before stays: it is only compared with.
///
/// # Errors
/// `Cancelled`; what the store says.
pub(crate) async fn read(context: &Context) -> Result<(), SyncError> {
    let Some(terms) = context.source().provider_mrr() else { return Ok(()) };
    let at = context.clock.now();
    let today = at.day(&TimeZone::UTC);
    let first = Day(today.0.saturating_sub(DAYS));
    let outcome = match context.try_once(context.client.provider_mrr(first, today)).await {
        Ok(read) => ProviderMrrOutcome::Read(read),
        Err(SyncError::Provider(ConnectError::PermissionMissing { permission, .. })) => {
            ProviderMrrOutcome::PermissionMissing(permission.unwrap_or_else(|| terms.scope.to_owned()))
        }
        Err(SyncError::Provider(ConnectError::EndpointAbsent { .. })) => ProviderMrrOutcome::Absent,
        Err(SyncError::Provider(error)) => {
            tracing::info!(%error, "the provider's own MRR could not be read");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let json = serde_json::to_string(&ProviderMrrReading { at, outcome }).unwrap_or_default();
    context.commit(Batch { meta: vec![(PROVIDER_MRR.to_owned(), json)], ..Batch::default() }).await
}

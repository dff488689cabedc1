//! Kinds that can't be read: skipped, reported, and read from their beginning once they can be.

use connect::{ConnectError, Source};
use model::ObjectKind;
use store::{AbsentReason, Batch, Objects, StoreError};

use crate::blocking::blocking;
use crate::context::Context;
use crate::{SyncError, backfill};

/// Kinds that are skipped, and why.
pub type Absent = Vec<(ObjectKind, AbsentReason)>;

/// Reads what could not be read until now. Returns what still can't be.
///
/// # Errors
/// As for a load.
pub(crate) async fn catch_up(context: &Context) -> Result<Absent, SyncError> {
    let (source, objects) = (context.source(), context.objects.clone());
    if blocking(move || Ok(backfill::is_done(source, &objects)?)).await? {
        return Ok(Absent::new());
    }
    Ok(backfill::run(context).await?.absent)
}

/// Kinds that a new key may not read, though an earlier one did: they are tried again from their beginning.
///
/// # Errors
/// What the store says.
pub(crate) async fn expect(context: &Context, absent: &Absent) -> Result<(), SyncError> {
    for (kind, _) in absent {
        lose(context, *kind).await?;
    }
    Ok(())
}

/// Takes in that a list or an object was refused. Where it is for want of a permission, what happens to the kind's objects
/// is missed from here on.
///
/// # Errors
/// `Indispensable`; what the store says.
pub(super) async fn note(context: &Context, kind: ObjectKind, source: ConnectError) -> Result<(), SyncError> {
    if !matches!(source, ConnectError::PermissionMissing { .. }) {
        return Ok(());
    }
    // Without it figures would look right and be wrong.
    if context.is_required(kind) {
        return Err(SyncError::Indispensable { kind, source });
    }
    lose(context, kind).await
}

async fn lose(context: &Context, kind: ObjectKind) -> Result<(), SyncError> {
    let (source, objects) = (context.source(), context.objects.clone());
    let unread = blocking(move || Ok(unread(source, &objects)?));
    if source.load_order().contains(&kind) && !unread.await?.contains(&kind) {
        tracing::warn!(%kind, "no longer readable; it will be read from its beginning once it is");
        context.commit(Batch { windows_cleared: vec![kind], ..Batch::default() }).await?;
    }
    Ok(())
}

/// Lists that were not read to their beginning: they may not be read, the server does not have them, or they are on their
/// way.
pub(super) fn unread(source: Source, objects: &Objects) -> Result<Vec<ObjectKind>, StoreError> {
    let windows = objects.windows()?;
    let is_read = |kind: &ObjectKind| {
        let mut own = windows.iter().filter(|window| window.kind == *kind).peekable();
        own.peek().is_some() && own.all(|window| window.is_done)
    };
    Ok(source.load_order().iter().copied().filter(|kind| !is_read(kind)).collect())
}

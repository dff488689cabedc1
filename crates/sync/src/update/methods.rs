//! What customers pay with, which is inside of customers and agreements as far as the key may read it. Where it could not be
//! read so far, the lists of these are read again once it can.

use connect::Privacy;
use model::{CustomerId, ObjectKind};
use store::Batch;

use crate::SyncError;
use crate::blocking::blocking;
use crate::context::Context;

/// Whether everything that was fetched came with it; empty once something did not.
const METHODS_READ: &str = "payment_methods_read";
const YES: &str = "yes";

/// What is fetched from here on comes with it, if nothing was fetched yet.
///
/// # Errors
/// What the store says.
pub(crate) async fn begin(context: &Context) -> Result<(), SyncError> {
    let objects = context.objects.clone();
    let is_first = blocking(move || Ok(objects.windows()?.is_empty()));
    if is_read_at_all(context) && is_first.await? {
        note(context, YES, Vec::new()).await?;
    }
    Ok(())
}

/// Has the lists read again that were read without it, by an earlier version or by a key that lacked the permission, if it
/// can be read now.
///
/// # Errors
/// `Cancelled`; what the store says.
pub(crate) async fn catch_up(context: &Context) -> Result<(), SyncError> {
    let Some(terms) = context.source().payment_methods() else { return Ok(()) };
    if !is_read_at_all(context) || context.meta(METHODS_READ).await?.as_deref() == Some(YES) {
        return Ok(());
    }
    match context.try_once(context.client.check_payment_methods()).await {
        Ok(()) => {
            tracing::info!("customers and subscriptions are read again for what they are paid with");
            note(context, YES, terms.inside.to_vec()).await
        }
        // Nothing else depends on it.
        Err(SyncError::Provider(error)) => {
            tracing::debug!(%error, "payment methods can't be read");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Notes that it was refused meanwhile.
///
/// # Errors
/// What the store says.
pub(crate) async fn note_loss(context: &Context) -> Result<(), SyncError> {
    if context.client.lacks_payment_methods() && context.meta(METHODS_READ).await?.as_deref() == Some(YES) {
        note(context, "", Vec::new()).await?;
    }
    Ok(())
}

async fn note(context: &Context, read: &str, windows_cleared: Vec<ObjectKind>) -> Result<(), SyncError> {
    let meta = vec![(METHODS_READ.to_owned(), read.to_owned())];
    context.commit(Batch { windows_cleared, meta, ..Batch::default() }).await
}

/// In GDPR mode no card is kept.
fn is_read_at_all(context: &Context) -> bool {
    context.source().payment_methods().is_some() && context.client.config().privacy == Privacy::AsReceived
}

/// The agreements of these customers that are paid with a method of their own: no event says that what is inside of them
/// changed.
pub(super) async fn paid_otherwise(
    context: &Context,
    customers: Vec<CustomerId>,
) -> Result<Vec<(ObjectKind, String)>, SyncError> {
    let source = context.source();
    let Some(terms) = source.payment_methods().filter(|_| !customers.is_empty()) else {
        return Ok(Vec::new());
    };
    if !is_read_at_all(context) {
        return Ok(Vec::new());
    }
    let objects = context.objects.clone();
    blocking(move || {
        let stored = objects.read_customers(&customers, source.agreements())?;
        let own = stored.into_iter().flatten().map(|stored| stored.object).filter(|one| (terms.has_own)(one));
        Ok(own.map(|object| (object.kind, object.id)).collect())
    })
    .await
}

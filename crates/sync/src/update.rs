//! Brings a loaded connection up to date: from the list of events if there is one that reaches back far enough, or
//! else by listing new objects and, now and then, everything.

pub(crate) mod deliveries;
mod events;
mod fetch;
pub(crate) mod methods;
pub(crate) mod missing;
mod reduce;
mod relist;

use connect::{ConnectError, ListRequest, Page};
use model::{ObjectKind, UnixSeconds};
use store::Batch;

use crate::SyncError;
use crate::backfill::LOAD_BEGAN;
use crate::context::Context;

use events::{Events, Seen};
pub(crate) use fetch::{retrieve, retrieve_all};
pub use missing::Absent;
pub use reduce::Changed;

/// Looked at again before what was listed last: objects may become visible late.
const OVERLAP_SECONDS: i64 = 300;
/// Up to when the events list was gone through, by the provider's clock.
const EVENTS_THROUGH: &str = "events_through";
/// Without events, up to when what is new was listed, by the provider's clock.
const LISTED_THROUGH: &str = "listed_through";
/// When everything was listed for the last time, by our clock.
const RELISTED_AT: &str = "relisted_at";

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The provider's clock when it began.
    pub through: UnixSeconds,
    pub how: How,
    pub absent: Absent,
    /// The time of the newest event that a working webhook must have delivered by now, by the provider's clock.
    pub due_event_at: Option<UnixSeconds>,
    /// When the newest of what was delivered meanwhile happened, by the provider's clock.
    pub newest_delivered_at: Option<UnixSeconds>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Events,
    /// No events: what is new was listed. Changes of what is older wait for the next full listing.
    NewOnly,
    Relisted,
}

/// Whether a listing of everything may be put off where there are no events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thoroughness {
    /// The connection was read a moment ago.
    JustLoaded,
    /// A server that looks every minute.
    Regular,
    /// A user requested it.
    Requested,
}

/// Fetches what has changed since `since`, an instant of the provider's clock, except for kinds that can't be read.
///
/// # Errors
/// `Cancelled`, a key that is refused, a wait that ran out, what the store says.
pub(crate) async fn run(
    context: &Context,
    since: UnixSeconds,
    thoroughness: Thoroughness,
    absent: Absent,
) -> Result<Updated, SyncError> {
    let is_there = |kind: ObjectKind| absent.iter().all(|(missing, _)| *missing != kind);
    let now = context.clock.now();
    // Webhooks may have delivered later events than the ones that they missed. Where no events were seen yet, those since the
    // load began count.
    let looked_through = instant(context, EVENTS_THROUGH).await?;
    let looked_through = match looked_through {
        None => instant(context, LOAD_BEGAN).await?,
        looked => looked,
    };
    let looked_through = looked_through.map_or(since, |at| at.min(since));
    if relist::is_under_way(context).await? {
        return relisted(context, looked_through).await;
    }
    match events::walk(context, looked_through, &absent).await? {
        Events::Seen(seen) => {
            let from = seen.since.0 - OVERLAP_SECONDS;
            let unreported = context.source().lists().iter().filter(|list| !list.tells_changes);
            for kind in unreported.map(|list| list.kind).filter(|kind| is_there(*kind)) {
                fetch::new_objects(context, kind, from).await?;
            }
            events::note_end(context, seen.through).await?;
            let Seen { through, due_event_at, newest_delivered_at, is_resumed, .. } = seen;
            if is_resumed {
                let rest = Box::pin(run(context, through, thoroughness, absent)).await?;
                let due_event_at = due_event_at.max(rest.due_event_at);
                let newest_delivered_at = newest_delivered_at.max(rest.newest_delivered_at);
                return Ok(Updated { due_event_at, newest_delivered_at, ..rest });
            }
            Ok(Updated { through, how: How::Events, absent, due_event_at, newest_delivered_at })
        }
        Events::TooLongAgo => relisted(context, looked_through).await,
        Events::None if is_relist_due(context, thoroughness).await? => {
            relisted(context, looked_through).await
        }
        Events::None => {
            let from = instant(context, LISTED_THROUGH).await?.unwrap_or(looked_through).0 - OVERLAP_SECONDS;
            let mut through = None;
            for kind in context.source().load_order().iter().filter(|kind| is_there(**kind)) {
                let first_answer = fetch::new_objects(context, *kind, from).await?;
                through = through.or(first_answer);
            }
            let through = through.unwrap_or(now);
            note_through(context, LISTED_THROUGH, through).await?;
            let (due_event_at, newest_delivered_at) = (None, None);
            Ok(Updated { through, how: How::NewOnly, absent, due_event_at, newest_delivered_at })
        }
    }
}

async fn instant(context: &Context, key: &'static str) -> Result<Option<UnixSeconds>, SyncError> {
    Ok(context.meta(key).await?.and_then(|at| at.parse().ok()).map(UnixSeconds))
}

async fn note_through(context: &Context, key: &str, through: UnixSeconds) -> Result<(), SyncError> {
    let meta = vec![(key.to_owned(), through.0.to_string())];
    context.commit(Batch { meta, ..Batch::default() }).await?;
    Ok(())
}

/// Everything is listed again, or what changed since `since` where a list can be asked for that; then what happened since that
/// began, which may be days ago.
async fn relisted(context: &Context, since: UnixSeconds) -> Result<Updated, SyncError> {
    let (listed_through, absent) = relist::run(context, since).await?;
    let updated = Box::pin(run(context, listed_through, Thoroughness::JustLoaded, absent)).await?;
    Ok(Updated { how: How::Relisted, ..updated })
}

async fn is_relist_due(context: &Context, thoroughness: Thoroughness) -> Result<bool, SyncError> {
    let relisted_at = context.meta(RELISTED_AT).await?.and_then(|at| at.parse::<i64>().ok());
    // One from the future was made by a clock that was ahead.
    let age = relisted_at.map(|at| context.clock.now().0 - at).filter(|age| *age >= 0).unwrap_or(i64::MAX);
    Ok(match thoroughness {
        Thoroughness::JustLoaded => false,
        Thoroughness::Regular => age >= context.source().listed_every_seconds(),
        Thoroughness::Requested => true,
    })
}

/// Notes that everything was listed just now.
pub(crate) async fn note_listed(context: &Context) -> Result<(), SyncError> {
    let now = context.clock.now().0.to_string();
    context.commit(Batch { meta: vec![(RELISTED_AT.to_owned(), now)], ..Batch::default() }).await?;
    Ok(())
}

enum Listed {
    Page(Page),
    Absent(ConnectError),
}

async fn list(context: &Context, request: &ListRequest) -> Result<Listed, SyncError> {
    match context.ask(|| context.client.list(request)).await {
        Ok(page) => {
            context.reporter.count(page.objects.len() as u64);
            Ok(Listed::Page(page))
        }
        Err(SyncError::Provider(error)) if is_absence(&error) => Ok(Listed::Absent(error)),
        Err(error) => Err(error),
    }
}

/// This list or object is not available; others may be.
fn is_absence(error: &ConnectError) -> bool {
    matches!(
        error,
        ConnectError::PermissionMissing { .. }
            | ConnectError::EndpointAbsent { .. }
            | ConnectError::NotFound { .. }
            | ConnectError::Refused { .. }
    )
}

/// An object is not available now; others may be.
pub(crate) fn is_unavailable(error: &ConnectError) -> bool {
    error.is_retryable() || is_absence(error)
}

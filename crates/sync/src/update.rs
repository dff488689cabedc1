//! Brings a loaded connection up to date: by the events list where there is one and it reaches back far enough, else
//! by listing what is new or, now and then, everything again.

mod fetch;
pub(crate) mod mail;
pub(crate) mod missing;
mod reduce;
mod relist;

use connect::ConnectError;
use connect::stripe::translate::{self, EventFacts};
use connect::stripe::{ListRequest, Page};
use model::{ObjectKind, UnixSeconds};
use store::Batch;

use crate::SyncError;
use crate::backfill::LOAD_BEGAN;
use crate::context::Context;

pub(crate) use fetch::{retrieve, retrieve_all};
pub use missing::Absent;
pub use reduce::Changed;

/// Events are kept for 30 days; a day before that they are no longer trusted to reach back.
const EVENTS_REACH_SECONDS: i64 = 29 * 86_400;
/// Looked at again before the last seen event: events may become visible late and out of order.
const OVERLAP_SECONDS: i64 = 300;
/// A delivery takes a moment, and is tried again after a short failure.
const DELIVERED_WITHIN_SECONDS: i64 = 240;
/// Without events, how often everything is listed again.
const RELIST_EVERY_SECONDS: i64 = 6 * 3600;
/// Up to when the events list was gone through, by the provider's clock.
const EVENTS_THROUGH: &str = "events_through";
/// Without events, up to when what is new was listed, by the provider's clock.
const LISTED_THROUGH: &str = "listed_through";
/// When everything was listed for the last time, by our clock.
const RELISTED_AT: &str = "relisted_at";
/// Kinds that change without an event, or only ever come new.
const EVENTLESS: &[ObjectKind] = &[ObjectKind::BalanceTransaction, ObjectKind::InvoicePayment];

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The provider's clock when it began.
    pub through: UnixSeconds,
    pub how: How,
    pub absent: Absent,
    /// When the newest event happened that a webhook must have told of by now, by the provider's clock.
    pub due_event_at: Option<UnixSeconds>,
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
    /// Somebody asked.
    Asked,
}

/// Fetches what changed since `since`, an instant of the provider's clock, but nothing of what is absent.
///
/// # Errors
/// `Cancelled`, a key that is refused, an impatience that ran out, what the store says.
pub(crate) async fn run(
    context: &Context,
    since: UnixSeconds,
    thoroughness: Thoroughness,
    absent: Absent,
) -> Result<Updated, SyncError> {
    if relist::is_under_way(context)? {
        return relisted(context).await;
    }
    let is_there = |kind: ObjectKind| absent.iter().all(|(missing, _)| *missing != kind);
    let now = context.clock.now();
    // Webhooks may have told of what came after events that they missed. Where no events were seen yet, those since the
    // load began count.
    let looked_through = instant(context, EVENTS_THROUGH)?.or(instant(context, LOAD_BEGAN)?);
    let looked_through = looked_through.map_or(since, |at| at.min(since));
    match events(context, looked_through).await? {
        Events::Seen { mut changed, through, due_event_at } => {
            let from = looked_through.0 - OVERLAP_SECONDS;
            changed.retain(|object| is_there(object.kind));
            let failures = fetch::changed(context, changed, from).await?;
            fetch::put_off(context, failures).await?;
            for kind in EVENTLESS.iter().filter(|kind| is_there(**kind)) {
                fetch::new_objects(context, *kind, from).await?;
            }
            note_through(context, EVENTS_THROUGH, through).await?;
            Ok(Updated { through, how: How::Events, absent, due_event_at })
        }
        Events::TooLongAgo => relisted(context).await,
        Events::None if is_relist_due(context, thoroughness)? => relisted(context).await,
        Events::None => {
            let from = instant(context, LISTED_THROUGH)?.unwrap_or(looked_through).0 - OVERLAP_SECONDS;
            let mut through = None;
            for kind in connect::stripe::BACKFILL_KINDS.iter().filter(|kind| is_there(**kind)) {
                let first_answer = fetch::new_objects(context, *kind, from).await?;
                through = through.or(first_answer);
            }
            let through = through.unwrap_or(now);
            note_through(context, LISTED_THROUGH, through).await?;
            Ok(Updated { through, how: How::NewOnly, absent, due_event_at: None })
        }
    }
}

fn instant(context: &Context, key: &str) -> Result<Option<UnixSeconds>, SyncError> {
    Ok(context.objects.meta(key)?.and_then(|at| at.parse().ok()).map(UnixSeconds))
}

async fn note_through(context: &Context, key: &str, through: UnixSeconds) -> Result<(), SyncError> {
    let meta = vec![(key.to_owned(), through.0.to_string())];
    context.commit(Batch { meta, ..Batch::default() }).await?;
    Ok(())
}

/// Everything is listed again; then what happened since that began, which may be days ago.
async fn relisted(context: &Context) -> Result<Updated, SyncError> {
    let (listed_through, absent) = relist::run(context).await?;
    let updated = Box::pin(run(context, listed_through, Thoroughness::JustLoaded, absent)).await?;
    Ok(Updated { how: How::Relisted, ..updated })
}

fn is_relist_due(context: &Context, thoroughness: Thoroughness) -> Result<bool, SyncError> {
    let relisted_at = context.objects.meta(RELISTED_AT)?.and_then(|at| at.parse::<i64>().ok());
    // One from the future was made by a clock that was ahead.
    let age = relisted_at.map(|at| context.clock.now().0 - at).filter(|age| *age >= 0).unwrap_or(i64::MAX);
    Ok(match thoroughness {
        Thoroughness::JustLoaded => false,
        Thoroughness::Regular => age >= RELIST_EVERY_SECONDS,
        Thoroughness::Asked => true,
    })
}

/// Notes that everything was listed just now.
pub(crate) async fn note_listed(context: &Context) -> Result<(), SyncError> {
    let now = context.clock.now().0.to_string();
    context.commit(Batch { meta: vec![(RELISTED_AT.to_owned(), now)], ..Batch::default() }).await?;
    Ok(())
}

enum Events {
    /// Instants of the provider's clock.
    Seen { changed: Vec<Changed>, through: UnixSeconds, due_event_at: Option<UnixSeconds> },
    /// They do not reach back to the last look.
    TooLongAgo,
    /// The server has none, or the key may not read them.
    None,
}

/// Every event since the last look, and a little before it.
async fn events(context: &Context, since: UnixSeconds) -> Result<Events, SyncError> {
    let from = since.0 - OVERLAP_SECONDS;
    let mut request = ListRequest { created_gte: Some(from), ..ListRequest::new(ObjectKind::Event) };
    let mut seen = Vec::new();
    let mut through = None;
    loop {
        let page = match list(context, &request).await? {
            Listed::Page(page) => page,
            Listed::Absent(error) => {
                tracing::info!(%error, "no events to go by");
                return Ok(Events::None);
            }
        };
        let now = page.server_time.unwrap_or_else(|| context.clock.now());
        let through = *through.get_or_insert(now);
        if since.0 < through.0 - EVENTS_REACH_SECONDS {
            return Ok(Events::TooLongAgo);
        }
        for object in &page.objects {
            match translate::event(&object.body) {
                Ok(event) => seen.push(event),
                Err(error) => tracing::warn!(%error, "an event was skipped"),
            }
        }
        // A server that ignores the window has gone past it.
        let is_past = page.objects.last().is_some_and(|last| last.created_at.is_some_and(|at| at.0 < from));
        let last = page.objects.last().map(|object| object.id.clone());
        if !page.has_more || is_past || last.is_none() || last == request.starting_after {
            seen.retain(|event| event.created_at.0 >= from);
            let due_event_at = due_event_at(&seen, through);
            return Ok(Events::Seen { changed: reduce::reduce(&seen), through, due_event_at });
        }
        request.starting_after = last;
    }
}

fn due_event_at(seen: &[EventFacts], now: UnixSeconds) -> Option<UnixSeconds> {
    let is_told = |event: &&EventFacts| connect::stripe::WEBHOOK_EVENTS.contains(&event.event_type.as_str());
    let instants = seen.iter().filter(is_told).map(|event| event.created_at);
    instants.filter(|at| at.0 < now.0 - DELIVERED_WITHIN_SECONDS).max()
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

/// The one list or object is not to be had; others may be.
fn is_absence(error: &ConnectError) -> bool {
    matches!(
        error,
        ConnectError::PermissionMissing { .. }
            | ConnectError::EndpointAbsent { .. }
            | ConnectError::NotFound { .. }
            | ConnectError::Refused { .. }
    )
}

/// An object cannot be had now; others may be.
pub(crate) fn is_unavailable(error: &ConnectError) -> bool {
    error.is_retryable() || is_absence(error)
}

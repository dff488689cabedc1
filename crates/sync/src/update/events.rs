//! Goes through the provider's list of events, newest first, back to the last time. What they are about is fetched some
//! events at a time, and how far that got is noted, so that it goes on from there after a restart.

use connect::{ConnectError, Event, EventList, EventPage, Source};
use model::UnixSeconds;
use serde::{Deserialize, Serialize};
use store::Batch;

use super::reduce::{self, Changed};
use super::{Absent, EVENTS_THROUGH, deliveries, fetch, is_absence};
use crate::SyncError;
use crate::blocking::blocking;
use crate::context::Context;

/// How far a walk got, as JSON; empty while none is under way.
pub(super) const EVENTS_WALK: &str = "events_walk";
/// Events that are in memory at once.
const AT_ONCE: usize = 1_000;
/// How often a walk begins again because the event that its next page begins after has left the list.
const RESTARTS: usize = 3;

/// What a list of events had to say.
pub(super) enum Events {
    Seen(Seen),
    /// They do not reach back to the last walk.
    TooLongAgo,
    /// The server has none, or the key may not read them.
    None,
}

/// Everything since the last walk. Instants are by the provider's clock.
pub(super) struct Seen {
    pub since: UnixSeconds,
    pub through: UnixSeconds,
    /// The time of the newest event that a working webhook must have delivered by now.
    pub due_event_at: Option<UnixSeconds>,
    /// Of the deliveries that were processed in between.
    pub newest_delivered_at: Option<UnixSeconds>,
    /// An earlier run began it: what happened since then is not part of it.
    pub is_resumed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Walk {
    /// By the provider's clock, as is `through`, which is known with the first answer.
    since: i64,
    through: Option<i64>,
    /// By our clock: what was requested later is current.
    began_at: i64,
    due_event_at: Option<i64>,
    /// The last event that was seen.
    after: Option<String>,
}

enum Chunk {
    Some(Vec<Event>),
    Last(Vec<Event>),
    TooLongAgo,
    NoList,
}

/// Fetches what events since `since` and a little before are about, except for kinds that can't be read.
pub(super) async fn walk(
    context: &Context,
    since: UnixSeconds,
    absent: &Absent,
) -> Result<Events, SyncError> {
    let Some(list) = context.source().event_list() else { return Ok(Events::None) };
    let under_way = context.meta(EVENTS_WALK).await?.and_then(|json| serde_json::from_str(&json).ok());
    let is_resumed = under_way.is_some();
    let mut walk = under_way.unwrap_or_else(|| Walk::new(since, context.requested_at()));
    let mut newest_delivered_at = None;
    loop {
        // Nothing was requested since a walk began that has not read a page.
        let is_fresh = walk.after.is_none();
        let (events, is_last) = match walk.read(context, list).await? {
            Chunk::Some(events) => (events, false),
            Chunk::Last(events) => (events, true),
            Chunk::TooLongAgo => return Ok(Events::TooLongAgo),
            Chunk::NoList => return Ok(Events::None),
        };
        let mut changed = reduce::reduce(context.source(), &events);
        changed.retain(|object| absent.iter().all(|(missing, _)| *missing != object.kind));
        if !is_fresh {
            changed = not_requested_since(context, changed, UnixSeconds(walk.began_at)).await?;
        }
        let failures = fetch::changed(context, changed, walk.since - list.overlap_seconds).await?;
        fetch::put_off(context, failures).await?;
        if is_last {
            return Ok(Events::Seen(Seen {
                since: UnixSeconds(walk.since),
                through: walk.through.map_or_else(|| context.clock.now(), UnixSeconds),
                due_event_at: walk.due_event_at.map(UnixSeconds),
                newest_delivered_at,
                is_resumed,
            }));
        }
        note(context, serde_json::to_string(&walk).unwrap_or_default()).await?;
        // What is delivered meanwhile does not wait for what happened long ago.
        newest_delivered_at = newest_delivered_at.max(deliveries::run(context).await?);
    }
}

async fn note(context: &Context, walk: String) -> Result<(), SyncError> {
    context.commit(Batch { meta: vec![(EVENTS_WALK.to_owned(), walk)], ..Batch::default() }).await
}

/// Notes that everything up to `through` was seen.
pub(super) async fn note_end(context: &Context, through: UnixSeconds) -> Result<(), SyncError> {
    let through = (EVENTS_THROUGH.to_owned(), through.0.to_string());
    let meta = vec![through, (EVENTS_WALK.to_owned(), String::new())];
    context.commit(Batch { meta, ..Batch::default() }).await
}

impl Walk {
    fn new(since: UnixSeconds, began_at: UnixSeconds) -> Self {
        Self { since: since.0, through: None, began_at: began_at.0, due_event_at: None, after: None }
    }

    /// Reads pages until there are enough events, or no more.
    async fn read(&mut self, context: &Context, list: &EventList) -> Result<Chunk, SyncError> {
        let from = UnixSeconds(self.since - list.overlap_seconds);
        let mut events: Vec<Event> = Vec::new();
        let mut restarts = RESTARTS;
        loop {
            let page = match context.ask(|| context.client.events(from, self.after.as_deref())).await {
                Ok(page) => page,
                Err(SyncError::Provider(error)) if is_absence(&error) => {
                    let may_be_the_cursor =
                        matches!(error, ConnectError::Refused { .. } | ConnectError::NotFound { .. });
                    if may_be_the_cursor && self.after.is_some() && restarts > 0 {
                        restarts -= 1;
                        self.begin_again(context.requested_at());
                        continue;
                    }
                    tracing::info!(%error, "the list of events can't be used");
                    return Ok(Chunk::NoList);
                }
                Err(error) => return Err(error),
            };
            context.reporter.count((page.events.len() + page.unreadable.len()) as u64);
            let now = page.server_time.unwrap_or_else(|| context.clock.now());
            if self.since < now.0 - list.reach_seconds {
                return Ok(Chunk::TooLongAgo);
            }
            let through = UnixSeconds(*self.through.get_or_insert(now.0));
            let EventPage { events: mut read, unreadable, next, .. } = page;
            for error in &unreadable {
                tracing::warn!(%error, "an event was skipped");
            }
            read.retain(|event| event.created_at >= from);
            let due = due_event_at(context.source(), list, &read, through).map(|at| at.0);
            self.due_event_at = self.due_event_at.max(due);
            events.extend(read);
            match next {
                None => return Ok(Chunk::Last(events)),
                Some(last) => self.after = Some(last),
            }
            if events.len() >= AT_ONCE {
                return Ok(Chunk::Some(events));
            }
        }
    }

    /// From the newest event, which may be one of after the walk began.
    fn begin_again(&mut self, now: UnixSeconds) {
        (self.after, self.began_at) = (None, now.0);
    }
}

/// Events of one object are often far apart in the list, and the first of them had its current state fetched.
async fn not_requested_since(
    context: &Context,
    changed: Vec<Changed>,
    began_at: UnixSeconds,
) -> Result<Vec<Changed>, SyncError> {
    let objects = context.objects.clone();
    blocking(move || {
        let mut left = Vec::with_capacity(changed.len());
        for object in changed {
            let stored = objects.get(object.kind, &object.id)?;
            if stored.is_none_or(|stored| stored.seen_at <= began_at) {
                left.push(object);
            }
        }
        Ok(left)
    })
    .await
}

fn due_event_at(source: Source, list: &EventList, seen: &[Event], now: UnixSeconds) -> Option<UnixSeconds> {
    let is_delivered = |event: &&Event| source.is_delivered(&event.event_type);
    let instants = seen.iter().filter(is_delivered).map(|event| event.created_at);
    instants.filter(|at| at.0 < now.0 - list.delivered_within_seconds).max()
}

#[cfg(test)]
mod tests;

//! Processes deliveries: each object is fetched in its current state, so that order and repetition do not matter. Only one
//! that was created and came along is taken as it came. A delivery leaves the inbox once its object is written.

use std::collections::{HashMap, HashSet};

use connect::Source;
use model::{ObjectKind, RawObject, UnixSeconds};
use store::{Delivery, Inbox, NextAttempt, StoreError};

use super::fetch::{self, Failures};
use super::missing;
use super::reduce::{self, Changed};
use crate::SyncError;
use crate::blocking::blocking;
use crate::context::Context;

/// Deliveries that are processed together.
const BATCH: usize = 500;
/// Seconds until the next attempt, by the number of failures. After the last one it needs a person.
const PAUSES_SECONDS: [i64; 6] = [10, 60, 300, 1_800, 7_200, 43_200];

/// Processes everything that is due. Returns the time of the newest delivered event, by the provider's clock.
///
/// # Errors
/// `Cancelled`, a key that is refused, a wait that ran out, what the store says. What was not processed stays.
pub(crate) async fn run(context: &Context) -> Result<Option<UnixSeconds>, SyncError> {
    let mut newest = None;
    loop {
        let (inbox, now) = (context.inbox.clone(), context.clock.now());
        let due = blocking(move || Ok(inbox.due(now, BATCH)?)).await?;
        if due.is_empty() {
            return Ok(newest);
        }
        let changed = write_created(context, &due, changed(context.source(), &due)).await?;
        // Also what was created a little before the oldest event about it.
        let from = due.iter().map(|delivery| delivery.event.created_at.0).min().unwrap_or(now.0);
        let failures = fetch::changed(context, changed, from).await?;
        let failures = fetch::worth_another_try(context, failures).await?;
        let delivered = due.iter().filter(|delivery| !delivery.event.event_id.starts_with(fetch::PUT_OFF));
        newest = newest.max(delivered.map(|delivery| delivery.event.created_at).max());
        let inbox = context.inbox.clone();
        blocking(move || Ok(finish(&inbox, &due, &failures, now)?)).await?;
    }
}

/// Earlier than any request: whatever is requested is newer than an object was at its creation.
const AT_CREATION: UnixSeconds = UnixSeconds(1);

/// Writes objects that came with their creation, where nothing else is known of them: what happens to them later is
/// delivered by itself. Returns the others, to be fetched.
async fn write_created(
    context: &Context,
    due: &[Delivery],
    mut changed: Vec<Changed>,
) -> Result<Vec<Changed>, SyncError> {
    let mut events: HashMap<(ObjectKind, &str), usize> = HashMap::new();
    let subjects = due.iter().filter_map(|one| Some((one.event.kind?, one.event.object_id.as_deref()?)));
    subjects.for_each(|subject| *events.entry(subject).or_default() += 1);
    let mut created: Vec<RawObject> = Vec::new();
    for object in &changed {
        let came = context.created.take(object.kind, &object.id);
        let is_only_event = events.get(&(object.kind, object.id.as_str())) == Some(&1);
        created.extend(came.filter(|_| object.is_new && is_only_event));
    }
    if created.is_empty() {
        return Ok(changed);
    }
    let (source, objects) = (context.source(), context.objects.clone());
    let unknown = blocking(move || {
        // Of a kind that may not be read no later change would be seen.
        let unread = missing::unread(source, &objects)?;
        let mut unknown = Vec::new();
        for object in created {
            if !unread.contains(&object.kind) && objects.get(object.kind, &object.id)?.is_none() {
                unknown.push(object);
            }
        }
        Ok(unknown)
    });
    let unknown = unknown.await?;
    let written: HashSet<(ObjectKind, String)> =
        unknown.iter().map(|object| (object.kind, object.id.clone())).collect();
    changed.retain(|object| !written.contains(&(object.kind, object.id.clone())));
    let privacy = &context.client.config().privacy;
    let unknown = unknown.into_iter().map(|object| privacy.applied_to(source, object)).collect();
    fetch::commit_created(context, unknown, AT_CREATION).await?;
    Ok(changed)
}

fn changed(source: Source, due: &[Delivery]) -> Vec<Changed> {
    reduce::objects(
        source,
        due.iter().filter_map(|delivery| {
            let event = &delivery.event;
            Some((event.kind?, event.object_id.as_deref()?, event.event_type.as_str()))
        }),
    )
}

/// Removes what was fetched; the rest is retried later or given up.
fn finish(inbox: &Inbox, due: &[Delivery], failures: &Failures, now: UnixSeconds) -> Result<(), StoreError> {
    let failures: HashMap<(ObjectKind, &str), String> =
        failures.iter().map(|((kind, id), error)| ((*kind, id.as_str()), error.to_string())).collect();
    let mut done = Vec::new();
    for delivery in due {
        let object = delivery.event.kind.zip(delivery.event.object_id.as_deref());
        let Some(error) = object.and_then(|object| failures.get(&object)) else {
            done.push(delivery.number);
            continue;
        };
        let pause = PAUSES_SECONDS.get(delivery.attempts as usize);
        let next = pause.map_or(NextAttempt::Never, |pause| NextAttempt::At(UnixSeconds(now.0 + pause)));
        inbox.failed(&[delivery.number], error, next)?;
    }
    inbox.done(&done)
}

#[cfg(test)]
mod tests;

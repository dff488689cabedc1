//! Processes deliveries: each object is fetched in its current state, so that order and repetition do not matter. A
//! delivery leaves the inbox once its object is written.

use std::collections::HashMap;

use connect::Source;
use model::{ObjectKind, UnixSeconds};
use store::{Delivery, Inbox, NextAttempt, StoreError};

use super::fetch::{self, Failures};
use super::reduce::{self, Changed};
use crate::SyncError;
use crate::blocking::blocking;
use crate::context::Context;

/// Deliveries that are processed together.
const BATCH: usize = 500;
/// Seconds until the next attempt, by the number of failures. After the last one it needs a person.
const PAUSES_SECONDS: [i64; 6] = [10, 60, 300, 1_800, 7_200, 43_200];

/// Processes all that is due. When the newest of what was delivered happened, by the provider's clock.
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
        let changed = changed(context.source(), &due);
        // Also what was created a little before the oldest event about it.
        let from = due.iter().map(|delivery| delivery.event.created_at.0).min().unwrap_or(now.0);
        let failures = fetch::changed(context, changed, from).await?;
        let failures = fetch::worth_another_try(context, failures).await?;
        let told = due.iter().filter(|delivery| !delivery.event.event_id.starts_with(fetch::PUT_OFF));
        newest = newest.max(told.map(|delivery| delivery.event.created_at).max());
        let inbox = context.inbox.clone();
        blocking(move || Ok(settle(&inbox, &due, &failures, now)?)).await?;
    }
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
fn settle(inbox: &Inbox, due: &[Delivery], failures: &Failures, now: UnixSeconds) -> Result<(), StoreError> {
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

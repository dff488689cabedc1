//! Gets objects as they are now.

use std::collections::{BTreeMap, HashSet};

use connect::ConnectError;
use connect::stripe::{Children, ListRequest, Retrieved, tombstone};
use futures_util::{StreamExt, TryStreamExt, stream};
use model::{ObjectKind, RawObject, UnixSeconds};
use store::Batch;

use super::reduce::Changed;
use super::{Listed, is_absence, list};
use crate::context::{Context, is_required};
use crate::{SyncError, backfill};

/// Requests at once.
const AT_ONCE: usize = 8;
/// Objects written together.
const BATCH: usize = 200;
/// With more new objects of a kind than this, listing them costs less than fetching each.
const WORTH_LISTING: usize = 20;

/// Objects that could not be had, though the provider answers.
pub(crate) type Failures = Vec<((ObjectKind, String), SyncError)>;

/// Fetches what changed, and tells what could not be had.
pub(super) async fn changed(
    context: &Context,
    changed: Vec<Changed>,
    from: i64,
) -> Result<Failures, SyncError> {
    let mut new: BTreeMap<ObjectKind, usize> = BTreeMap::new();
    for object in changed.iter().filter(|object| object.is_new) {
        *new.entry(object.kind).or_default() += 1;
    }
    let listed: Vec<ObjectKind> =
        new.into_iter().filter(|(_, count)| *count > WORTH_LISTING).map(|(kind, _)| kind).collect();
    let mut seen: HashSet<(ObjectKind, String)> = HashSet::new();
    for kind in &listed {
        read_new(context, *kind, from, &mut seen).await?;
    }
    let rest = changed.into_iter().map(|object| (object.kind, object.id));
    let rest: Vec<_> = rest.filter(|object| !seen.contains(object)).collect();
    retrieve_each(context, rest).await
}

/// Lists what was created since `from`: the provider's clock at the first answer, if the list is to be had.
pub(super) async fn new_objects(
    context: &Context,
    kind: ObjectKind,
    from: i64,
) -> Result<Option<UnixSeconds>, SyncError> {
    read_new(context, kind, from, &mut HashSet::new()).await
}

async fn read_new(
    context: &Context,
    kind: ObjectKind,
    from: i64,
    seen: &mut HashSet<(ObjectKind, String)>,
) -> Result<Option<UnixSeconds>, SyncError> {
    let mut request = ListRequest { created_gte: Some(from), ..ListRequest::new(kind) };
    let mut first_answer = None;
    loop {
        let asked_at = context.clock.now();
        let Listed::Page(page) = list(context, &request).await? else { return Ok(first_answer) };
        first_answer = first_answer.or(page.server_time);
        let last = page.objects.last().map(|object| object.id.clone());
        let is_past = page.objects.last().is_some_and(|last| last.created_at.is_some_and(|at| at.0 < from));
        seen.extend(page.objects.iter().map(|object| (kind, object.id.clone())));
        let mut objects = page.objects;
        for children in page.incomplete {
            objects.extend(rest_of(context, children).await?);
        }
        if !objects.is_empty() {
            context.commit(Batch { objects, seen_at: asked_at, ..Batch::default() }).await?;
        }
        if !page.has_more || is_past || last.is_none() || last == request.starting_after {
            return Ok(first_answer);
        }
        request.starting_after = last;
    }
}

/// Fetches these objects; those that cannot be had are left out and said so in the log.
pub(crate) async fn retrieve_all(
    context: &Context,
    wanted: Vec<(ObjectKind, String)>,
) -> Result<(), SyncError> {
    pass_over(retrieve_each(context, wanted).await?);
    Ok(())
}

/// Says in the log what is left out.
pub(super) fn pass_over(failures: Failures) {
    for ((kind, _), error) in failures {
        tracing::warn!(%kind, %error, "a changed object cannot be fetched");
    }
}

/// Fetches these objects, and what their lists were cut of. One that is gone leaves a tombstone.
async fn retrieve_each(context: &Context, wanted: Vec<(ObjectKind, String)>) -> Result<Failures, SyncError> {
    let mut failures = Failures::new();
    for wanted in wanted.chunks(BATCH) {
        let asked_at = context.clock.now();
        let fetched =
            stream::iter(wanted.to_vec()).map(async |(kind, id)| match retrieve(context, kind, &id).await {
                // Without it numbers would be wrong that look right: it is not passed over.
                Err(SyncError::Provider(source)) if is_required(kind) && is_refusal(&source) => {
                    Err(SyncError::Indispensable { kind, source })
                }
                Err(error) if is_absence(&error) => Ok(Err(((kind, id), error))),
                fetched => fetched.map(Ok),
            });
        let fetched: Vec<Result<Vec<RawObject>, _>> = fetched.buffered(AT_ONCE).try_collect().await?;
        let mut objects = Vec::new();
        for one in fetched {
            match one {
                Ok(found) => objects.extend(found),
                Err(failure) => failures.push(failure),
            }
        }
        context.reporter.count(objects.len() as u64);
        if !objects.is_empty() {
            context.commit(Batch { objects, seen_at: asked_at, ..Batch::default() }).await?;
        }
    }
    Ok(failures)
}

/// The server does not let it be read, now or as long as nobody changes the key.
fn is_refusal(error: &ConnectError) -> bool {
    matches!(error, ConnectError::PermissionMissing { .. } | ConnectError::Refused { .. })
}

async fn retrieve(context: &Context, kind: ObjectKind, id: &str) -> Result<Vec<RawObject>, SyncError> {
    match context.ask(|| context.client.retrieve(kind, id)).await? {
        Retrieved::Found { object, incomplete } => {
            let mut objects = vec![object];
            if let Some(children) = incomplete {
                objects.extend(rest_of(context, children).await?);
            }
            Ok(objects)
        }
        Retrieved::Deleted(object) => Ok(vec![object]),
        Retrieved::Missing => Ok(vec![tombstone(kind, id)]),
    }
}

async fn rest_of(context: &Context, mut children: Children) -> Result<Vec<RawObject>, SyncError> {
    let mut objects = Vec::new();
    loop {
        let page = match context.ask(|| context.client.list_children(&children)).await {
            Ok(page) => page,
            // Gone with its parent, whose own list tells the rest.
            Err(SyncError::Provider(ConnectError::NotFound { .. })) => return Ok(objects),
            Err(SyncError::Provider(source)) => {
                let kind = backfill::part_of(children.parent_kind);
                return Err(SyncError::Indispensable { kind, source });
            }
            Err(error) => return Err(error),
        };
        let last = page.objects.last().map(|object| object.id.clone());
        objects.extend(page.objects);
        if !page.has_more || last.is_none() || last == children.starting_after {
            return Ok(objects);
        }
        children.starting_after = last;
    }
}

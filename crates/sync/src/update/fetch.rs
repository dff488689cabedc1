//! Fetches objects in their current state.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use connect::{Children, ConnectError, ListRequest, Retrieved};
use futures_util::{StreamExt, TryStreamExt, stream};
use model::{CustomerId, ObjectKind, RawObject, UnixSeconds};
use store::{Batch, NewDelivery};

use super::reduce::Changed;
use super::{Listed, is_unavailable, list, methods, missing};
use crate::blocking::blocking;
use crate::context::{Context, say_what_is_left_out};
use crate::{SyncError, backfill};

/// Requests at once.
const AT_ONCE: usize = 8;
/// Objects written together.
pub(super) const BATCH: usize = 200;
/// With more new objects of a kind than this, listing them costs less than fetching each.
const WORTH_LISTING: usize = 20;

/// How often a list is read again from its top because its cursor no longer exists.
const RESTARTS: usize = 3;
/// Prefix of ids that stand in for an event that no provider reported.
pub(super) const PUT_OFF: &str = "look/";

/// Objects that could not be fetched although the provider responds.
pub(crate) type Failures = Vec<((ObjectKind, String), ConnectError)>;

/// Fetches what has changed, and returns what could not be fetched.
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
    let pay_otherwise = changed.iter().filter(|object| object.pays_otherwise);
    let pay_otherwise: Vec<CustomerId> =
        pay_otherwise.map(|object| CustomerId::from(object.id.as_str())).collect();
    let rest = changed.into_iter().map(|object| (object.kind, object.id));
    let rest: Vec<_> = rest.filter(|object| !seen.contains(object)).collect();
    seen.extend(rest.iter().cloned());
    let failures = retrieve_each(context, rest).await?;
    let agreements = methods::paid_otherwise(context, pay_otherwise).await?;
    let agreements = agreements.into_iter().filter(|object| !seen.contains(object)).collect();
    retrieve_all(context, agreements).await?;
    Ok(failures)
}

/// Lists what was created since `from`: the provider's clock at the first answer, if the list is to be had.
pub(super) async fn new_objects(
    context: &Context,
    kind: ObjectKind,
    from: i64,
) -> Result<Option<UnixSeconds>, SyncError> {
    read_new(context, kind, from, &mut HashSet::new()).await
}

/// Lists what was changed since `from`, in a list that can be asked for that.
pub(super) async fn changed_objects(context: &Context, kind: ObjectKind, from: i64) -> Result<(), SyncError> {
    let request = ListRequest { updated_gte: Some(from), ..ListRequest::new(kind) };
    read(context, request, &mut HashSet::new()).await.map(|_| ())
}

async fn read_new(
    context: &Context,
    kind: ObjectKind,
    from: i64,
    seen: &mut HashSet<(ObjectKind, String)>,
) -> Result<Option<UnixSeconds>, SyncError> {
    read(context, ListRequest { created_gte: Some(from), ..ListRequest::new(kind) }, seen).await
}

async fn read(
    context: &Context,
    mut request: ListRequest,
    seen: &mut HashSet<(ObjectKind, String)>,
) -> Result<Option<UnixSeconds>, SyncError> {
    let kind = request.kind;
    let from = request.created_gte.unwrap_or(i64::MIN);
    let mut first_answer = None;
    let mut restarts = RESTARTS;
    loop {
        let requested_at = context.requested_at();
        let page = match list(context, &request).await? {
            Listed::Page(page) => page,
            Listed::Absent(error)
                if may_be_the_cursor(&error) && restarts > 0 && request.starting_after.is_some() =>
            {
                restarts -= 1;
                request.starting_after = None;
                continue;
            }
            Listed::Absent(error) => {
                missing::note(context, kind, error).await?;
                return Ok(first_answer);
            }
        };
        say_what_is_left_out(&page);
        first_answer = first_answer.or(page.server_time);
        let last = page.next.or_else(|| page.objects.last().map(|object| object.id.clone()));
        let is_past = page.objects.last().is_some_and(|last| last.created_at.is_some_and(|at| at.0 < from));
        seen.extend(page.objects.iter().map(|object| (kind, object.id.clone())));
        let mut fetched = Fetched { objects: page.embedded, ..Fetched::default() };
        fetched.objects.extend(page.objects);
        for children in page.incomplete {
            let id = children.parent_id.clone();
            match fetched.add_rest(context, children).await {
                Err(SyncError::Provider(error)) => {
                    fetched.objects.retain(|object| object.id != id);
                    put_off(context, vec![((kind, id), error)]).await?;
                }
                added => added?,
            }
        }
        fetched.commit(context, requested_at).await?;
        if !page.has_more || is_past || last.is_none() || last == request.starting_after {
            return Ok(first_answer);
        }
        request.starting_after = last;
    }
}

/// The object that a page begins after may have been deleted meanwhile: the list itself was there a page ago.
fn may_be_the_cursor(error: &ConnectError) -> bool {
    !matches!(error, ConnectError::PermissionMissing { .. })
}

/// Fetches these objects; those that are not available now are retried.
pub(crate) async fn retrieve_all(
    context: &Context,
    wanted: Vec<(ObjectKind, String)>,
) -> Result<(), SyncError> {
    let failures = retrieve_each(context, wanted).await?;
    put_off(context, failures).await
}

/// Adds objects that could not be fetched to the inbox, as if they had been delivered.
pub(super) async fn put_off(context: &Context, failures: Failures) -> Result<(), SyncError> {
    for ((kind, id), error) in worth_another_try(context, failures).await? {
        tracing::warn!(%kind, %error, "an object can't be fetched at the moment");
        let now = context.clock.now();
        context
            .inbox
            .put(NewDelivery {
                event_id: format!("{PUT_OFF}{kind}/{id}/{now}"),
                event_type: format!("{kind}.changed"),
                kind: Some(kind),
                object_id: Some(id),
                created_at: now,
                received_at_ms: context.clock.now_ms(),
            })
            .await?;
    }
    Ok(())
}

/// Without those of kinds that are done without: the key may not read them, or the server does not have them.
pub(super) async fn worth_another_try(context: &Context, failures: Failures) -> Result<Failures, SyncError> {
    let mut left = Failures::new();
    let mut given_up = BTreeMap::new();
    for ((kind, id), error) in failures {
        let is_hopeless =
            matches!(error, ConnectError::PermissionMissing { .. } | ConnectError::EndpointAbsent { .. });
        if is_hopeless && !context.is_required(kind) {
            given_up.insert(kind, error);
        } else {
            left.push(((kind, id), error));
        }
    }
    for (kind, error) in given_up {
        tracing::warn!(%kind, %error, "changed objects are skipped");
        missing::note(context, kind, error).await?;
    }
    Ok(left)
}

/// Fetches these objects and the rest of their truncated lists. One that no longer exists leaves a tombstone. One
/// that the provider does not respond to does not delay the others.
async fn retrieve_each(context: &Context, wanted: Vec<(ObjectKind, String)>) -> Result<Failures, SyncError> {
    let mut failures = Failures::new();
    for wanted in wanted.chunks(BATCH) {
        let mut wanted = wanted.to_vec();
        loop {
            let unanswered = retrieve_some(context, wanted, &mut failures).await?;
            if unanswered.objects.is_empty() {
                break;
            }
            if unanswered.others_were || does_answer(context).await? {
                failures.extend(unanswered.objects);
                break;
            }
            // It answers for nothing: that passes.
            context.ask(|| context.client.account()).await?;
            wanted = unanswered.objects.into_iter().map(|(object, _)| object).collect();
        }
    }
    Ok(failures)
}

/// Whether the provider answers for anything.
async fn does_answer(context: &Context) -> Result<bool, SyncError> {
    match context.try_once(context.client.account()).await {
        Err(SyncError::Provider(error)) => Ok(!error.is_retryable()),
        answer => answer.map(|_| true),
    }
}

/// Objects without an answer.
struct Unanswered {
    objects: Failures,
    /// Others were answered for meanwhile.
    others_were: bool,
}

async fn retrieve_some(
    context: &Context,
    wanted: Vec<(ObjectKind, String)>,
    failures: &mut Failures,
) -> Result<Unanswered, SyncError> {
    let requested_at = context.requested_at();
    let fetched = stream::iter(wanted).map(async |(kind, id)| match retrieve(context, kind, &id).await {
        // It is not skipped, because without it figures would look right and be wrong.
        Err(SyncError::Provider(source)) if context.is_required(kind) && is_refusal(&source) => {
            Err(SyncError::Indispensable { kind, source })
        }
        Err(SyncError::Provider(error)) if is_unavailable(&error) => Ok(Err(((kind, id), error))),
        fetched => fetched.map(Ok),
    });
    let fetched: Vec<Result<Fetched, _>> = fetched.buffered(AT_ONCE).try_collect().await?;
    let mut all = Fetched::default();
    let mut unanswered = Unanswered { objects: Failures::new(), others_were: false };
    for one in fetched {
        unanswered.others_were |= !matches!(&one, Err((_, error)) if error.is_retryable());
        match one {
            Ok(one) => all.extend(one),
            Err((object, error)) if error.is_retryable() => unanswered.objects.push((object, error)),
            Err(failure) => failures.push(failure),
        }
    }
    context.reporter.count(all.objects.len() as u64);
    all.commit(context, requested_at).await?;
    Ok(unanswered)
}

/// The server does not let it be read, now or as long as nobody changes the key.
fn is_refusal(error: &ConnectError) -> bool {
    matches!(error, ConnectError::PermissionMissing { .. } | ConnectError::Refused { .. })
}

/// One object in its current state, with the rest of its truncated list. A deleted one is a tombstone.
pub(crate) async fn retrieve(context: &Context, kind: ObjectKind, id: &str) -> Result<Fetched, SyncError> {
    let mut fetched = Fetched::default();
    match context.try_once(context.client.retrieve(kind, id)).await? {
        Retrieved::Found { object, incomplete, embedded } => {
            fetched.objects.push(object);
            fetched.objects.extend(embedded);
            if let Some(children) = incomplete {
                fetched.add_rest(context, children).await?;
            }
        }
        Retrieved::Deleted(gone) => fetched.objects.push(last_known(context, gone).await?),
        Retrieved::Missing => {
            fetched.objects.push(last_known(context, context.source().tombstone(kind, id)).await?)
        }
    }
    Ok(fetched)
}

/// What no longer exists goes on to give the figures of its time.
async fn last_known(context: &Context, gone: RawObject) -> Result<RawObject, SyncError> {
    let (objects, kind, id) = (context.objects.clone(), gone.kind, gone.id.clone());
    let stored = blocking(move || Ok(objects.get(kind, &id)?)).await?;
    Ok(context.source().last_known(gone, stored.map(|stored| stored.object)))
}

/// Writes objects that did not have to be requested, after the prices that they name and that are missing.
pub(super) async fn commit_created(
    context: &Context,
    objects: Vec<RawObject>,
    seen_at: UnixSeconds,
) -> Result<(), SyncError> {
    let requested_at = context.requested_at();
    let mut fetched = Fetched { objects, cut: Vec::new() };
    let created = fetched.objects.len();
    fetched.add_unknown_prices(context).await?;
    let prices = Fetched { objects: fetched.objects.split_off(created), cut: Vec::new() };
    prices.commit(context, requested_at).await?;
    if fetched.objects.is_empty() {
        return Ok(());
    }
    context.commit(Batch { objects: fetched.objects, seen_at, ..Batch::default() }).await
}

/// Objects as they are now, lists whole.
#[derive(Default)]
pub(crate) struct Fetched {
    pub objects: Vec<RawObject>,
    /// Objects whose lists were truncated; the rest is among the others.
    cut: Vec<Children>,
}

impl Fetched {
    fn extend(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.cut.extend(other.cut);
    }

    /// The rest of an object's truncated list. `Provider`: not available for now.
    async fn add_rest(&mut self, context: &Context, mut children: Children) -> Result<(), SyncError> {
        let cut = children.clone();
        let mut rest = Vec::new();
        loop {
            let page = match context.try_once(context.client.list_children(&children)).await {
                Ok(page) => page,
                // Deleted with its parent; the parent's own list shows the rest.
                Err(SyncError::Provider(ConnectError::NotFound { .. })) => break,
                Err(SyncError::Provider(source)) if !source.is_retryable() => {
                    let kind = context.source().part_of(children.parent_kind);
                    return Err(SyncError::Indispensable { kind, source });
                }
                Err(error) => return Err(error),
            };
            let last = page.objects.last().map(|object| object.id.clone());
            rest.extend(page.objects);
            if !page.has_more || last.is_none() || last == children.starting_after {
                break;
            }
            children.starting_after = last;
        }
        self.objects.extend(rest);
        self.cut.push(cut);
        Ok(())
    }

    /// Prices that are named and missing: a new one may be reported later than an invoice that uses it.
    async fn add_unknown_prices(&mut self, context: &Context) -> Result<(), SyncError> {
        let source = context.source();
        let prices = source.prices();
        let named: BTreeSet<String> =
            self.objects.iter().flat_map(|object| source.named_prices(object)).collect();
        let objects = context.objects.clone();
        let unknown = blocking(move || {
            let mut unknown = Vec::new();
            for id in named {
                if objects.get(prices, &id)?.is_none() {
                    unknown.push(id);
                }
            }
            Ok(unknown)
        });
        for id in unknown.await? {
            match context.try_once(context.client.retrieve(prices, &id)).await {
                Ok(Retrieved::Found { object, .. } | Retrieved::Deleted(object)) => self.objects.push(object),
                // Not to be requested again.
                Ok(Retrieved::Missing) => self.objects.push(source.tombstone(prices, &id)),
                Err(SyncError::Provider(error)) if is_unavailable(&error) => {
                    put_off(context, vec![((prices, id), error)]).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Writes them together: nobody sees an object without the rest of its list, or without its price.
    pub async fn commit(mut self, context: &Context, requested_at: UnixSeconds) -> Result<(), SyncError> {
        if self.objects.is_empty() {
            return Ok(());
        }
        self.add_unknown_prices(context).await?;
        let lists_begun = self.cut.iter().map(|cut| (cut.parent_kind, cut.parent_id.clone())).collect();
        let followups_done = self.cut.into_iter().map(backfill::followup_of).collect();
        let batch = Batch {
            objects: self.objects,
            seen_at: requested_at,
            lists_begun,
            followups_done,
            ..Batch::default()
        };
        context.commit(batch).await
    }
}

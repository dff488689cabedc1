//! Gets objects as they are now.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use connect::ConnectError;
use connect::stripe::{Children, ListRequest, Retrieved, privacy, tombstone, translate};
use futures_util::{StreamExt, TryStreamExt, stream};
use model::{ObjectKind, RawObject, UnixSeconds};
use store::Batch;

use super::reduce::Changed;
use super::{Listed, is_absence, list, missing};
use crate::blocking::blocking;
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
        let asked_at = context.asked_at();
        let page = match list(context, &request).await? {
            Listed::Page(page) => page,
            Listed::Absent(error) => {
                missing::note(context, kind, error).await?;
                return Ok(first_answer);
            }
        };
        first_answer = first_answer.or(page.server_time);
        let last = page.objects.last().map(|object| object.id.clone());
        let is_past = page.objects.last().is_some_and(|last| last.created_at.is_some_and(|at| at.0 < from));
        seen.extend(page.objects.iter().map(|object| (kind, object.id.clone())));
        let mut fetched = Fetched { objects: page.objects, ..Fetched::default() };
        for children in page.incomplete {
            fetched.add_rest(context, children).await?;
        }
        fetched.commit(context, asked_at).await?;
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
    let failures = retrieve_each(context, wanted).await?;
    pass_over(context, failures).await
}

/// Says in the log what is left out, and notes what may not be read any more.
pub(super) async fn pass_over(context: &Context, failures: Failures) -> Result<(), SyncError> {
    for ((kind, _), error) in failures {
        tracing::warn!(%kind, %error, "a changed object cannot be fetched");
        missing::note(context, kind, error).await?;
    }
    Ok(())
}

/// Fetches these objects, and what their lists were cut of. One that is gone leaves a tombstone.
async fn retrieve_each(context: &Context, wanted: Vec<(ObjectKind, String)>) -> Result<Failures, SyncError> {
    let mut failures = Failures::new();
    for wanted in wanted.chunks(BATCH) {
        let asked_at = context.asked_at();
        let fetched =
            stream::iter(wanted.to_vec()).map(async |(kind, id)| match retrieve(context, kind, &id).await {
                // Without it numbers would be wrong that look right: it is not passed over.
                Err(SyncError::Provider(source)) if is_required(kind) && is_refusal(&source) => {
                    Err(SyncError::Indispensable { kind, source })
                }
                Err(error) if is_absence(&error) => Ok(Err(((kind, id), error))),
                fetched => fetched.map(Ok),
            });
        let fetched: Vec<Result<Fetched, _>> = fetched.buffered(AT_ONCE).try_collect().await?;
        let mut all = Fetched::default();
        for one in fetched {
            match one {
                Ok(one) => all.extend(one),
                Err(failure) => failures.push(failure),
            }
        }
        context.reporter.count(all.objects.len() as u64);
        all.commit(context, asked_at).await?;
    }
    Ok(failures)
}

/// The server does not let it be read, now or as long as nobody changes the key.
fn is_refusal(error: &ConnectError) -> bool {
    matches!(error, ConnectError::PermissionMissing { .. } | ConnectError::Refused { .. })
}

/// One object as it is now, with what its list was cut of. One that is gone is a tombstone.
pub(crate) async fn retrieve(context: &Context, kind: ObjectKind, id: &str) -> Result<Fetched, SyncError> {
    let mut fetched = Fetched::default();
    match context.ask(|| context.client.retrieve(kind, id)).await? {
        Retrieved::Found { object, incomplete } => {
            fetched.objects.push(object);
            if let Some(children) = incomplete {
                fetched.add_rest(context, children).await?;
            }
        }
        Retrieved::Deleted(gone) => fetched.objects.push(last_known(context, gone).await?),
        Retrieved::Missing => fetched.objects.push(last_known(context, tombstone(kind, id)).await?),
    }
    Ok(fetched)
}

/// What is gone goes on to give the figures of its time: a price what was paid by it, a customer the country it was in.
async fn last_known(context: &Context, gone: RawObject) -> Result<RawObject, SyncError> {
    if !matches!(gone.kind, ObjectKind::Price | ObjectKind::Product | ObjectKind::Customer) {
        return Ok(gone);
    }
    let (objects, kind, id) = (context.objects.clone(), gone.kind, gone.id.clone());
    let Some(stored) = blocking(move || Ok(objects.get(kind, &id)?)).await? else { return Ok(gone) };
    let body = match kind {
        // Who is deleted there is not named here.
        ObjectKind::Customer => privacy::redacted(kind, &stored.object.body),
        _ => stored.object.body,
    };
    Ok(RawObject { body, ..gone })
}

/// Objects as they are now, lists whole.
#[derive(Default)]
pub(crate) struct Fetched {
    pub objects: Vec<RawObject>,
    /// Objects whose lists were cut; the rest is among the others.
    cut: Vec<Children>,
}

impl Fetched {
    fn extend(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.cut.extend(other.cut);
    }

    async fn add_rest(&mut self, context: &Context, mut children: Children) -> Result<(), SyncError> {
        self.cut.push(children.clone());
        loop {
            let page = match context.ask(|| context.client.list_children(&children)).await {
                Ok(page) => page,
                // Gone with its parent, whose own list tells the rest.
                Err(SyncError::Provider(ConnectError::NotFound { .. })) => return Ok(()),
                Err(SyncError::Provider(source)) => {
                    let kind = backfill::part_of(children.parent_kind);
                    return Err(SyncError::Indispensable { kind, source });
                }
                Err(error) => return Err(error),
            };
            let last = page.objects.last().map(|object| object.id.clone());
            self.objects.extend(page.objects);
            if !page.has_more || last.is_none() || last == children.starting_after {
                return Ok(());
            }
            children.starting_after = last;
        }
    }

    /// Prices that are named and not there: a new one may be told of later than what was billed by it.
    async fn add_unknown_prices(&mut self, context: &Context) -> Result<(), SyncError> {
        let named: BTreeSet<String> = self.objects.iter().flat_map(prices_of).collect();
        let objects = context.objects.clone();
        let unknown = blocking(move || {
            let mut unknown = Vec::new();
            for id in named {
                if objects.get(ObjectKind::Price, &id)?.is_none() {
                    unknown.push(id);
                }
            }
            Ok(unknown)
        });
        for id in unknown.await? {
            match context.ask(|| context.client.retrieve(ObjectKind::Price, &id)).await {
                Ok(Retrieved::Found { object, .. } | Retrieved::Deleted(object)) => self.objects.push(object),
                // Not to be asked for again.
                Ok(Retrieved::Missing) => self.objects.push(tombstone(ObjectKind::Price, &id)),
                Err(error) if is_absence(&error) => {
                    tracing::warn!(%error, "a price that is named cannot be fetched");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Writes them together: nobody sees an object without the rest of its list, or without its price.
    pub async fn commit(mut self, context: &Context, asked_at: UnixSeconds) -> Result<(), SyncError> {
        if self.objects.is_empty() {
            return Ok(());
        }
        self.add_unknown_prices(context).await?;
        let lists_begun = self.cut.iter().map(|cut| (cut.parent_kind, cut.parent_id.clone())).collect();
        let followups_done = self.cut.into_iter().map(backfill::followup_of).collect();
        let batch = Batch {
            objects: self.objects,
            seen_at: asked_at,
            lists_begun,
            followups_done,
            ..Batch::default()
        };
        Ok(context.commit(batch).await?)
    }
}

/// Prices that an object names without saying what they are.
fn prices_of(object: &RawObject) -> Vec<String> {
    let lines = match object.kind {
        ObjectKind::Invoice => translate::invoice(&object.body).map(|parts| parts.invoice.lines),
        ObjectKind::InvoiceLine => translate::invoice_line(&object.body).map(|(line, _)| vec![line]),
        ObjectKind::InvoiceItem => translate::invoice_item(&object.body).map(|(item, _)| vec![item.line]),
        _ => return Vec::new(),
    };
    let prices = lines.unwrap_or_default().into_iter().filter_map(|line| line.price);
    prices.map(|price| price.to_string()).collect()
}

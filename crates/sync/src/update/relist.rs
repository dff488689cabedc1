//! Lists everything again, or what has changed where a list can be asked for that, and finds out what no longer exists.

use connect::Source;
use model::{ObjectKind, UnixSeconds};
use store::{Batch, Stored};

use super::events::EVENTS_WALK;
use super::{Absent, EVENTS_THROUGH, LISTED_THROUGH, OVERLAP_SECONDS, fetch, note_listed};
use crate::SyncError;
use crate::backfill::{self, LOAD_BEGAN};
use crate::blocking::blocking;
use crate::context::Context;

/// When it began, by our clock; empty when none is under way.
const RELIST_BEGAN: &str = "relist_began";
/// Objects that are read at once.
const BATCH: usize = 500;

/// Whether one was begun and not ended.
pub(super) async fn is_under_way(context: &Context) -> Result<bool, SyncError> {
    Ok(began(context).await?.is_some())
}

async fn began(context: &Context) -> Result<Option<i64>, SyncError> {
    Ok(context.meta(RELIST_BEGAN).await?.and_then(|at| at.parse().ok()))
}

/// Goes through all lists, from where an earlier one stopped. What happened up to the answer, by the provider's clock, is here
/// then; later changes of what was read early may not be. With it what could not be listed. `since`: up to when changes are known.
pub(super) async fn run(context: &Context, since: UnixSeconds) -> Result<(UnixSeconds, Absent), SyncError> {
    let began_at = match began(context).await? {
        Some(began_at) => began_at,
        None => begin(context).await?,
    };
    let loaded = backfill::run(context).await?;
    // What a list that could not be read would have shown is not a sign of anything.
    let is_absent = |kind: &ObjectKind| loaded.absent.iter().any(|(absent, _)| absent == kind);
    let source = context.source();
    for kind in source.load_order().iter().filter(|kind| source.has_changes(**kind) && !is_absent(kind)) {
        fetch::changed_objects(context, *kind, since.0 - OVERLAP_SECONDS).await?;
    }
    let deletable = source.lists().iter().filter(|list| list.is_deletable).map(|list| list.kind);
    let kinds = deletable.filter(|kind| !is_absent(kind)).collect();
    let unseen = unseen_since(context, kinds, began_at).await?;
    fetch::retrieve_all(context, unseen).await?;
    let through = loaded.began.unwrap_or_else(|| context.clock.now());
    // Changes up to then were listed: earlier events need not be read.
    let listed = through.0.to_string();
    let done = vec![
        (RELIST_BEGAN.to_owned(), String::new()),
        (EVENTS_THROUGH.to_owned(), listed.clone()),
        (LISTED_THROUGH.to_owned(), listed),
    ];
    context.commit(Batch { meta: done, ..Batch::default() }).await?;
    note_listed(context).await?;
    Ok((through, loaded.absent))
}

async fn begin(context: &Context) -> Result<i64, SyncError> {
    let now = context.requested_at().0;
    let began = vec![
        (RELIST_BEGAN.to_owned(), now.to_string()),
        (LOAD_BEGAN.to_owned(), String::new()),
        // Whatever it had still to see is listed.
        (EVENTS_WALK.to_owned(), String::new()),
    ];
    let source = context.source();
    let kinds = source.load_order().iter().copied();
    let windows_cleared = kinds.filter(|kind| !source.has_changes(*kind)).collect();
    context.commit(Batch { windows_cleared, meta: began, ..Batch::default() }).await?;
    Ok(now)
}

/// Objects that no list showed and that may have been deleted.
async fn unseen_since(
    context: &Context,
    kinds: Vec<ObjectKind>,
    began_at: i64,
) -> Result<Vec<(ObjectKind, String)>, SyncError> {
    let (source, objects) = (context.source(), context.objects.clone());
    let search = move || -> Result<Vec<_>, SyncError> {
        let mut unseen = Vec::new();
        for kind in kinds {
            let mut after: Option<String> = None;
            loop {
                let stored = objects.scan(kind, after.as_deref(), BATCH)?;
                let Some(last) = stored.last() else { break };
                after = Some(last.object.id.clone());
                let gone = stored.into_iter().filter(|stored| may_be_gone(source, stored, began_at));
                unseen.extend(gone.map(|stored| (kind, stored.object.id)));
            }
        }
        Ok(unseen)
    };
    blocking(search).await
}

fn may_be_gone(source: Source, stored: &Stored, began_at: i64) -> bool {
    !stored.object.is_deleted && stored.seen_at.0 < began_at && source.may_be_gone(&stored.object)
}

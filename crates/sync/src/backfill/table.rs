//! The plan as the database keeps it.

use connect::{ClientConfig, Source};
use model::{ObjectKind, UnixSeconds};
use store::{Objects, StoreError, Window};

use super::plan::{Cursors, KindPlan};
use super::range::{Horizon, Range, RangeId};

/// Remembers that a server ignores `created` on a list.
pub(super) fn plain_key(kind: ObjectKind) -> String {
    format!("plain/{kind}")
}

impl Horizon {
    pub(super) fn new(source: Source, account_created_at: Option<UnixSeconds>, now: UnixSeconds) -> Self {
        let floor = account_created_at.unwrap_or(source.first_accounts()).0;
        Self { floor: floor.min(now.0), now: now.0 }
    }
}

/// As many as keep the client's limits busy; more would only wait there.
pub(super) fn cursors(config: &ClientConfig) -> Cursors {
    let at_once = config.key.source().requests_at_once(config);
    Cursors { total: at_once.max(2), per_kind: (at_once / 3).max(1) }
}

/// Every kind as the last load left it.
pub(super) fn kinds(source: Source, objects: &Objects) -> Result<Vec<KindPlan>, StoreError> {
    let windows = objects.windows()?;
    let plan = |kind: ObjectKind| -> Result<KindPlan, StoreError> {
        let own = windows.iter().filter(|window| window.kind == kind);
        let ranges: Vec<Range> = own.map(|window| range(objects, window)).collect::<Result<_, _>>()?;
        let is_plain = !source.has_windows(kind) || objects.meta(&plain_key(kind))?.is_some();
        Ok(if ranges.is_empty() {
            KindPlan::new(kind, is_plain)
        } else {
            KindPlan::resumed(kind, ranges, is_plain)
        })
    };
    source.load_order().iter().map(|kind| plan(*kind)).collect()
}

fn range(objects: &Objects, window: &Window) -> Result<Range, StoreError> {
    let id = RangeId { kind: window.kind, number: window.number };
    let reached = match &window.starting_after {
        Some(cursor) => objects.get(window.kind, cursor)?.and_then(|stored| stored.object.created_at),
        None => None,
    };
    Ok(Range {
        cursor: window.starting_after.clone(),
        reached: reached.map(|at| at.0),
        count: window.objects,
        is_done: window.is_done,
        ..Range::new(id, window.created_gte, window.created_lte)
    })
}

pub(super) fn window(range: &Range) -> Window {
    Window {
        kind: range.id.kind,
        number: range.id.number,
        created_gte: range.from,
        created_lte: range.to,
        starting_after: range.cursor.clone(),
        is_done: range.is_done,
        objects: range.count,
    }
}

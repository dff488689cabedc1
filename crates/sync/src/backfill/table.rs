//! The plan as the database keeps it.

use connect::{ClientConfig, Source};
use model::{ObjectKind, UnixSeconds};
use store::{Objects, StoreError, Window};

use super::plan::{Cursors, KindPlan};
use super::span::{Horizon, Span, SpanId};

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
pub(super) fn kinds(objects: &Objects, kinds: &[ObjectKind]) -> Result<Vec<KindPlan>, StoreError> {
    let windows = objects.windows()?;
    let plan = |kind: ObjectKind| -> Result<KindPlan, StoreError> {
        let own = windows.iter().filter(|window| window.kind == kind);
        let spans: Vec<Span> = own.map(|window| span(objects, window)).collect::<Result<_, _>>()?;
        let is_plain = objects.meta(&plain_key(kind))?.is_some();
        Ok(if spans.is_empty() {
            KindPlan::new(kind, is_plain)
        } else {
            KindPlan::resumed(kind, spans, is_plain)
        })
    };
    kinds.iter().map(|kind| plan(*kind)).collect()
}

fn span(objects: &Objects, window: &Window) -> Result<Span, StoreError> {
    let id = SpanId { kind: window.kind, number: window.number };
    let reached = match &window.starting_after {
        Some(cursor) => objects.get(window.kind, cursor)?.and_then(|stored| stored.object.created_at),
        None => None,
    };
    Ok(Span {
        cursor: window.starting_after.clone(),
        reached: reached.map(|at| at.0),
        count: window.objects,
        is_done: window.is_done,
        ..Span::new(id, window.created_gte, window.created_lte)
    })
}

pub(super) fn window(span: &Span) -> Window {
    Window {
        kind: span.id.kind,
        number: span.id.number,
        created_gte: span.from,
        created_lte: span.to,
        starting_after: span.cursor.clone(),
        is_done: span.is_done,
        objects: span.count,
    }
}

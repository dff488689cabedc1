//! Decides which cursor reads what next. Pure: it is told what pages contained, and answers which page to request.
//!
//! Every kind begins with one range and one cursor. A cursor without work takes the next range by rank; where none is
//! left it takes the older part of a range that another is still reading. So a small account costs one request per
//! kind, and a large one is read by as many cursors as the limits allow.

use std::cmp::Reverse;

use connect::{ListRequest, Source};
use model::ObjectKind;

use super::page::PageFacts;
use super::rank::{Rank, cut, rank};
use super::span::{Density, Horizon, Span, SpanId};
use crate::progress::{KindProgress, KindState};

/// How many requests may be on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursors {
    pub total: usize,
    /// Of one list: each has a limit of its own.
    pub per_kind: usize,
}

/// Objects that are worth a second cursor: two pages.
const WORTH_CUTTING: u64 = 200;

#[derive(Debug)]
pub(crate) struct Plan {
    source: Source,
    horizon: Horizon,
    cursors: Cursors,
    kinds: Vec<KindPlan>,
}

#[derive(Debug)]
pub(crate) struct KindPlan {
    pub kind: ObjectKind,
    pub spans: Vec<Span>,
    next_number: u32,
    /// The server ignores `created`, so one cursor reads all.
    pub is_plain: bool,
    /// Why the kind is not read.
    pub refused: Option<KindState>,
}

/// The next page to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    pub span: SpanId,
    pub request: ListRequest,
    /// Ranges that were cut for it, and those that they were cut from, to be kept before it.
    pub changed: Vec<SpanId>,
}

/// What a page changed of the plan, to be kept together with the page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub spans: Vec<SpanId>,
    /// The kind turned out to ignore windows: all of its ranges are forgotten but those in `spans`.
    pub turned_plain: Option<ObjectKind>,
}

impl Plan {
    pub fn new(source: Source, kinds: Vec<KindPlan>, horizon: Horizon, cursors: Cursors) -> Self {
        Self { source, horizon, cursors, kinds }
    }

    /// The next page to ask for, while there is one and a cursor free for it.
    pub fn next(&mut self) -> Option<Task> {
        if self.running() >= self.cursors.total {
            return None;
        }
        let mut changed = Vec::new();
        loop {
            let waiting = self.first_waiting();
            let cuttable = self.first_cuttable();
            // Cut as long as that leads to something that is needed earlier than all that waits.
            let next = match (waiting, cuttable) {
                (Some((rank, _)), Some((cut_rank, id))) if cut_rank < rank => Err(id),
                (None, Some((_, id))) => Err(id),
                (Some((_, id)), _) => Ok(id),
                (None, None) => return None,
            };
            match next {
                Ok(id) => return Some(self.start(id, changed)),
                Err(id) => changed.extend(self.cut(id)?),
            }
        }
    }

    /// Goes on past a page.
    pub fn page_read(&mut self, id: SpanId, page: &PageFacts) -> Changes {
        let Some(kind) = self.kind_mut(id.kind) else { return Changes::default() };
        if !page.honours_window && !kind.is_plain {
            let only = kind.turn_plain();
            return Changes { spans: vec![only], turned_plain: Some(id.kind) };
        }
        // A range that was forgotten when its kind turned plain is no longer there.
        let Some(span) = kind.span_mut(id) else { return Changes::default() };
        span.is_running = false;
        span.advance(page);
        Changes { spans: vec![id], turned_plain: None }
    }

    /// The page could not be fetched; it will be requested again.
    pub fn page_failed(&mut self, id: SpanId) {
        if let Some(span) = self.span_mut(id) {
            span.is_running = false;
        }
    }

    /// The provider no longer knows the object that the cursor stands on. `None`: there is no way around it.
    pub fn cursor_gone(&mut self, id: SpanId) -> Option<Changes> {
        let span = self.span_mut(id)?;
        span.is_running = false;
        span.restart_at_reached().then(|| Changes { spans: vec![id], turned_plain: None })
    }

    /// The kind cannot be read.
    pub fn refuse(&mut self, kind: ObjectKind, why: KindState) {
        if let Some(kind) = self.kind_mut(kind) {
            kind.refused = Some(why);
        }
    }

    pub fn is_done(&self) -> bool {
        self.kinds.iter().all(KindPlan::is_done)
    }

    pub fn running(&self) -> usize {
        self.kinds.iter().map(KindPlan::running).sum()
    }

    pub fn span(&self, id: SpanId) -> Option<&Span> {
        self.kinds.iter().find(|kind| kind.kind == id.kind)?.spans.iter().find(|span| span.id == id)
    }

    /// Bills created since this second are all there. `None`: not one page yet; `Some(i64::MIN)`: all of them.
    pub fn bills_reach_back_to(&self) -> Option<i64> {
        self.kinds.iter().find(|kind| kind.kind == self.source.bills())?.reaches_back_to(self.horizon)
    }

    pub fn progress(&self) -> Vec<KindProgress> {
        self.kinds.iter().map(|kind| kind.progress(self.horizon)).collect()
    }

    /// Objects that are still to come. `None`: one kind's are not known.
    pub fn rest(&self) -> Option<u64> {
        self.kinds.iter().filter(|kind| kind.refused.is_none()).map(|kind| kind.rest(self.horizon)).sum()
    }

    fn first_waiting(&self) -> Option<(Rank, SpanId)> {
        let waiting = self.candidates().filter(|span| !span.is_running);
        let ranked = waiting.map(|span| {
            let order = self.source.order_of(span.id.kind);
            (rank(self.source, span, self.horizon), -span.unread_to(self.horizon), order, span.id)
        });
        ranked.min().map(|(rank, .., id)| (rank, id))
    }

    fn first_cuttable(&self) -> Option<(Rank, SpanId)> {
        let cuttable = self.candidates().filter(|span| span.is_running && self.is_worth_cutting(span));
        let ranked = cuttable
            .map(|span| (rank(self.source, span, self.horizon), Reverse(self.rest_of(span)), span.id));
        ranked.min().map(|(rank, _, id)| (rank, id))
    }

    fn candidates(&self) -> impl Iterator<Item = &Span> {
        let per_kind = self.cursors.per_kind;
        let open = self.kinds.iter().filter(move |kind| kind.refused.is_none() && kind.running() < per_kind);
        open.flat_map(|kind| kind.spans.iter().filter(|span| !span.is_done))
    }

    fn rest_of(&self, span: &Span) -> u64 {
        span.density(self.horizon).map_or(0, |density| span.estimated_rest(density, self.horizon))
    }

    fn is_worth_cutting(&self, span: &Span) -> bool {
        let is_plain = self.kinds.iter().any(|kind| kind.kind == span.id.kind && kind.is_plain);
        !is_plain && self.rest_of(span) >= WORTH_CUTTING && cut(span, self.horizon).is_some()
    }

    /// Makes two ranges of one.
    fn cut(&mut self, id: SpanId) -> Option<[SpanId; 2]> {
        let horizon = self.horizon;
        let kind = self.kind_mut(id.kind)?;
        let number = kind.next_number;
        let span = kind.span_mut(id)?;
        let older = span.split_before(cut(span, horizon)?, number);
        let older_id = older.id;
        kind.next_number += 1;
        kind.spans.push(older);
        Some([id, older_id])
    }

    fn start(&mut self, id: SpanId, changed: Vec<SpanId>) -> Task {
        let mut request = ListRequest::new(id.kind);
        if let Some(span) = self.span_mut(id) {
            span.is_running = true;
            request.created_gte = span.from;
            request.created_lte = span.to;
            request.starting_after.clone_from(&span.cursor);
        }
        Task { span: id, request, changed }
    }

    fn kind_mut(&mut self, kind: ObjectKind) -> Option<&mut KindPlan> {
        self.kinds.iter_mut().find(|plan| plan.kind == kind)
    }

    fn span_mut(&mut self, id: SpanId) -> Option<&mut Span> {
        self.kind_mut(id.kind)?.span_mut(id)
    }
}

impl KindPlan {
    /// A kind of which nothing was read yet.
    pub fn new(kind: ObjectKind, is_plain: bool) -> Self {
        Self::resumed(kind, vec![Span::new(SpanId { kind, number: 0 }, None, None)], is_plain)
    }

    /// A kind as an earlier load left it.
    pub fn resumed(kind: ObjectKind, spans: Vec<Span>, is_plain: bool) -> Self {
        let next_number = spans.iter().map(|span| span.id.number + 1).max().unwrap_or(0);
        Self { kind, spans, next_number, is_plain, refused: None }
    }

    pub fn is_done(&self) -> bool {
        self.refused.is_some() || self.spans.iter().all(|span| span.is_done)
    }

    fn running(&self) -> usize {
        self.spans.iter().filter(|span| span.is_running).count()
    }

    fn span_mut(&mut self, id: SpanId) -> Option<&mut Span> {
        self.spans.iter_mut().find(|span| span.id == id)
    }

    fn turn_plain(&mut self) -> SpanId {
        let id = SpanId { kind: self.kind, number: self.next_number };
        self.next_number += 1;
        self.is_plain = true;
        self.spans = vec![Span::new(id, None, None)];
        id
    }

    /// From the newest range to the oldest.
    fn newest_first(&self) -> Vec<&Span> {
        let mut spans: Vec<&Span> = self.spans.iter().collect();
        spans.sort_by_key(|span| Reverse(span.to.unwrap_or(i64::MAX)));
        spans
    }

    /// Objects still to come, each range as dense as what was read of it, or of the range newer than it.
    fn rest(&self, horizon: Horizon) -> Option<u64> {
        let mut rest = 0;
        let mut last_known: Option<Density> = None;
        for span in self.newest_first() {
            last_known = span.density(horizon).or(last_known);
            if span.is_done {
                continue;
            }
            if self.is_plain && span.reached.is_none() {
                return None;
            }
            rest += span.estimated_rest(last_known?, horizon);
        }
        Some(rest)
    }

    fn reaches_back_to(&self, horizon: Horizon) -> Option<i64> {
        let mut back_to = None;
        for span in self.newest_first() {
            if !span.is_done {
                return span.reached.or(back_to);
            }
            back_to = Some(span.from.unwrap_or(i64::MIN).min(horizon.now));
        }
        back_to
    }

    fn progress(&self, horizon: Horizon) -> KindProgress {
        let done = self.spans.iter().map(|span| span.count).sum();
        let is_untouched = self.spans.iter().all(|span| !span.is_running && span.count == 0);
        let state = match self.refused {
            Some(why) => why,
            None if self.is_done() => KindState::Done,
            None if is_untouched => KindState::Waiting,
            None => KindState::Loading,
        };
        let estimated_total = match self.refused {
            Some(_) => None,
            None => self.rest(horizon).map(|rest| done + rest),
        };
        KindProgress { kind: self.kind, done, estimated_total, state }
    }
}

#[cfg(test)]
mod tests;

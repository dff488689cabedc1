//! Decides which cursor reads what next. Pure: it gets what pages contained, and answers which page to request.
//!
//! Every kind begins with one range and one cursor. A cursor without work takes the next range by rank; where none is
//! left it takes the older part of a range that another is still reading. So a small account costs one request per
//! kind, and a large one is read by as many cursors as the limits allow.

use std::cmp::Reverse;

use connect::{ListRequest, Source};
use model::ObjectKind;

use super::page::PageFacts;
use super::range::{Density, Horizon, Range, RangeId};
use super::rank::{Rank, cut, rank};
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
pub(crate) struct LoadPlan {
    source: Source,
    horizon: Horizon,
    cursors: Cursors,
    kinds: Vec<KindPlan>,
}

#[derive(Debug)]
pub(crate) struct KindPlan {
    pub kind: ObjectKind,
    pub ranges: Vec<Range>,
    next_number: u32,
    /// The server ignores `created`, so one cursor reads all.
    pub is_plain: bool,
    /// Why the kind is not read.
    pub refused: Option<KindState>,
}

/// The next page to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageTask {
    pub range: RangeId,
    pub request: ListRequest,
    /// Ranges that were cut for it, and those that they were cut from, to be kept before it.
    pub changed: Vec<RangeId>,
}

/// What a page changed of the plan, to be kept together with the page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub ranges: Vec<RangeId>,
    /// The kind turned out to ignore windows: all of its ranges are forgotten but those in `ranges`.
    pub turned_plain: Option<ObjectKind>,
}

impl LoadPlan {
    pub fn new(source: Source, kinds: Vec<KindPlan>, horizon: Horizon, cursors: Cursors) -> Self {
        Self { source, horizon, cursors, kinds }
    }

    /// The next page to ask for, while there is one and a cursor free for it.
    pub fn next(&mut self) -> Option<PageTask> {
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
    pub fn page_read(&mut self, id: RangeId, page: &PageFacts) -> Changes {
        let Some(kind) = self.kind_mut(id.kind) else { return Changes::default() };
        if !page.honours_window && !kind.is_plain {
            let only = kind.turn_plain();
            return Changes { ranges: vec![only], turned_plain: Some(id.kind) };
        }
        // A range that was forgotten when its kind turned plain is no longer there.
        let Some(range) = kind.range_mut(id) else { return Changes::default() };
        range.is_running = false;
        range.advance(page);
        Changes { ranges: vec![id], turned_plain: None }
    }

    /// The page could not be fetched; it will be requested again.
    pub fn page_failed(&mut self, id: RangeId) {
        if let Some(range) = self.range_mut(id) {
            range.is_running = false;
        }
    }

    /// The provider no longer knows the object that the cursor stands on. `None`: there is no way around it.
    pub fn cursor_gone(&mut self, id: RangeId) -> Option<Changes> {
        let range = self.range_mut(id)?;
        range.is_running = false;
        range.restart_at_reached().then(|| Changes { ranges: vec![id], turned_plain: None })
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

    pub fn range(&self, id: RangeId) -> Option<&Range> {
        self.kinds.iter().find(|kind| kind.kind == id.kind)?.ranges.iter().find(|range| range.id == id)
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

    fn first_waiting(&self) -> Option<(Rank, RangeId)> {
        let waiting = self.candidates().filter(|range| !range.is_running);
        let ranked = waiting.map(|range| {
            let order = self.source.order_of(range.id.kind);
            (rank(self.source, range, self.horizon), -range.unread_to(self.horizon), order, range.id)
        });
        ranked.min().map(|(rank, .., id)| (rank, id))
    }

    fn first_cuttable(&self) -> Option<(Rank, RangeId)> {
        let cuttable = self.candidates().filter(|range| range.is_running && self.is_worth_cutting(range));
        let ranked = cuttable
            .map(|range| (rank(self.source, range, self.horizon), Reverse(self.rest_of(range)), range.id));
        ranked.min().map(|(rank, _, id)| (rank, id))
    }

    fn candidates(&self) -> impl Iterator<Item = &Range> {
        let per_kind = self.cursors.per_kind;
        let open = self.kinds.iter().filter(move |kind| kind.refused.is_none() && kind.running() < per_kind);
        open.flat_map(|kind| kind.ranges.iter().filter(|range| !range.is_done))
    }

    fn rest_of(&self, range: &Range) -> u64 {
        range.density(self.horizon).map_or(0, |density| range.estimated_rest(density, self.horizon))
    }

    fn is_worth_cutting(&self, range: &Range) -> bool {
        let is_plain = self.kinds.iter().any(|kind| kind.kind == range.id.kind && kind.is_plain);
        !is_plain && self.rest_of(range) >= WORTH_CUTTING && cut(range, self.horizon).is_some()
    }

    /// Makes two ranges of one.
    fn cut(&mut self, id: RangeId) -> Option<[RangeId; 2]> {
        let horizon = self.horizon;
        let kind = self.kind_mut(id.kind)?;
        let number = kind.next_number;
        let range = kind.range_mut(id)?;
        let older = range.split_before(cut(range, horizon)?, number);
        let older_id = older.id;
        kind.next_number += 1;
        kind.ranges.push(older);
        Some([id, older_id])
    }

    fn start(&mut self, id: RangeId, changed: Vec<RangeId>) -> PageTask {
        let mut request = ListRequest::new(id.kind);
        if let Some(range) = self.range_mut(id) {
            range.is_running = true;
            request.created_gte = range.from;
            request.created_lte = range.to;
            request.starting_after.clone_from(&range.cursor);
        }
        PageTask { range: id, request, changed }
    }

    fn kind_mut(&mut self, kind: ObjectKind) -> Option<&mut KindPlan> {
        self.kinds.iter_mut().find(|plan| plan.kind == kind)
    }

    fn range_mut(&mut self, id: RangeId) -> Option<&mut Range> {
        self.kind_mut(id.kind)?.range_mut(id)
    }
}

impl KindPlan {
    /// A kind of which nothing was read yet.
    pub fn new(kind: ObjectKind, is_plain: bool) -> Self {
        Self::resumed(kind, vec![Range::new(RangeId { kind, number: 0 }, None, None)], is_plain)
    }

    /// A kind as an earlier load left it.
    pub fn resumed(kind: ObjectKind, ranges: Vec<Range>, is_plain: bool) -> Self {
        let next_number = ranges.iter().map(|range| range.id.number + 1).max().unwrap_or(0);
        Self { kind, ranges, next_number, is_plain, refused: None }
    }

    pub fn is_done(&self) -> bool {
        self.refused.is_some() || self.ranges.iter().all(|range| range.is_done)
    }

    fn running(&self) -> usize {
        self.ranges.iter().filter(|range| range.is_running).count()
    }

    fn range_mut(&mut self, id: RangeId) -> Option<&mut Range> {
        self.ranges.iter_mut().find(|range| range.id == id)
    }

    fn turn_plain(&mut self) -> RangeId {
        let id = RangeId { kind: self.kind, number: self.next_number };
        self.next_number += 1;
        self.is_plain = true;
        self.ranges = vec![Range::new(id, None, None)];
        id
    }

    /// From the newest range to the oldest.
    fn newest_first(&self) -> Vec<&Range> {
        let mut ranges: Vec<&Range> = self.ranges.iter().collect();
        ranges.sort_by_key(|range| Reverse(range.to.unwrap_or(i64::MAX)));
        ranges
    }

    /// Objects still to come, each range as dense as what was read of it, or of the range newer than it.
    fn rest(&self, horizon: Horizon) -> Option<u64> {
        let mut rest = 0;
        let mut last_known: Option<Density> = None;
        for range in self.newest_first() {
            last_known = range.density(horizon).or(last_known);
            if range.is_done {
                continue;
            }
            if self.is_plain && range.reached.is_none() {
                return None;
            }
            rest += range.estimated_rest(last_known?, horizon);
        }
        Some(rest)
    }

    fn reaches_back_to(&self, horizon: Horizon) -> Option<i64> {
        let mut back_to = None;
        for range in self.newest_first() {
            if !range.is_done {
                return range.reached.or(back_to);
            }
            back_to = Some(range.from.unwrap_or(i64::MIN).min(horizon.now));
        }
        back_to
    }

    fn progress(&self, horizon: Horizon) -> KindProgress {
        let done = self.ranges.iter().map(|range| range.count).sum();
        let is_untouched = self.ranges.iter().all(|range| !range.is_running && range.count == 0);
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

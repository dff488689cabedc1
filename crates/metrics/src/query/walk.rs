//! One pass over a customer's rows: netted by day, then classified.

use model::{Day, UnixSeconds};
use smallvec::SmallVec;

use super::MovementKind;
use super::scope::{LEFT_OUT, Scope, Target};
use crate::columns::{Chunk, Daily, Outline, RowSlices};

/// From which day on movements are of interest, and until when rows count.
#[derive(Debug, Clone, Copy)]
pub(super) struct WalkRange {
    pub(super) first: Day,
    pub(super) last: Day,
    /// Also ends the last day.
    pub(super) now: UnixSeconds,
}

impl WalkRange {
    /// Whether it ends in the middle of a customer's day, which is then worth something else than at its end.
    pub(super) fn cuts(self, chunk: &Chunk, customer: usize, outline: &Outline) -> bool {
        if outline.last_on < self.last || outline.ended_before(self.now) {
            return false;
        }
        let rows = chunk.rows(customer);
        let mut instants = rows.days.iter().zip(rows.at);
        instants.any(|(day, at)| *day == self.last && *at > self.now.0)
    }
}

/// The only series that a customer's rows are in, if there is one: then its days need not be netted again.
/// [`LEFT_OUT`] where the scope has no place for any.
pub(super) fn only_target(
    chunk: &Chunk,
    customer: usize,
    outline: &Outline,
    country: u32,
    scope: &Scope,
) -> Option<Target> {
    if let Some(plan) = outline.plan() {
        return Some(scope.target(plan, country));
    }
    let mut targets = chunk.rows(customer).plan.iter().map(|plan| scope.target(*plan, country));
    let first = targets.next().unwrap_or(Target { series: LEFT_OUT, counted: LEFT_OUT });
    targets.all(|target| target == first).then_some(first)
}

/// A customer's MRR within one series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane {
    pub(super) series: u32,
    pub(super) counted: u32,
    /// Just before the range.
    pub(super) opening: i64,
    /// At the end of the last day that was looked at.
    pub(super) value: i64,
    /// Within the day that is being netted.
    running: i64,
    day: Day,
    is_ever_above: bool,
}

/// A change of a lane over one day of the range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub(super) lane: u32,
    pub(super) day: Day,
    pub(super) kind: MovementKind,
    pub(super) before: i64,
    pub(super) after: i64,
}

/// What a walk finds. Kept and refilled from customer to customer.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) lanes: SmallVec<[Lane; 4]>,
    /// In order of days.
    pub(super) moves: Vec<Move>,
}

impl Trail {
    /// Walks a customer's rows. `country` is the scope's number for the customer's.
    pub(super) fn walk(
        &mut self,
        chunk: &Chunk,
        customer: usize,
        country: u32,
        scope: &Scope,
        range: WalkRange,
    ) {
        self.lanes.clear();
        self.moves.clear();
        let daily = chunk.daily(customer);
        match only_target(chunk, customer, daily.outline, country, scope) {
            Some(target) if target.series == LEFT_OUT => {}
            Some(target) if !range.cuts(chunk, customer, daily.outline) => {
                if daily.outline.has_row(range.last) {
                    self.take_daily(daily, target, range);
                }
            }
            _ => self.walk_rows(chunk.rows(customer), country, scope, range),
        }
    }

    /// What a walk over all rows of one series comes to.
    fn take_daily(&mut self, daily: Daily<'_>, target: Target, range: WalkRange) {
        let (opening, within) = daily.within(range.first, range.last);
        let is_ever_above = daily.outline.first_above(range.last).is_some_and(|day| day < range.first);
        let mut lane =
            Lane { opening, value: opening, is_ever_above, ..Lane::new(target.series, target.counted) };
        for (day, value) in within.days.iter().zip(within.value_minor) {
            lane.day = *day;
            lane.running = *value;
            close(&mut lane, 0, range.first, &mut self.moves);
        }
        self.lanes.push(lane);
    }

    fn walk_rows(&mut self, rows: RowSlices<'_>, country: u32, scope: &Scope, range: WalkRange) {
        // The lane in hand is worked on apart from the others: nearly always it is the only one.
        let mut lane = Lane::new(LEFT_OUT, LEFT_OUT);
        let mut place = 0;
        let columns = rows.days.iter().zip(rows.plan).zip(rows.delta_minor);
        for (row, ((day, plan), delta)) in columns.enumerate() {
            // Instants are only looked at where the day does not decide.
            if *day >= range.last && (*day > range.last || rows.at[row] > range.now.0) {
                break;
            }
            let target = scope.target(*plan, country);
            if target.series == LEFT_OUT {
                continue;
            }
            if lane.series != target.series {
                self.put_back(lane, place);
                (lane, place) = self.take(target.series, target.counted);
            }
            if lane.day != *day {
                close(&mut lane, place, range.first, &mut self.moves);
                lane.day = *day;
            }
            lane.running += delta;
        }
        self.put_back(lane, place);
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            close(lane, index, range.first, &mut self.moves);
        }
        if self.lanes.len() > 1 {
            self.moves.sort_by_key(|one| one.day);
        }
    }

    /// Whether the customer has nothing in the range: neither just before it nor within.
    pub(super) fn is_nothing(&self) -> bool {
        self.moves.is_empty() && self.lanes.iter().all(|lane| lane.opening == 0)
    }

    pub(super) fn lane_of(&self, one: &Move) -> &Lane {
        &self.lanes[one.lane as usize]
    }

    fn put_back(&mut self, lane: Lane, place: usize) {
        if lane.series != LEFT_OUT {
            self.lanes[place] = lane;
        }
    }

    fn take(&mut self, series: u32, counted: u32) -> (Lane, usize) {
        let found = self.lanes.iter().position(|lane| lane.series == series);
        let place = found.unwrap_or_else(|| {
            self.lanes.push(Lane::new(series, counted));
            self.lanes.len() - 1
        });
        (self.lanes[place], place)
    }
}

impl Lane {
    fn new(series: u32, counted: u32) -> Self {
        Self { series, counted, opening: 0, value: 0, running: 0, day: Day(i32::MIN), is_ever_above: false }
    }
}

/// Ends a lane's day: before the range it makes the opening value, within it a change becomes a movement.
#[inline]
fn close(lane: &mut Lane, place: usize, first: Day, moves: &mut Vec<Move>) {
    let (before, after) = (lane.value, lane.running);
    lane.value = after;
    if lane.day < first {
        lane.opening = after;
    } else if let Some(kind) = MovementKind::of(before, after, lane.is_ever_above) {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        moves.push(Move { lane: place, day: lane.day, kind, before, after });
    }
    lane.is_ever_above |= after > 0;
}

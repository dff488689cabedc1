//! One pass over a customer's rows: netted by day, then classified.

use model::Day;
use smallvec::SmallVec;

use super::MovementKind;
use super::scope::{LEFT_OUT, Scope};
use crate::columns::RowSlices;

/// From which day on movements are of interest, and until when rows count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) first: Day,
    pub(super) last: Day,
    /// Also ends the last day.
    pub(super) now: model::UnixSeconds,
}

/// A customer's MRR within one series.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub(super) series: u32,
    pub(super) counted: u32,
    /// Just before the range.
    pub(super) opening: i64,
    /// At the end of the last day that was looked at.
    pub(super) value: i64,
    /// For whoever goes through the movements again.
    pub(super) current: i64,
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
    pub(super) fn walk(&mut self, rows: RowSlices<'_>, country: u32, scope: &Scope, range: Range) {
        self.lanes.clear();
        self.moves.clear();
        let mut last_used = 0;
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
            if self.lanes.get(last_used).is_none_or(|lane| lane.series != target.series) {
                last_used = self.lane(target.series, target.counted);
            }
            let lane = &mut self.lanes[last_used];
            if lane.day != *day {
                close(lane, last_used, range.first, &mut self.moves);
                lane.day = *day;
            }
            lane.running += delta;
        }
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            close(lane, index, range.first, &mut self.moves);
            lane.current = lane.opening;
        }
        if self.lanes.len() > 1 {
            self.moves.sort_by_key(|one| one.day);
        }
    }

    pub(super) fn lane_of(&self, one: &Move) -> &Lane {
        &self.lanes[one.lane as usize]
    }

    fn lane(&mut self, series: u32, counted: u32) -> usize {
        let found = self.lanes.iter().position(|lane| lane.series == series);
        found.unwrap_or_else(|| {
            self.lanes.push(Lane {
                series,
                counted,
                opening: 0,
                value: 0,
                current: 0,
                running: 0,
                day: Day(i32::MIN),
                is_ever_above: false,
            });
            self.lanes.len() - 1
        })
    }
}

/// Ends a lane's day: a change becomes a movement, or part of the opening value when it was before the range.
#[inline]
fn close(lane: &mut Lane, index: usize, first: Day, moves: &mut Vec<Move>) {
    let (before, after) = (lane.value, lane.running);
    let Some(kind) = MovementKind::of(before, after, lane.is_ever_above) else { return };
    lane.value = after;
    lane.is_ever_above |= after > 0;
    if lane.day < first {
        lane.opening = after;
    } else {
        let lane_index = u32::try_from(index).unwrap_or(u32::MAX);
        moves.push(Move { lane: lane_index, day: lane.day, kind, before, after });
    }
}

//! What is read first: whatever brings today's MRR, then the history behind it, then the rest.

use connect::{Source, Stage};

use super::range::{Horizon, Range};

const DAY: i64 = 86_400;
/// Holds the running period of monthly subscriptions.
pub(crate) const RECENT_SECONDS: i64 = 35 * DAY;
/// Holds the running period of yearly ones.
pub(crate) const YEAR_SECONDS: i64 = 370 * DAY;

/// Lower comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(u8);

pub(crate) fn rank(source: Source, range: &Range, horizon: Horizon) -> Rank {
    let age = horizon.now - range.unread_to(horizon);
    let is_recent = age < RECENT_SECONDS;
    let stage = source.list(range.id.kind).map_or(Stage::Rest, |list| list.stage);
    Rank(match stage {
        Stage::Names => 0,
        Stage::Running => 1,
        Stage::Billed | Stage::People if is_recent => 1,
        Stage::Billed if age < YEAR_SECONDS => 2,
        Stage::Billed | Stage::People => 3,
        Stage::Rest if is_recent => 4,
        Stage::Rest => 5,
    })
}

/// Where a range that is too long for one cursor is cut: at the ends of the running month and the running year,
/// so that what is needed first is not mixed with what is not; else in the middle of what is unread.
///
/// The second that the newer part begins with. `None`: too short to cut.
pub(crate) fn cut(range: &Range, horizon: Horizon) -> Option<i64> {
    let (from, to) = (range.unread_from(horizon), range.unread_to(horizon));
    let ends = [horizon.now - RECENT_SECONDS, horizon.now - YEAR_SECONDS];
    let is_inside = |at: &i64| from < *at && *at < to;
    let middle = from + (to - from) / 2;
    ends.into_iter().find(is_inside).or(Some(middle)).filter(is_inside)
}

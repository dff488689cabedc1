//! Progress of the work on a connection, for the page, the terminal and the API alike.

use std::collections::VecDeque;

use model::{Day, ObjectKind, UnixSeconds};
use serde::Serialize;
use store::AbsentReason;

/// What a connection is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    #[default]
    Idle,
    /// Finding out which account it is and what the key may read.
    Connecting,
    /// Deleting personal data from what is kept.
    Erasing,
    /// Reading the account's history.
    Loading,
    /// Making the ledger from the objects.
    Building,
    /// Looking for references that point nowhere.
    Checking,
    /// Fetching what changed.
    Updating,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum KindState {
    #[default]
    Waiting,
    Loading,
    Done,
    /// The server has no such list.
    Absent,
    /// The key may not read it.
    Forbidden,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindProgress {
    pub kind: ObjectKind,
    /// Objects that are kept, without those that were deleted.
    pub done: u64,
    /// `None`: not known yet.
    pub estimated_total: Option<u64>,
    pub state: KindState,
}

impl KindState {
    pub(crate) fn of_absent(reason: AbsentReason) -> Self {
        match reason {
            AbsentReason::Forbidden => Self::Forbidden,
            AbsentReason::Absent => Self::Absent,
        }
    }
}

impl KindProgress {
    /// Counts what is kept in place of what was received: the same object may have come several times.
    pub(crate) fn count_kept(&mut self, kept: u64) {
        self.estimated_total = match self.state {
            KindState::Done => Some(kept),
            _ => self.estimated_total.map(|total| total.max(kept)),
        };
        self.done = kept;
    }
}

/// A snapshot. Every number in it is counted or measured; what is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Progress {
    pub phase: Phase,
    pub kinds: Vec<KindProgress>,
    pub objects_done: u64,
    /// Over the last ten seconds.
    pub objects_per_second: u64,
    pub seconds_left: Option<u64>,
    pub started_at: Option<UnixSeconds>,
    /// The first day from which invoices are there without a gap up to now. `None`: nothing yet, or everything.
    pub reaches_back_on: Option<Day>,
    pub data_through: Option<UnixSeconds>,
    /// Moves whenever the ledger did.
    pub ledger_version: u64,
    /// What it waits for, or why it failed, in plain words.
    pub message: Option<String>,
}

impl Progress {
    /// The work on several connections as one. Objects are not counted by kind: sources have kinds of their own.
    pub fn together(all: &[Self]) -> Self {
        let busiest = all.iter().max_by_key(|progress| progress.phase.busyness());
        let is_later = all.iter().filter_map(|progress| progress.reaches_back_on).max();
        let data_through: Option<Vec<UnixSeconds>> =
            all.iter().map(|progress| progress.data_through).collect();
        Self {
            phase: busiest.map_or(Phase::Idle, |progress| progress.phase),
            kinds: Vec::new(),
            objects_done: all.iter().map(|progress| progress.objects_done).sum(),
            objects_per_second: all.iter().map(|progress| progress.objects_per_second).sum(),
            seconds_left: all.iter().filter_map(|progress| progress.seconds_left).max(),
            started_at: all.iter().filter_map(|progress| progress.started_at).min(),
            reaches_back_on: is_later,
            data_through: data_through.and_then(|all| all.into_iter().min()),
            ledger_version: all.iter().fold(0, |sum, progress| sum.wrapping_add(progress.ledger_version)),
            message: busiest.and_then(|progress| progress.message.clone()),
        }
    }
}

impl Phase {
    /// Of several connections, the one with the most to say speaks for all.
    fn busyness(self) -> u8 {
        match self {
            Self::Idle => 0,
            Self::Updating => 1,
            Self::Checking => 2,
            Self::Building => 3,
            Self::Connecting => 4,
            Self::Loading => 5,
            Self::Erasing => 6,
            Self::Failed => 7,
        }
    }
}

/// How long the rate looks back.
const METER_SPAN_MS: i64 = 10_000;

/// Objects a second over the last ten seconds.
#[derive(Debug, Default)]
pub(crate) struct RateMeter {
    /// (milliseconds, objects), oldest first.
    marks: VecDeque<(i64, u64)>,
}

impl RateMeter {
    pub(crate) fn add(&mut self, now_ms: i64, objects: u64) {
        self.marks.push_back((now_ms, objects));
        self.forget(now_ms);
    }

    pub(crate) fn per_second(&mut self, now_ms: i64) -> u64 {
        self.forget(now_ms);
        let Some((first_ms, _)) = self.marks.front() else { return 0 };
        // A second at least, so that the very first page does not promise thousands.
        let span_ms = u64::try_from(now_ms - first_ms).unwrap_or(0).clamp(1000, METER_SPAN_MS as u64);
        self.marks.iter().map(|(_, objects)| objects).sum::<u64>() * 1000 / span_ms
    }

    fn forget(&mut self, now_ms: i64) {
        while self.marks.front().is_some_and(|(at_ms, _)| now_ms - at_ms > METER_SPAN_MS) {
            self.marks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::kind;

    #[test]
    fn the_rate_is_that_of_the_last_ten_seconds() {
        let mut meter = RateMeter::default();
        assert_eq!(meter.per_second(0), 0);
        meter.add(0, 100);
        assert_eq!(meter.per_second(0), 100, "nothing is faster than its first second");
        meter.add(5_000, 100);
        assert_eq!(meter.per_second(5_000), 40);
        assert_eq!(meter.per_second(10_000), 20);
        assert_eq!(meter.per_second(12_000), 14, "the first page has left the ten seconds");
        assert_eq!(meter.per_second(60_000), 0);
    }

    #[test]
    fn of_several_the_busiest_speaks_and_none_is_ahead_of_the_data() {
        let of = |phase, data_through, ledger_version| Progress {
            phase,
            data_through,
            ledger_version,
            message: Some(format!("{phase:?}")),
            ..Progress::default()
        };
        let idle = of(Phase::Idle, Some(UnixSeconds(5)), 7);
        let all = Progress::together(&[idle.clone(), of(Phase::Updating, Some(UnixSeconds(3)), 2)]);
        assert_eq!(
            (all.phase, all.data_through, all.ledger_version),
            (Phase::Updating, Some(UnixSeconds(3)), 9)
        );
        let all = Progress::together(&[of(Phase::Failed, None, 1), idle]);
        assert_eq!((all.data_through, all.message.as_deref()), (None, Some("Failed")));
    }

    #[test]
    fn progress_is_what_the_api_says() {
        let progress = Progress {
            phase: Phase::Loading,
            kinds: vec![KindProgress {
                kind: kind::INVOICE_ITEM,
                done: 3,
                estimated_total: None,
                state: KindState::Waiting,
            }],
            reaches_back_on: Some(Day(0)),
            ..Progress::default()
        };
        insta::assert_json_snapshot!(progress, @r#"
        {
          "phase": "loading",
          "kinds": [
            {
              "kind": "invoice_item",
              "done": 3,
              "estimated_total": null,
              "state": "waiting"
            }
          ],
          "objects_done": 0,
          "objects_per_second": 0,
          "seconds_left": null,
          "started_at": null,
          "reaches_back_on": "1970-01-01",
          "data_through": null,
          "ledger_version": 0,
          "message": null
        }
        "#);
    }
}

//! How many rows of lists a workspace is answered in a minute, on a server that is run for others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{Clock, WorkspaceId};

const MINUTE_S: i64 = 60;

/// Rows by the second in which they were answered, the oldest first; of the last minute.
type Answered = VecDeque<(i64, u32)>;

/// A limit on rows, the same for every workspace. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RowLimit {
    most: Option<u32>,
    clock: Clock,
    answered: Arc<Mutex<HashMap<WorkspaceId, Answered>>>,
}

/// Rows that one answer may have. They count from the moment they are reserved, so that many requests at once can't get more than
/// one after another; what the answer doesn't have is given back.
#[derive(Debug)]
pub struct Reserved {
    limit: RowLimit,
    workspace: WorkspaceId,
    at: i64,
    rows: u32,
}

impl RowLimit {
    pub fn new(most: Option<u32>, clock: Clock) -> Self {
        Self { most, clock, answered: Arc::default() }
    }

    /// Reserves rows for an answer: as many as wanted, or as are left.
    ///
    /// # Errors
    /// The limit and the seconds to wait, where none are left.
    pub fn reserve(&self, workspace: &WorkspaceId, wanted: usize) -> Result<Option<Reserved>, (u32, u32)> {
        let Some(most) = self.most else { return Ok(None) };
        let now = self.clock.now().0;
        let mut answered = self.lock();
        answered.retain(|_, of| of.back().is_some_and(|(at, _)| now - at < MINUTE_S));
        let of = answered.entry(workspace.clone()).or_default();
        while of.front().is_some_and(|(at, _)| now - at >= MINUTE_S) {
            of.pop_front();
        }
        let spent: u32 = of.iter().map(|(_, rows)| rows).sum();
        let rows = most.saturating_sub(spent).min(u32::try_from(wanted).unwrap_or(u32::MAX));
        if rows == 0 {
            let oldest = of.iter().find(|(_, rows)| *rows > 0).map_or(now, |(at, _)| *at);
            return Err((most, u32::try_from(oldest + MINUTE_S - now).unwrap_or(1).max(1)));
        }
        match of.back_mut() {
            Some((at, spent)) if *at == now => *spent += rows,
            _ => of.push_back((now, rows)),
        }
        Ok(Some(Reserved { limit: self.clone(), workspace: workspace.clone(), at: now, rows }))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Answered>> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, workspace: &WorkspaceId, at: i64, rows: u32) {
        let mut answered = self.lock();
        let of = answered.get_mut(workspace).and_then(|of| of.iter_mut().find(|(second, _)| *second == at));
        if let Some((_, spent)) = of {
            *spent = spent.saturating_sub(rows);
        }
    }
}

impl Reserved {
    /// The most that the answer may have.
    pub fn rows(&self) -> usize {
        self.rows as usize
    }

    /// How many rows the answer has.
    pub fn used(mut self, rows: usize) {
        // Dropping it gives back the rest.
        self.rows = self.rows.saturating_sub(u32::try_from(rows).unwrap_or(u32::MAX));
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.limit.give_back(&self.workspace, self.at, self.rows);
    }
}

#[cfg(test)]
mod tests {
    use model::{ManualClock, UnixSeconds};

    use super::*;

    fn limit(most: u32) -> (ManualClock, RowLimit, WorkspaceId) {
        let clock = ManualClock::at(UnixSeconds(1_790_000_000));
        (clock.clone(), RowLimit::new(Some(most), Clock::Manual(clock)), "ws_1".into())
    }

    #[test]
    fn no_minute_has_more_rows_than_the_limit_whenever_it_begins() {
        let (clock, limit, workspace) = limit(100);
        limit.reserve(&workspace, 60).unwrap().unwrap().used(60);
        clock.advance_ms(59_000);
        let rest = limit.reserve(&workspace, 60).unwrap().unwrap();
        assert_eq!(rest.rows(), 40, "what is left");
        rest.used(40);
        assert_eq!(limit.reserve(&workspace, 1).unwrap_err(), (100, 1));
        clock.advance_ms(1_000);
        assert_eq!(
            limit.reserve(&workspace, 500).unwrap().unwrap().rows(),
            60,
            "the first 60 are a minute old"
        );
        limit.reserve(&"ws_2".into(), 100).unwrap().unwrap().used(100);
    }

    #[test]
    fn answers_at_the_same_time_share_what_is_left() {
        let (_, limit, workspace) = limit(100);
        let first = limit.reserve(&workspace, 80).unwrap().unwrap();
        let second = limit.reserve(&workspace, 80).unwrap().unwrap();
        assert_eq!((first.rows(), second.rows()), (80, 20));
        assert!(limit.reserve(&workspace, 1).is_err());
        first.used(10);
        drop(second);
        assert_eq!(limit.reserve(&workspace, 500).unwrap().unwrap().rows(), 90, "a failed answer had none");
    }
}

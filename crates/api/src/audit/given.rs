//! What the server has answered of lists, in memory: the audit log says what was given, not what somebody says of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::UnixSeconds;

use super::record_export::ExportedList;

/// A program that reads the same list over and over is recorded once in so long, a person more often.
const PROGRAM_AGAIN_S: i64 = 86_400;
const PERSON_AGAIN_S: i64 = 3600;
/// A page is looked at, and not counted. Of the pages that follow it, and of longer ones, each row is.
const GLANCE_ROWS: usize = 50;
/// Whoever gets more within [`PERSON_AGAIN_S`] reads a list, and does not just look at it.
pub const MANY_ROWS: usize = 100;
/// How long ago a list may have been given that is saved now.
const SAVED_WITHIN_S: i64 = 15 * 60;
/// Of what is remembered.
const MAX_REMEMBERED: usize = 10_000;
const MAX_RUNS: usize = 16;

/// The lists that somebody has been given of late.
#[derive(Debug, Default)]
pub struct GivenLists(Mutex<HashMap<Key, ListAccess>>);

/// A session or token, whose list it is, and which one.
type Key = (String, String, ExportedList);

#[derive(Debug, Default)]
struct ListAccess {
    /// Rows from a first page to the page before the next first one, and when the last of them was given. The newest is last.
    runs: Vec<(usize, UnixSeconds)>,
    /// Rows beyond a glance, since when.
    counted: usize,
    since: UnixSeconds,
    recorded_at: Option<UnixSeconds>,
}

/// A page that is about to be answered.
#[derive(Debug, Clone, Copy)]
pub struct GivenPage {
    pub rows: usize,
    pub is_first: bool,
    pub is_last: bool,
    pub is_program: bool,
}

/// How much of a list somebody was given, where that is to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Much {
    /// To its end.
    Whole,
    /// More than [`MANY_ROWS`].
    Part,
}

impl GivenLists {
    /// Notes a page: whether that is to be recorded now.
    pub fn note(
        &self,
        reader: &str,
        of: &str,
        list: ExportedList,
        page: GivenPage,
        now: UnixSeconds,
    ) -> Option<Much> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all, now);
        let reading = all.entry((reader.to_owned(), of.to_owned(), list)).or_default();
        reading.add(page, now);
        let again_s = if page.is_program { PROGRAM_AGAIN_S } else { PERSON_AGAIN_S };
        if reading.recorded_at.is_some_and(|at| now.0 - at.0 < again_s) {
            return None;
        }
        let much = if page.is_program && page.is_last {
            Much::Whole
        } else if reading.counted > MANY_ROWS - GLANCE_ROWS {
            Much::Part
        } else {
            return None;
        };
        reading.recorded_at = Some(now);
        Some(much)
    }

    /// How many rows of a list somebody was given lately, who says that they are saving so many; `None` where they were given none. If
    /// they read it several times and none is as they say, the longest counts.
    pub fn rows(
        &self,
        reader: &str,
        of: &str,
        list: ExportedList,
        said: u64,
        now: UnixSeconds,
    ) -> Option<usize> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = all.get(&(reader.to_owned(), of.to_owned(), list))?;
        let lately = || reading.runs.iter().filter(|(_, at)| now.0 - at.0 < SAVED_WITHIN_S);
        let as_said = lately().map(|(rows, _)| *rows).find(|rows| u64::try_from(*rows) == Ok(said));
        as_said.or_else(|| lately().map(|(rows, _)| *rows).max())
    }
}

impl ListAccess {
    fn add(&mut self, page: GivenPage, now: UnixSeconds) {
        if now.0 - self.since.0 >= PERSON_AGAIN_S {
            (self.counted, self.since) = (0, now);
        }
        match self.runs.last_mut() {
            Some((rows, at)) if !page.is_first => (*rows, *at) = (*rows + page.rows, now),
            _ => self.runs.push((page.rows, now)),
        }
        if self.runs.len() > MAX_RUNS {
            self.runs.remove(0);
        }
        self.counted += if page.is_first { page.rows.saturating_sub(GLANCE_ROWS) } else { page.rows };
    }
}

/// Forgets what is old; if that is not enough, everything: then something is recorded twice.
fn make_room(all: &mut HashMap<Key, ListAccess>, now: UnixSeconds) {
    if all.len() < MAX_REMEMBERED {
        return;
    }
    let is_young = |at: UnixSeconds| now.0 - at.0 < PROGRAM_AGAIN_S;
    all.retain(|_, reading| reading.runs.last().is_some_and(|(_, at)| is_young(*at)));
    if all.len() >= MAX_REMEMBERED {
        all.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixSeconds = UnixSeconds(1_790_000_000);
    const LIST: ExportedList = ExportedList::Customers;

    fn page(rows: usize, is_first: bool) -> GivenPage {
        GivenPage { rows, is_first, is_last: false, is_program: false }
    }

    fn later(seconds: i64) -> UnixSeconds {
        UnixSeconds(NOON.0 + seconds)
    }

    #[test]
    fn looking_at_the_beginning_is_not_reading_on() {
        let given = GivenLists::default();
        let note = |page: GivenPage, at: UnixSeconds| given.note("ses_1", "conn_1", LIST, page, at);
        for _ in 0..100 {
            assert_eq!(note(page(50, true), NOON), None, "a page that is drawn again and again");
        }
        assert_eq!(note(page(50, false), NOON), None);
        assert_eq!(note(page(1, false), NOON), Some(Much::Part), "the 101st row");
        assert_eq!(note(page(500, false), later(3599)), None, "once an hour");
        assert_eq!(note(page(500, true), later(3600)), Some(Much::Part), "also in one page");
        assert_eq!(given.note("ses_2", "conn_1", LIST, page(101, true), NOON), Some(Much::Part));
    }

    #[test]
    fn what_is_saved_is_what_was_given_of_late() {
        let given = GivenLists::default();
        let rows = |said: u64, at: UnixSeconds| given.rows("ses_1", "conn_1", LIST, said, at);
        assert_eq!(rows(7, NOON), None, "nothing was given");
        for one in [page(50, true), page(500, true), page(20, false), page(50, true)] {
            given.note("ses_1", "conn_1", LIST, one, NOON);
        }
        assert_eq!(rows(520, NOON), Some(520));
        assert_eq!(rows(50, NOON), Some(50), "a shorter one that was given as well");
        assert_eq!(rows(3, NOON), Some(520), "whatever they say");
        assert_eq!(given.rows("ses_1", "conn_2", LIST, 520, NOON), None);
        assert_eq!(rows(520, later(900)), None, "too long ago");
    }

    #[test]
    fn a_program_is_recorded_once_a_day() {
        let given = GivenLists::default();
        let note = |rows: usize, is_last: bool, at: UnixSeconds| {
            let page = GivenPage { rows, is_first: true, is_last, is_program: true };
            given.note("tok_1", "conn_1", LIST, page, at)
        };
        assert_eq!(note(1, false, NOON), None);
        assert_eq!(note(8, true, NOON), Some(Much::Whole));
        assert_eq!(note(8, true, later(86_399)), None);
        assert_eq!(note(500, false, later(86_400)), Some(Much::Part), "also without the last page");
    }
}

//! Answers that were given before. The same question to the same ledger and the same rates is not computed again.
//!
//! An answer also depends on the moment: nothing after it counts, and the running period ends with it. It stays the same
//! until the day is over or anything in the ledger happens or ends, so it is remembered for as long as neither does.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use model::UnixSeconds;

use crate::columns::Ledger;
use crate::fx::Rates;
use crate::query::Query;

/// The points that are remembered of one ledger: some tens of megabytes. An answer beyond that empties the cache first.
const POINTS_MAX: usize = 200_000;

/// The answers of one ledger and one set of rates. They keep neither in memory.
pub struct Answers {
    ledger: Weak<Ledger>,
    rates: Weak<Rates>,
    since: UnixSeconds,
    /// All that happens or ends in the ledger from `since` on, in order.
    ahead: OnceLock<Vec<UnixSeconds>>,
    remembered: Mutex<Remembered>,
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").field("since", &self.since).finish_non_exhaustive()
    }
}

/// What an answer is remembered by: the question, whenever it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnswerKey {
    /// A metric, or another kind of answer. Answers with the same name have the same type.
    name: String,
    query: Query,
}

#[derive(Default)]
struct Remembered {
    answers: HashMap<AnswerKey, Answer>,
    points: usize,
    /// What is being computed. Whoever else asks for it waits for the one who does.
    in_work: HashMap<AnswerKey, Arc<Mutex<()>>>,
}

#[derive(Clone)]
struct Answer {
    at: UnixSeconds,
    answer: Arc<dyn Any + Send + Sync>,
}

impl AnswerKey {
    pub fn new(name: impl Into<String>, query: &Query) -> Self {
        Self { name: name.into(), query: Query { now: UnixSeconds(0), ..query.clone() } }
    }
}

impl Answers {
    pub fn new(ledger: &Arc<Ledger>, rates: &Arc<Rates>, now: UnixSeconds) -> Self {
        Self {
            ledger: Arc::downgrade(ledger),
            rates: Arc::downgrade(rates),
            since: now,
            ahead: OnceLock::new(),
            remembered: Mutex::default(),
        }
    }

    /// Whether they are answers of these.
    pub fn are_of(&self, ledger: &Arc<Ledger>, rates: &Arc<Rates>) -> bool {
        std::ptr::eq(self.ledger.as_ptr(), Arc::as_ptr(ledger))
            && std::ptr::eq(self.rates.as_ptr(), Arc::as_ptr(rates))
    }

    /// Whether anybody still has the ledger.
    pub fn are_wanted(&self) -> bool {
        self.ledger.strong_count() > 0
    }

    /// The answer that was given for the ledger before, or a new one, with its number of points.
    ///
    /// # Errors
    /// Those of a new answer, which are not remembered.
    pub fn answer<T: Clone + Send + Sync + 'static, E>(
        &self,
        ledger: &Ledger,
        key: AnswerKey,
        now: UnixSeconds,
        points: impl FnOnce(&T) -> usize,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(known) = self.known(ledger, &key, now) {
            return Ok(T::clone(&known));
        }
        let turn = self.remembered().in_work.entry(key.clone()).or_default().clone();
        let turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.known(ledger, &key, now) {
            return Ok(T::clone(&known));
        }
        let answer = make();
        self.remembered().in_work.remove(&key);
        let answer = answer?;
        if now >= self.since {
            self.remember(key, now, points(&answer), Arc::new(answer.clone()));
        }
        drop(turn);
        Ok(answer)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known<T: Send + Sync + 'static>(
        &self,
        ledger: &Ledger,
        key: &AnswerKey,
        now: UnixSeconds,
    ) -> Option<Arc<T>> {
        let known = self.remembered().answers.get(key)?.clone();
        if self.is_same(ledger, known.at, now) { known.answer.downcast().ok() } else { None }
    }

    fn remember(&self, key: AnswerKey, at: UnixSeconds, points: usize, answer: Arc<dyn Any + Send + Sync>) {
        let mut remembered = self.remembered();
        if remembered.points.saturating_add(points) > POINTS_MAX {
            remembered.answers.clear();
            remembered.points = 0;
        }
        if points <= POINTS_MAX {
            remembered.points += points;
            remembered.answers.insert(key, Answer { at, answer });
        }
    }

    /// Looks how many moments there are ahead at which anything happens, as the first answer that is asked again does.
    pub fn look_ahead(&self, ledger: &Ledger) -> usize {
        self.ahead(ledger).len()
    }

    fn ahead(&self, ledger: &Ledger) -> &[UnixSeconds] {
        self.ahead.get_or_init(|| ledger.instants_from(self.since))
    }

    /// Whether an answer is the same at two moments.
    fn is_same(&self, ledger: &Ledger, one: UnixSeconds, other: UnixSeconds) -> bool {
        if one == other {
            return true;
        }
        let (first, last) = (one.min(other), one.max(other));
        let ahead = self.ahead(ledger);
        let next = ahead.partition_point(|at| *at < first);
        let day = |at| ledger.calendar().day(at);
        // Also at the very moment of an answer: what ends at an instant still counts in it, and not right after.
        let is_quiet = ahead.get(next).is_none_or(|at| *at > last);
        first >= self.since && is_quiet && day(first) == day(last)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use model::{Day, Interval, WeekStart};

    use super::*;
    use crate::query::{Filter, Reporting};

    fn key(from: i32) -> AnswerKey {
        let query = Query {
            from: Day(from),
            to: Day(20_000),
            interval: Interval::Month,
            week_start: WeekStart::Monday,
            currency: Reporting::Native,
            filter: Filter::default(),
            by: None,
            within_days: None,
            now: UnixSeconds(7),
        };
        AnswerKey::new("mrr", &query)
    }

    fn ledger() -> Arc<Ledger> {
        Arc::new(Ledger::empty(TimeZone::UTC))
    }

    fn answers(ahead: &[i64]) -> Answers {
        let answers = Answers::new(&ledger(), &Arc::default(), UnixSeconds(0));
        answers.ahead.set(ahead.iter().copied().map(UnixSeconds).collect()).unwrap();
        answers
    }

    /// What is told at a moment, where a new answer would be the moment itself.
    fn told(answers: &Answers, key: AnswerKey, now: i64) -> i64 {
        answers.answer(&ledger(), key, UnixSeconds(now), |_| 1, || Ok::<_, ()>(now)).unwrap()
    }

    #[test]
    fn an_answer_is_given_again_until_something_happens_or_the_day_is_over() {
        let answers = answers(&[500]);
        assert_eq!(told(&answers, key(1), 100), 100);
        assert_eq!(told(&answers, key(1), 499), 100);
        assert_eq!(told(&answers, key(2), 499), 499, "another question");
        assert_eq!(told(&answers, key(1), 500), 500);
        assert_eq!(told(&answers, key(1), 501), 501, "what ends at an instant has ended right after it");
        assert_eq!(told(&answers, key(1), 86_399), 501);
        assert_eq!(told(&answers, key(1), 86_400), 86_400);
        assert_eq!(told(&answers, key(1), 86_399), 86_399, "a clock that was put back");
    }

    #[test]
    fn what_fails_is_tried_again_and_too_much_starts_anew() {
        let answers = answers(&[]);
        let at = UnixSeconds(100);
        let failed = answers.answer(&ledger(), key(1), at, |_: &i64| 1, || Err("no"));
        assert_eq!(failed, Err("no"));
        let of = |key, points, value| {
            answers.answer(&ledger(), key, at, |_| points, || Ok::<i64, ()>(value)).unwrap()
        };
        assert_eq!(of(key(1), POINTS_MAX - 1, 1), 1);
        assert_eq!(of(key(1), 1, 2), 1);
        assert_eq!(of(key(2), 2, 2), 2);
        assert_eq!(of(key(1), 1, 3), 3, "forgotten for the second");
        assert_eq!(of(key(3), POINTS_MAX + 1, 4), 4);
        assert_eq!(of(key(3), 1, 5), 5, "too large to be remembered");
    }
}
